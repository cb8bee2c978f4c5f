"""Text from outside, made safe to show: one place decides what may reach a terminal."""

from __future__ import annotations

import unicodedata

# Control pictures for C0 and DEL, so that a reader sees that something was there.
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421", 0x09: "    "}
# C1 controls (some terminals obey them), line and paragraph separators, and everything that turns
# the direction of text round; surrogates cannot be encoded.
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"}
_KEPT_FORMAT = {0x200D}  # ZERO WIDTH JOINER holds emoji families together.


def printable(text: str) -> str:
    """Return ``text`` as one line without anything that a terminal would obey.

    C0 controls become their pictures (``␛`` for escape), a tab four spaces; C1 controls,
    bidirectional marks, separators, private and unassigned characters and lone surrogates
    become ``�``.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _PICTURES.get(code)
        or (
            "\ufffd"
            if unicodedata.category(character) in _HIDDEN and code not in _KEPT_FORMAT
            else character
        )
        for character in text
        for code in (ord(character),)
    )
