"""A local HTTP server that answers after 5 ms: ``python taste_server.py``.

It says its port on the first line, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

ANSWER_AFTER = 0.005
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nchai"


class Answering(asyncio.Protocol):
    """Answers every request of one connection."""

    def __init__(self) -> None:
        self.seen = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.seen += data
        while b"\r\n\r\n" in self.seen:
            _, self.seen = self.seen.split(b"\r\n\r\n", 1)
            asyncio.get_running_loop().call_later(ANSWER_AFTER, self._answer)

    def _answer(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(ANSWER)


async def serve() -> None:
    """Listen on a free port until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    over = asyncio.Event()

    def heard() -> None:
        if not os.read(0, 4096):
            over.set()

    loop.add_reader(0, heard)
    await over.wait()


@contextlib.contextmanager
def local_server() -> Iterator[int]:
    """Run it; give its port."""
    with subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate()


if __name__ == "__main__":
    asyncio.run(serve())
