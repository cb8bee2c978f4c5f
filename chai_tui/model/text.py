"""Text from outside, made safe to show: one place decides what may reach a terminal."""

from __future__ import annotations

import unicodedata

# C1 controls (some terminals obey them), line and paragraph separators, and everything that turns
# the direction of text round; surrogates cannot be encoded.
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"}
# What makes several characters one picture. Some terminals give it two cells, others as many as its
# parts would take; without it all of them agree, and a line ends where it was drawn to end. A flag
# becomes its country's letters.
_PARTS = dict.fromkeys((0x200C, 0x200D, 0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)), "")
_PARTS |= {0x1F1E6 + letter: chr(ord("A") + letter) for letter in range(26)}
# Control pictures for C0 and DEL, so that a reader sees that something was there.
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421", 0x09: "    "}
_PICTURES |= _PARTS


def is_obeyed(text: str) -> bool:
    """Whether a terminal would obey anything in ``text``, or could not show it."""
    return any(
        unicodedata.category(character) in _HIDDEN and ord(character) not in _PARTS
        for character in text
    )


def printable(text: str) -> str:
    """Return ``text`` as one line without anything that a terminal would obey.

    C0 controls become their pictures (``␛`` for escape), a tab four spaces; C1 controls,
    bidirectional marks, separators, private and unassigned characters and lone surrogates
    become ``�``. Pictures of several characters become their parts, because terminals disagree
    about how wide they are.
    """
    if text.isascii() and text.isprintable():
        return text
    pictures = _PICTURES
    return "".join(
        pictures[code]
        if code in pictures
        else "\ufffd"
        if unicodedata.category(character) in _HIDDEN
        else character
        for character in text
        for code in (ord(character),)
    )


def clipped(text: str, most: int) -> str:
    """Return the same of no more than ``most`` characters, and an ellipsis where there are more."""
    text = printable(text[: most + 1])
    return text if len(text) <= most else f"{text[:most]}…"
