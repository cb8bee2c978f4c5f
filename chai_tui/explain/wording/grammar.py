"""Numbers, makers and lists in prose: ``four``, ``#1 and #2``; pure."""

from __future__ import annotations

from collections.abc import Sequence

_WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
_NAMED = 4
"""So many makers are named before the rest is counted."""


def number_word(number: int) -> str:
    """Return ``four``; figures from 13 on."""
    return _WORDS[number] if 0 <= number < len(_WORDS) else f"{number:,}"


def plural(noun: str) -> str:
    """Return ``threads``, ``processes``."""
    return f"{noun}{'es' if noun.endswith('s') else 's'}"


def named(numbers: Sequence[int]) -> str:
    """Return makers as ``#1``, ``#1 and #2``, or ``#1, #2, #3 and 4 more``."""
    parts = [f"#{number}" for number in numbers]
    if len(parts) > _NAMED:
        parts[_NAMED - 1 :] = [f"{len(parts) - _NAMED + 1:,} more"]
    return listed(parts)


def listed(parts: Sequence[str], last: str = "and") -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``, or another word in place of the *and*."""
    return f" {last} ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def sentence_of(text: str) -> str:
    """Return a text that begins a sentence."""
    return text[:1].upper() + text[1:]
