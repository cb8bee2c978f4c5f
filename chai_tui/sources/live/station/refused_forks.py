"""Lets multiprocessing's fork server survive that the system refuses it a process.

Its loop does not expect ``os.fork`` to fail: the server would end, and with it every station that
it ever started. So the fork is watched over, and the kitchen is told in place of the new process's
number:

    kitchen                                    fork server
    descriptors ─────────────────────────────▶ recvfds: remembered
    what to run ──────────┐                    fork: refused
    number < 0  ◀─────────┼─────────────────── -errno, and an exit code for a process that never was
    closes the request ───┴──────────────────▶ end of file: on to the next request

The two functions are replaced in the server's own module and nowhere else.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from multiprocessing import forkserver
from typing import Any

from chai_tui.host.altered import Altered

NEVER_WAS = 255
"""The exit code of a process that could not be started."""


class _Request:
    """The latest request to start a process.

    Args:
        receive: receives its descriptors, as ``multiprocessing.reduction.recvfds`` does.
        fork: starts the process, as ``os.fork`` does.
    """

    def __init__(self, receive: Any, fork: Any) -> None:
        self._receive = receive
        self._fork = fork
        self._descriptors: list[int] = []

    def recvfds(self, sock: socket.socket, size: int) -> list[int]:
        """Receive the descriptors of a request, and remember them."""
        self._descriptors = list(self._receive(sock, size))
        return list(self._descriptors)

    def fork(self) -> int:
        """Fork; if that is refused, tell the kitchen and raise what the server's loop survives.

        Raises:
            ConnectionAbortedError: it was refused.
        """
        try:
            pid: int = self._fork()
        except OSError as error:
            self._refuse(error.errno or errno.EAGAIN)
            raise ConnectionAbortedError(errno.ECONNABORTED, "fork was refused") from error
        return pid

    def _refuse(self, why: int) -> None:
        plan, answer, *others = self._descriptors
        with contextlib.suppress(BrokenPipeError):  # the kitchen is gone
            os.write(answer, forkserver.SIGNED_STRUCT.pack(-why))
            os.write(answer, forkserver.SIGNED_STRUCT.pack(NEVER_WAS))
        for descriptor in (answer, *others):
            os.close(descriptor)
        # The kitchen writes what to run before it reads the answer: a pipe that nobody reads would
        # hold it up, a closed one would look as if the server had died.
        while os.read(plan, 65_536):
            pass
        os.close(plan)


def survive_refused_forks() -> None:
    """Call it in the fork server, before its loop begins."""
    request = _Request(forkserver.reduction.recvfds, os.fork)  # type: ignore[attr-defined]
    forkserver.reduction = Altered(  # type: ignore[attr-defined]
        forkserver.reduction,  # type: ignore[attr-defined]
        recvfds=request.recvfds,
    )
    forkserver.os = Altered(os, fork=request.fork)  # type: ignore[attr-defined]
