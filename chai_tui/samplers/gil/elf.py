"""Where a section of a program or library is: elf(5), 64 bits and the lower byte first."""

from __future__ import annotations

import os
import struct

_HEAD = struct.Struct("<16s2HI3QI6H")
_SECTION = struct.Struct("<2I4Q2I2Q")
_SEGMENT = struct.Struct("<2I6Q")
_MAGIC = b"\x7fELF\x02\x01"
_LOAD = 1
_MOST = 1_024
"""Sections of one file, at most."""


def section_in(path: str, name: bytes) -> tuple[int, int] | None:
    """Return where a section is, in bytes from where the file's beginning is mapped, and its size.

    Args:
        path: of the file.
        name: of the section.

    Returns:
        None if the file has no such section, is no such file, or may not be read.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return _section(file, name)
    except (OSError, OverflowError, struct.error):  # whatever it is, it is not what it says
        return None
    finally:
        os.close(file)


def _section(file: int, name: bytes) -> tuple[int, int] | None:
    head = _HEAD.unpack(os.pread(file, _HEAD.size, 0))
    segments_at, sections_at = head[5:7]
    segment_size, segments, section_size, sections, names = head[9:14]
    if not head[0].startswith(_MAGIC) or sections > _MOST:
        return None
    if section_size != _SECTION.size or segment_size != _SEGMENT.size:
        return None
    table = [*_SECTION.iter_unpack(os.pread(file, sections * section_size, sections_at))]
    if names >= len(table):
        return None
    texts = os.pread(file, min(table[names][5], 1 << 16), table[names][4])
    loads = _SEGMENT.iter_unpack(os.pread(file, segments * segment_size, segments_at))
    base = next((load[3] for load in loads if load[0] == _LOAD and load[2] == 0), None)
    for section in table:
        begin = section[0]
        if base is not None and texts[begin : begin + len(name) + 1] == name + b"\0":
            return section[3] - base, section[5]
    return None
