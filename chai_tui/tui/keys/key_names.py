"""What keys are called: Textual's names, and other ways in which people write them."""

from __future__ import annotations

import string

from textual.keys import Keys, _character_to_key

_MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
KEY_NAMES = {str(key.value).rpartition("+")[2] for key in Keys}
KEY_NAMES |= {_character_to_key(character) for character in string.punctuation + " "}
"""Names of keys that do not type themselves, and of signs."""


def key_name(written: str) -> str | None:
    """Return Textual's name of a key; None if there is no such key.

    Args:
        written: its name, or what it types: ``f9``, ``ctrl+x``, ``Ctrl+X``, ``+``, ``plus``.
    """
    *modifiers, plain = ["+"] if written == "+" else written.split("+")
    modifiers = [modifier.lower() for modifier in modifiers]
    if not plain or not _MODIFIERS.issuperset(modifiers):
        return None
    if len(plain) == 1:
        # Together with Control, terminals do not tell a capital letter from a small one.
        plain = _character_to_key(plain.lower() if "ctrl" in modifiers else plain)
    elif plain.lower() in KEY_NAMES:
        plain = plain.lower()
    else:
        return None
    return "+".join([*modifiers, plain])
