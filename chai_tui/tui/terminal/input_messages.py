"""What a terminal sent, as Textual's messages: keys, mouse, pastes, answers to its questions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._xterm_parser import XTermParser
from textual.events import Key, Paste
from textual.keys import Keys
from textual.message import Message

from chai_tui.tui.terminal.input_cutter import Kind, Piece

_NUMBERED = re.compile(r"\x1b\[(\d*)[\d:;]*([~A-Z])")
"""What may be a key with a number; those of characters end with u."""
_KEPT = ("last_x", "last_y", "mouse_pixels", "terminal_size", "terminal_pixel_size")
"""What Textual's parser must remember of what came before."""


def _is_misread(text: str) -> bool:
    """Whether Textual takes a sequence for another key than it is, if it is one at all.

    Textual reads the first number of a sequence as a character's, whatever the sequence ends with:
    with a report of 97 lines somebody would press ``a``, and with F18 the space bar.
    """
    match = _NUMBERED.fullmatch(text)
    return match is not None and f"{match[1] or 1}{match[2]}" not in FUNCTIONAL_KEYS


def _keys_of(text: str) -> list[Message]:
    """Return the keys that such a sequence is by Textual's own table; none if it is not there."""
    keys = ANSI_SEQUENCES_KEYS.get(text)
    return [Key(key.value, None) for key in keys] if isinstance(keys, tuple) else []


class InputMessages:
    """Makes messages of pieces.

    Textual's parser knows what sequences mean, but takes one that it does not know for the keys
    that it is written with, and some end it. So it gets each whole one by itself, and what it makes
    of one before its end is not believed.
    """

    def __init__(self) -> None:
        self._parser = XTermParser()

    def of(self, piece: Piece) -> Iterator[Message]:
        """Return the messages that a piece is."""
        if piece.kind is Kind.PASTE:
            yield Paste(piece.text.replace("\x00", ""))
        elif piece.kind is Kind.TEXT:
            for character in piece.text:
                yield from self._parser.feed(character)
        elif piece.kind is Kind.ESCAPE:
            yield Key("escape", piece.text)
        else:
            yield from self._sequence(piece.text)

    def _sequence(self, text: str) -> list[Message]:
        """Return what one whole sequence means; nothing if Textual does not know it."""
        is_alt = len(text) == 2 and text[1] not in "[O"
        messages: list[Message] = []
        try:
            if not list(self._parser.feed(text[:-1])):
                messages = list(self._parser.feed(text[-1]))
                if is_alt and not messages:
                    messages = list(self._parser.feed(""))  # nothing more comes: with Alt, then
        except (ValueError, OverflowError):  # it names a character that there is not
            messages = []
        if not messages or is_alt:  # it may still be waiting for more
            self._renew()
        if any(isinstance(one, Key) for one in messages) and _is_misread(text):
            return _keys_of(text)
        return [one for one in messages if not isinstance(one, Key) or one.key != Keys.Ignore]

    def _renew(self) -> None:
        before = self._parser
        self._parser = XTermParser()
        for name in _KEPT:
            setattr(self._parser, name, getattr(before, name))
