"""A terminal's screen, worked out fast: of all that a test costs, this was the most.

pyte takes sequences apart a character at a time and keeps every cell's colours. No test asks for
colours here (the pilot's tests do, of Textual itself), so they are passed over; what remains, texts
and where they go, is done a run at a time where nothing is special, and left to pyte where it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyte
from pyte.charsets import LAT1_MAP
from pyte.modes import IRM
from pyte.screens import Char
from wcwidth import wcwidth

_FIRST_WIDE = "\u1100"
"""No character before it takes two cells."""
_RUNS = re.compile(
    f"({pyte.Stream._text_pattern.pattern})"  # what is drawn as it is
    "|(?:\x1b\\[[0-9;]*m)+"  # colours
    "|\x1b\\[([0-9]{1,4});([0-9]{1,4})H"  # where to go on
)
"""What can be done at once: all of it is here, and nothing of it is special."""


class _Cells(dict[str, Char]):
    """A cell for every character, made once."""

    def __missing__(self, character: str) -> Char:
        self[character] = cell = Char(character)
        return cell


_CELLS = _Cells()
_NARROW: set[str] = set()
"""Characters of which it is known that they take one cell."""


def _are_narrow(text: str) -> bool:
    """Whether each of these takes one cell."""
    if not _NARROW.issuperset(text):
        _NARROW.update(character for character in text if wcwidth(character) == 1)
    return _NARROW.issuperset(text)


class Screen(pyte.Screen):
    """What is shown, without colours.

    Takes the private sequences that pyte's methods have no argument for.
    """

    def __init__(self, columns: int, lines: int) -> None:
        self._rows: dict[int, str] = {}
        """What is shown in rows that have not changed since."""
        super().__init__(columns, lines)

    def report_device_status(self, mode: int, **_: object) -> None:
        """Do not answer: nothing asks for the cursor here."""

    def select_graphic_rendition(self, *attributes: int, **_: object) -> None:
        """Leave colours and private modes (``CSI > ... m``) alone."""

    def draw(self, data: str) -> None:
        """Show a text: at once, if it fits and no character of it is special."""
        x, y = self.cursor.x, self.cursor.y
        end = x + len(data)
        usual = self.g0_charset is LAT1_MAP and not self.charset and IRM not in self.mode
        if usual and end <= self.columns and _are_narrow(data):
            self.buffer[y].update(zip(range(x, end), map(_CELLS.__getitem__, data), strict=True))
            self.cursor.x = end
            self.dirty.add(y)
        else:
            self.dirty.add(y - 1)  # an accent at the start of a row joins the end of this one
            super().draw(data)

    @property
    def display(self) -> list[str]:
        """What is shown; what is left of a wide character that was half written over is blank."""
        for y in self.dirty:
            self._rows.pop(y, None)
        self.dirty.clear()
        for y in range(self.lines):
            if y not in self._rows:
                self._rows[y] = self._row(self.buffer[y])
        return [self._rows[y] for y in range(self.lines)]

    def _row(self, cells: Mapping[int, Char]) -> str:
        whole_row = "".join([cells[x].data for x in range(self.columns)])
        if len(whole_row) == self.columns and _are_narrow(whole_row):
            return whole_row
        row = ""
        x = 0
        while x < self.columns:
            text = cells[x].data
            wide = text >= _FIRST_WIDE and wcwidth(text[0]) == 2
            whole = wide and x + 1 < self.columns and cells[x + 1].data == ""
            row += text if whole or (text and not wide) else " "
            x += 2 if whole else 1
        return row


class Stream(pyte.ByteStream):
    """Takes what a program wrote apart, a run at a time."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen)
        self._screen = screen

    def feed(self, data: bytes) -> None:  # type: ignore[override]  # as pyte does
        """Let the screen show it."""
        text = self.utf8_decoder.decode(data)
        offset = 0
        while offset < len(text):
            # pyte's parser says so when it is in the middle of no sequence.
            run = _RUNS.match(text, offset) if self._taking_plain_text else None
            if run is None:
                self._taking_plain_text = self._send_to_parser(text[offset])
                offset += 1
                continue
            offset = run.end()
            drawn, line, column = run.groups()
            if drawn is not None:
                self._screen.draw(drawn)
            elif line is not None:
                self._screen.cursor_position(int(line), int(column))
