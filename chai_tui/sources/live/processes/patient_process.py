"""A process that the fork server starts, and that is not waited for for ever. In the parent.

multiprocessing reads the server's answers until they come: see :mod:`.fork_server` for one that
gives none. Here each is read only once it is there.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
from collections.abc import Iterator
from functools import partial
from multiprocessing import forkserver, popen_forkserver, reduction, spawn, util
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess, set_spawning_popen
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

from chai_tui.host.altered import Altered
from chai_tui.sources.live.processes.fork_server import Silence

if TYPE_CHECKING:
    _Connection = Connection[Any, Any]
else:
    _Connection = Connection


class ForkedElsewhere(ForkServerProcess):
    """A process that the fork server starts; it is an ordinary one of multiprocessing's there.

    Args:
        silence: tells how long to wait for the server.
        arguments: as ``multiprocessing.Process`` takes them.
    """

    def __init__(self, silence: Silence, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._silence = silence

    def _Popen(self, _process: object) -> _Popen:  # type: ignore[override]  # noqa: N802 - theirs
        return _Popen(self, self._silence)

    def __reduce__(self) -> Any:
        state = {name: value for name, value in vars(self).items() if name != "_silence"}
        return object.__new__, (ForkServerProcess,), state


class _Popen(popen_forkserver.Popen):
    """Asks for a process as multiprocessing does, but waits for no answer for ever."""

    def __init__(self, process: ForkedElsewhere, silence: Silence) -> None:
        self._silence = silence
        self._fds: list[int] = []
        super().__init__(process)

    def _launch(self, process: BaseProcess) -> None:
        plan = io.BytesIO()
        set_spawning_popen(self)
        try:
            reduction.dump(spawn.get_preparation_data(process.name), plan)
            reduction.dump(process, plan)
        finally:
            set_spawning_popen(None)
        with _patient_handshake(self._silence):
            self.sentinel, writer = forkserver.connect_to_new_process(self._fds)
        # Open for as long as we are there: its end tells the child of ours.
        held = os.dup(writer)
        self.finalizer = util.Finalize(self, _close, (held, self.sentinel))
        try:
            self._silence.wait(self.sentinel, select.POLLIN)
            self.pid = forkserver.read_signed(self.sentinel)
            if self.pid > 0:
                self._write(writer, plan.getbuffer())
        finally:
            os.close(writer)

    def _write(self, writer: int, data: memoryview) -> None:
        os.set_blocking(writer, False)
        while data:
            self._silence.wait(writer, select.POLLOUT)
            with contextlib.suppress(BlockingIOError):
                data = data[os.write(writer, data) :]


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


class _PatientConnection(_Connection):
    """A connection that is read only when there is something to read."""

    def __init__(self, silence: Silence, handle: int) -> None:
        super().__init__(handle)
        self._silence = silence

    def _recv(self, *arguments: Any) -> Any:
        self._silence.wait(self.fileno(), select.POLLIN)
        return super()._recv(*arguments)  # type: ignore[misc]


@contextlib.contextmanager
def _patient_handshake(silence: Silence) -> Iterator[None]:
    """Have both sides prove who they are without waiting for ever (from Python 3.14 on)."""
    usual = forkserver.connection  # type: ignore[attr-defined]
    patient = partial(_PatientConnection, silence)
    forkserver.connection = Altered(usual, Connection=patient)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        forkserver.connection = usual  # type: ignore[attr-defined]
