r"""Cuts what a terminal sends into whole pieces: text, keys, reports, pastes.

A terminal sends more than keys. What it reports (colours, names, sizes, clipboards) comes when it
likes, in as many parts as the line makes of it, and must never be taken for keys that somebody
pressed. So nothing is passed on before its end is known, by the rules of ECMA-48 (5.4 control
sequences, 8.3 control strings) and
https://invisible-island.net/xterm/ctlseqs/ctlseqs.html::

    ESC [ parameters intermediates final     a key or a report
    ESC O final                              a key
    ESC ] … BEL   ESC ] … ESC \              a string: OSC; likewise DCS, SOS, PM, APC
    ESC [200~ … ESC [201~                    a paste
    ESC character                            a key with Alt
    ESC                                      Escape, if nothing follows
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

ESC = "\x1b"
ESCAPE_SECONDS = 0.6
"""How long an ESC waits for the rest of a sequence before it is the Escape key: slow lines pause
for hundreds of milliseconds in the middle of one."""
ALT_SECONDS = 0.2
"""How long after an ESC a character is still one that was pressed with Alt; later it is a key of
its own, pressed after Escape."""
UNFINISHED_SECONDS = 1.0
"""How long an unfinished sequence, report or paste waits for more of it."""
LATE_SECONDS = 10.0
"""How long the rest of a report may still come after its end was assumed."""
MOST_SEQUENCE = 256
"""Characters of an unfinished sequence that are kept."""
MOST_PASTED = 1 << 20
"""Characters of a paste that are kept."""

_PASTE, _PASTE_END = f"{ESC}[200~", f"{ESC}[201~"
_C1 = {0x8F: f"{ESC}O", 0x90: f"{ESC}P", 0x98: f"{ESC}X", 0x9B: f"{ESC}[", 0x9C: f"{ESC}\\"} | {
    0x9D: f"{ESC}]",
    0x9E: f"{ESC}^",
    0x9F: f"{ESC}_",
}
"""One-byte forms of what begins or ends a sequence; other controls of that kind mean nothing."""
_ONE_FORM = (
    dict.fromkeys(range(0x80, 0xA0))
    | dict.fromkeys(range(0xDC80, 0xDD00), "\ufffd")
    | dict.fromkeys(range(0xDC80, 0xDCA0))
    | _C1
    | {0xDC00 + code: text for code, text in _C1.items()}
)
_TEXT = re.compile(r"[^\x1b]+")
_ANY = "(?s:.)"
_CONTROL = re.compile(
    rf"\x1b{{1,2}}\[\[{_ANY}"  # a function key of Linux's console
    rf"|\x1b{{1,2}}\[M{_ANY}{{3}}"  # a mouse that reports as X10's
    r"|\x1b{1,2}\[(?!\[|M)[^\x1b\x18\x1a@-~]*[@-~]"
    r"|\x1b{1,2}[ON][0-9;]*[^0-9;\x1b]"
)
_BROKEN_OFF = re.compile(
    r"\x1b{1,2}\[[^\x1b@-~]*?(?:[\x18\x1a]|(?=\x1b))|\x1b{1,2}[ON][0-9;]*(?=\x1b)"
)
"""A sequence in the middle of which it is called off, or another begins."""
_CONTROL_BEGUN = re.compile(rf"\x1b{{1,2}}(?:\[(?:\[|M{_ANY}{{0,2}}|[^\x1b@-~]*)?|[ON][0-9;]*)\Z")
_STRING_BEGINS = re.compile(r"\x1b{1,2}[]PX^_]")
_STRING_ENDS = re.compile(r"\x07|\x1b\\|(?=\x1b[^\\])")
"""Also by another sequence that begins."""
_REST_OF_STRING = re.compile(r"[^\x1b\x07]*(?:\x07|\x1b\\)")
_REST_OF_CONTROL = re.compile(r"[ -?]+[@-~]")


class Kind(Enum):
    """What a piece is."""

    TEXT = auto()
    """Characters, each a key."""
    SEQUENCE = auto()
    """One whole sequence: a key, the mouse or a short report."""
    ESCAPE = auto()
    """The Escape key."""
    PASTE = auto()
    """What was pasted."""


class Piece(NamedTuple):
    """A whole piece of what came."""

    kind: Kind
    text: str


class InputCutter:
    """Cuts the input.

    Args:
        escape_seconds: how long an ESC waits for the rest of a sequence.
    """

    def __init__(self, escape_seconds: float = ESCAPE_SECONDS) -> None:
        self._escape_seconds = escape_seconds
        self._rest = ""
        """What came and is no whole piece yet; begins with ESC."""
        self._pasted: str | None = None
        """What was pasted so far; None outside of a paste."""
        self._in_string = False
        self._came_at = 0.0
        self._late: tuple[re.Pattern[str], float] | None = None
        """How the rest of a piece looks whose end was assumed, and until when it may come."""

    @property
    def due_in(self) -> float | None:
        """Seconds after the last input at which :meth:`tick` has something to say; None: never."""
        if self._pasted is not None or self._in_string:
            return UNFINISHED_SECONDS
        if not self._rest:
            return None
        return UNFINISHED_SECONDS if self._rest.strip(ESC) else self._escape_seconds

    def tick(self, at: float) -> list[Piece]:
        """Return what time has made whole.

        Args:
            at: now, in seconds.
        """
        due_in = self.due_in
        if due_in is None or at - self._came_at < due_in:
            return []
        rest, self._rest = self._rest, ""
        if self._pasted is not None:
            return self._end_paste(rest)
        in_string, self._in_string = self._in_string, False
        if in_string:
            self._late = _REST_OF_STRING, at + LATE_SECONDS
            return []
        if not rest.strip(ESC):
            return [Piece(Kind.ESCAPE, ESC)] * len(rest)
        if len(rest.strip(ESC)) > 1:
            self._late = _REST_OF_CONTROL, at + LATE_SECONDS
        return [Piece(Kind.SEQUENCE, rest)]  # some old keys end where others only begin

    def feed(self, text: str, at: float) -> list[Piece]:
        """Take in what came, and return what is whole.

        Args:
            text: as it was decoded; bytes that are no text as surrogates (PEP 383).
            at: now, in seconds.
        """
        pieces = self.tick(at)
        text = text.translate(_ONE_FORM)
        if self._late is not None and not self._rest and not self._in_string:
            pattern, until = self._late
            self._late = None
            late = pattern.match(text) if at < until else None
            text = text[late.end() :] if late is not None else text
        waited = at - self._came_at
        self._came_at = at
        is_escape = self._rest in (ESC, ESC * 2) and not self._in_string and self._pasted is None
        if is_escape and waited >= ALT_SECONDS and text[:1] not in "[O]PX^_N":
            pieces += [Piece(Kind.ESCAPE, ESC)] * len(self._rest)
            self._rest = ""
        self._rest += text
        while self._rest and (more := self._next()) is not None:
            pieces += more
        if len(self._rest) > MOST_SEQUENCE and self._pasted is None:
            self._rest = self._rest[:MOST_SEQUENCE]  # whatever it is, nobody here knows it
        return pieces

    def _next(self) -> list[Piece] | None:
        """Cut off what can be; None if all that is left must wait."""
        if self._pasted is not None:
            return self._paste()
        if self._in_string:
            return self._string()
        rest = self._rest
        if (text := _TEXT.match(rest)) is not None:
            self._rest = rest[text.end() :]
            return [Piece(Kind.TEXT, text[0])]
        if (whole := _CONTROL.match(rest)) is not None:
            self._rest = rest[whole.end() :]
            if whole[0] == _PASTE:
                self._pasted = ""
                return []
            return [Piece(Kind.SEQUENCE, whole[0])]
        if (begin := _STRING_BEGINS.match(rest)) is not None:
            self._rest = rest[begin.end() :]
            self._in_string = True
            return []
        if (broken := _BROKEN_OFF.match(rest)) is not None:
            self._rest = rest[broken.end() :]
            return []
        if (not rest.strip(ESC) and len(rest) <= 2) or _CONTROL_BEGUN.match(rest) is not None:
            return None
        return self._escape_or_alt()

    def _escape_or_alt(self) -> list[Piece]:
        escapes = len(self._rest) - len(self._rest.lstrip(ESC))
        if escapes > 1:  # the first of them is a key of its own
            self._rest = self._rest[1:]
            return [Piece(Kind.ESCAPE, ESC)]
        pressed, self._rest = self._rest[:2], self._rest[2:]
        return [Piece(Kind.SEQUENCE, pressed)]

    def _string(self) -> list[Piece] | None:
        end = _STRING_ENDS.search(self._rest)
        if end is None:
            # Nobody here wants what it says; an ESC may be the first half of its end.
            self._rest = ESC if self._rest.endswith(ESC) else ""
            return None
        self._in_string = False
        self._rest = self._rest[end.end() :]
        return []

    def _paste(self) -> list[Piece] | None:
        pasted, end, after = self._rest.partition(_PASTE_END)
        if end:
            self._rest = after
            return self._end_paste(pasted)
        keep = next(n for n in range(len(_PASTE_END) - 1, -1, -1) if _ends(self._rest, n))
        cut = len(self._rest) - keep
        self._pasted = f"{self._pasted}{self._rest[:cut]}"[:MOST_PASTED]
        self._rest = self._rest[cut:]
        return None

    def _end_paste(self, last: str) -> list[Piece]:
        pasted, self._pasted = f"{self._pasted}{last}"[:MOST_PASTED], None
        return [Piece(Kind.PASTE, pasted)]


def _ends(text: str, length: int) -> bool:
    """Whether a text ends with that many first characters of what ends a paste."""
    return text.endswith(_PASTE_END[:length])
