"""Protocol buffers, as far as a trace needs them: bytes of fields.

The form: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct

_PACK = struct.Struct("<d").pack
_SMALL = tuple(bytes((n,)) if n < 0x80 else bytes((n & 0x7F | 0x80, n >> 7)) for n in range(0x4000))
_LOW = tuple(bytes((n & 0x7F | 0x80, n >> 7 | 0x80)) for n in range(0x4000))
"""Numbers below 2¹⁴: as a whole, and as the lowest 14 bits of a greater one."""


def varint(number: int) -> bytes:
    """Return a number that is not negative: seven bits a byte, the lowest first."""
    if number < 0x4000:
        return _SMALL[number]
    low, number = _LOW[number & 0x3FFF], number >> 14
    while number >= 0x4000:
        low, number = low + _LOW[number & 0x3FFF], number >> 14
    return low + _SMALL[number]


def number(field: int, value: int) -> bytes:
    """Return a field with a whole number; a negative one as 64 bits."""
    return varint(field << 3) + varint(value & 0xFFFF_FFFF_FFFF_FFFF)


def double(field: int, value: float) -> bytes:
    """Return a field with a number of 64 bits."""
    return varint(field << 3 | 1) + _PACK(value)


def message(field: int, *parts: bytes) -> bytes:
    """Return a field with a message, of its fields."""
    whole = b"".join(parts)
    return varint(field << 3 | 2) + varint(len(whole)) + whole


def text(field: int, value: str) -> bytes:
    """Return a field with a text."""
    return message(field, value.encode())
