"""Draws in ASCII for a terminal whose encoding has nothing else, cell by cell, with the same facts.

What differs in meaning where it may stand side by side (states, levels, who has a core, a key and
another key) differs here too.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rich.cells import cell_len

UNKNOWN = "?"

SIGNS = {
    # Levels, from low to high and from left to right: eight each.
    **dict(zip("▁▂▃▄▅▆▇█", "_,;=nm%#", strict=True)),
    **dict(zip("▏▎▍▌▋▊▉", "|])>}[%", strict=True)),
    # Who has a core, and what a maker waits for.
    **dict(zip("░▒▓·≡‖╌", ":x@.~H-", strict=True)),
    # States.
    **dict(zip("◌●✔✖■○", "o*+XSO", strict=True)),
    # Keys: arrows are not < and >, which are keys too; $ ends a line in editors.
    **dict(zip("←↑→↓⇧⏎⌫−", "(^)_S$(-", strict=True)),
    # Marks.
    **dict(zip("›▶▸◀▲▼•◦‣▪★⭑🔎◆", ">*><^v*o>***/&", strict=True)),
    # Edges of boxes, and quarters of cells.
    **dict(zip("▕▐▔▀▖▗▘▝▙▛▜▟▚▞", "|<-\",,''####%%", strict=True)),
    # Prose.
    **dict(zip("“”„«»‘’‚–—…×±≤≥≈≠µ€¼½", '"""<>\'\'`--~x~=>~!uEqh', strict=True)),
}
"""Each stands for a sign of one cell, or for the first of two."""
_NON_ASCII = re.compile("[0-9#*]?(?:[^\x00-\x7f]|(?<=\u200d)[ -~])+")
"""With the digit or sign before it, which becomes a key's picture with some of them, and with what
a joiner joins."""


def drawn_in_ascii(text: str) -> str:
    """Return text of as many cells in ASCII alone; escape sequences stay as they are."""
    return text if text.isascii() else _NON_ASCII.sub(_drawn_match, text)


def _drawn_match(match: re.Match[str]) -> str:
    return _drawn(match[0])


@lru_cache(4096)
def _drawn(run: str) -> str:
    cells = "".join(map(_cells, run))
    return cells if len(cells) == cell_len(run) else _drawn_together(run)


def _drawn_together(run: str) -> str:
    """The same where characters make a picture together, which is narrower or wider than they."""
    drawn = ""
    for end in range(1, len(run) + 1):
        width = cell_len(run[:end])
        drawn = (drawn + _cells(run[end - 1])).ljust(width, UNKNOWN)[:width]
    return drawn


@lru_cache(4096)
def _cells(character: str) -> str:
    """Return what stands for one character by itself."""
    width = cell_len(character)
    sign = character if character.isascii() else _sign(character)
    return (sign * width if sign == UNKNOWN else sign.ljust(width))[:width]


def _sign(character: str) -> str:
    if character in SIGNS:
        return SIGNS[character]
    number = ord(character)
    if 0x2500 <= number < 0x2580:
        return _line(unicodedata.name(character))
    if 0x2800 <= number < 0x2900:  # Braille: a bit a dot
        return " _,;=+*%#"[(number - 0x2800).bit_count()]
    if 0x2400 <= number < 0x2440:  # pictures of control characters
        return "^"
    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if c.isascii())
    return plain if len(plain) == 1 and plain.isprintable() else UNKNOWN


def _line(name: str) -> str:
    """Return the sign for a line of a box; heavy ones are to be told from light ones."""
    if "DIAGONAL" in name:
        return "X" if "CROSS" in name else "/" if "UPPER RIGHT" in name else "\\"
    heavy = "HEAVY" in name or re.search("DOUBLE(?! DASH)", name) is not None
    along = any(word in name for word in ("HORIZONTAL", "LEFT", "RIGHT"))
    across = any(word in name for word in ("VERTICAL", "UP", "DOWN"))
    light_sign, heavy_sign = "+#" if along and across else "-=" if along else "|#"
    return heavy_sign if heavy else light_sign
