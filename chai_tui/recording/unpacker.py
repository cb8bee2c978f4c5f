"""Unpacks a recording that is compressed, as it comes, and as far as it can be unpacked.

A file that was cut off gives all that was flushed; one that is damaged goes on behind the damage,
where the writer began anew.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator

PIECE = 262_144
"""Bytes that are unpacked at once."""
_GZIP = b"\x1f\x8b"
_FLUSHED = b"\x00\x00\xff\xff"
"""What stands in the compressed bytes where everything before was flushed: RFC 1951, 3.2.4."""
_CHECKSUM = 8
"""Bytes of the checksum and the size at the end of a gzip file: RFC 1952, 2.3.1."""
_SLICE = 1_024
"""Compressed bytes that are unpacked at once: where one is damaged, those before it in its slice
are lost with it. Unpacking so takes no longer than in larger ones."""


class Unpacker:
    """Turns the bytes of a file into those of the recording, whether it is compressed or not.

    Attributes:
        gaps: how often something could not be unpacked, and was left out.
    """

    def __init__(self) -> None:
        self.gaps = 0
        self._first = b""  # the first bytes, until they tell whether it is compressed
        self._is_packed: bool | None = None
        self._inflate: zlib._Decompress | None = None
        self._is_raw = False  # behind a damage: without gzip's header and checksum
        self._is_lost = False  # looks for the next place where the writer began anew
        self._lost = b""  # the last bytes there, of which such a place may begin
        self._gave = True  # whether anything was unpacked since the last damage
        self._to_skip = 0  # bytes of a checksum

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what is unpacked of some bytes, in pieces of at most two times :data:`PIECE`.

        Behind a gap begins a new line.
        """
        if self._is_packed is None:
            data = self._first + data
            if data == _GZIP[: len(data)] and len(data) < len(_GZIP):
                self._first = data
                return
            self._is_packed = data.startswith(_GZIP)
        if not self._is_packed:
            yield data
            return
        unpacked = bytearray()
        for start in range(0, len(data), _SLICE):
            for piece in self._of_slice(data[start : start + _SLICE]):
                unpacked += piece
                if len(unpacked) >= PIECE:
                    yield bytes(unpacked)
                    unpacked.clear()
        if unpacked:
            yield bytes(unpacked)

    def _of_slice(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._to_skip:
                skipped = min(self._to_skip, len(data))
                self._to_skip -= skipped
                data = data[skipped:]
            elif self._is_lost:
                data = self._found(data)
            elif self._inflate is not None or _GZIP.startswith(data[: len(_GZIP)]):
                data = yield from self._inflated(data)
            elif data[0] == 0:  # up to a full block, as tapes are written
                data = data.lstrip(b"\0")
            else:
                self._lose()

    def _lose(self) -> None:
        """Leave out what comes, up to the next place where the writer began anew."""
        self.gaps += self._gave
        self._inflate, self._is_lost, self._gave = None, True, False

    def _found(self, data: bytes) -> bytes:
        """Return what comes behind the next place where the writer began anew."""
        data = self._lost + data
        at = data.find(_FLUSHED)
        if at < 0:
            self._lost = data[-len(_FLUSHED) + 1 :]
            return b""
        self._lost = b""
        self._is_lost, self._is_raw = False, True
        self._inflate = zlib.decompressobj(wbits=-15)
        return data[at + len(_FLUSHED) :]

    def _inflated(self, data: bytes) -> Generator[bytes, None, bytes]:
        """Yield what some bytes unpack to; return those that come behind."""
        if self._inflate is None:  # the first file, or one more behind it: gzip allows that
            self._inflate, self._is_raw = zlib.decompressobj(wbits=31), False
        inflate, left = self._inflate, data
        try:
            while left and not inflate.eof:
                piece = inflate.decompress(left, PIECE)
                left = inflate.unconsumed_tail
                if piece:
                    self._gave = True
                    yield piece
        except zlib.error:
            self._lose()
            yield b"\n"
            return left
        if not inflate.eof:
            return b""
        self._inflate = None
        self._to_skip = _CHECKSUM if self._is_raw else 0
        return inflate.unused_data
