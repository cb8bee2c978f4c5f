"""multiprocessing's fork server, as the kitchen sees it: where it listens, and whether it answers.

    kitchen                              fork server
    request ───────────────────────────▶ accepts it (from Python 3.14 on: both prove who they are)
    looks whether the server works ····· forks
    number ◀──────────────────────────── number of the new process, later its exit code
    what to run ───────────────────────▶ the new process reads it

A server that is stopped, or frozen with its control group, answers nothing. So its answers are
waited for in slices, and one that neither answers nor works nor wants a core is given up; on a
machine with too much to do it wants one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing import forkserver, process, util
from typing import Any

from chai_tui.host.process_stat import ENDED_STATES, READY_STATE, STOPPED_STATES, process_stat

ANSWER_SECONDS = 1.0
"""Seconds that the server may do nothing while an answer is waited for; it takes 2 ms."""
HURRIED_SECONDS = 0.4
"""The same once everything is to end."""
BLIND_SECONDS = 5.0
"""The same where nothing tells what the server does."""
SLICE_SECONDS = 0.05
"""How long is waited between two looks at it."""
DEATH_SECONDS = 0.2
"""How long is waited for it to die of SIGKILL; one that is frozen may not."""


LONGEST_FOLDER = 60
"""Bytes of the longest folder for its socket: Linux takes 107 for a whole address, macOS 103, and
Python adds up to 32."""
_EXHAUSTED = {errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE}
"""Errors that another folder does not mend."""

_server: Any = forkserver._forkserver  # noqa: SLF001 - multiprocessing has but this one


class NoFolderError(OSError):
    """There is no folder for the fork server's socket; the text says so."""


class Silence:
    """How long the fork server has done nothing while something of it is waited for.

    Args:
        hurried: tells whether everything is to end, so that less is waited.
        clock: seconds.
    """

    def __init__(
        self, hurried: Callable[[], bool], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._hurried = hurried
        self._clock = clock
        self._pid: int | None = None
        self._effort: tuple[bytes, ...] | None = None
        self._seconds = 0.0
        self._limit = ANSWER_SECONDS
        self._looked_at = float("-inf")

    @property
    def is_too_long(self) -> bool:
        """Whether the server had been silent for too long when it was last looked at."""
        return self._seconds >= (HURRIED_SECONDS if self._hurried() else self._limit)

    @property
    def in_words(self) -> str:
        """What there is to say of it."""
        return f"the fork server (pid {server_pid()}) did not answer"

    def look(self) -> None:
        """Look at the server, again and again while something of it is waited for."""
        now = self._clock()
        # Time in which nobody looked says nothing: this process may have been stopped itself.
        passed = min(now - self._looked_at, 2 * SLICE_SECONDS)
        self._looked_at = now
        pid = server_pid()
        stat = None if pid is None else process_stat(pid)
        effort = None if stat is None else stat.effort
        wants_a_core = stat is not None and stat.state == READY_STATE
        if wants_a_core or pid != self._pid or effort != self._effort:
            self._seconds = 0.0
        else:
            self._seconds += passed
        self._pid, self._effort = pid, effort
        self._limit = BLIND_SECONDS if stat is None else ANSWER_SECONDS

    def wait(self, descriptor: int, event: int) -> None:
        """Wait until a descriptor is ready.

        Args:
            descriptor: what the server answers on.
            event: ``select.POLLIN`` or ``select.POLLOUT``.

        Raises:
            TimeoutError: the server is silent; the text says so.
        """
        poll = select.poll()
        poll.register(descriptor, event)
        while not poll.poll(1_000 * SLICE_SECONDS):
            self.look()
            if self.is_too_long:
                raise TimeoutError(self.in_words)


def start_server() -> str:
    """Start the fork server, unless it runs and can be reached.

    Returns:
        What was done instead of the usual, in words; empty if nothing.

    Raises:
        NoFolderError: its socket can be nowhere.
        OSError: the system has no room for it.
    """
    socket = _server._forkserver_address  # noqa: SLF001
    if socket is not None and not os.path.exists(socket):  # noqa: PTH110 - pathlib costs an import
        # Somebody tidied up. Those who came from it go on: nothing of it is closed here.
        preload = _server._preload_modules  # noqa: SLF001
        _server.__init__()
        _server.set_forkserver_preload(preload)
        process.current_process()._config.pop("tempdir", None)  # type: ignore[attr-defined]  # noqa: SLF001
    usual, why = _usual_folder()
    for folder in filter(None, (usual, *_other_folders())):
        try:
            _start_server_in(folder)
        except OSError as error:
            if error.errno in _EXHAUSTED:
                raise
            why = why or f"{folder}: {error.strerror or error}"
        else:
            return why and f"{why}; the fork server's socket is in {folder} instead"
    raise NoFolderError(why)


def _usual_folder() -> tuple[str, str]:
    """Return where temporary files belong, and why that will not do; one of them is empty."""
    try:
        folder = tempfile.gettempdir()
    except OSError:
        return "", "there is no folder for temporary files"
    if len(os.fsencode(folder)) > LONGEST_FOLDER:
        return "", f"the name of the folder for temporary files is too long ({folder})"
    return folder, ""


def _other_folders() -> Iterator[str]:
    # Never an abstract socket: whoever shares the network could connect to it.
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    yield from ("/tmp", "/var/tmp", runtime, "/dev/shm")  # noqa: S108 - a folder of ours goes there
    yield os.path.expanduser("~")  # noqa: PTH111 - pathlib costs an import


def _start_server_in(folder: str) -> None:
    """Start the fork server with its socket in a folder of ours below this one.

    Raises:
        OSError: there it cannot be.
    """
    known = process.current_process()._config  # type: ignore[attr-defined]  # noqa: SLF001
    made = None
    if "tempdir" not in known:
        if len(os.fsencode(folder)) > LONGEST_FOLDER:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        made = known["tempdir"] = tempfile.mkdtemp(prefix="pymp-", dir=folder)
    try:
        forkserver.ensure_running()
    except OSError:
        if made is not None:
            del known["tempdir"]
            shutil.rmtree(made, ignore_errors=True)
        raise
    if made is not None:
        # As multiprocessing does it; but it may be gone by then, which is nobody's concern.
        util.Finalize(None, shutil.rmtree, args=(made, True), exitpriority=-100)


def server_pid() -> int | None:
    """Return the number of the fork server; None if none was started."""
    pid: int | None = _server._forkserver_pid  # noqa: SLF001
    return pid


def end_if_stuck(pid: int, *, silent: bool = False) -> bool | None:
    """End one of multiprocessing's helpers, if it would not end of itself.

    Call it when nothing is asked of it any more.

    Args:
        pid: our own child's.
        silent: whether it is known not to answer.

    Returns:
        Whether it is gone; None if it was left alone, because it works.
    """
    stat = process_stat(pid)
    if not silent and (stat is None or stat.state not in STOPPED_STATES):
        return None
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + DEATH_SECONDS
    while time.monotonic() < deadline:
        # Its exit code is left to multiprocessing.
        stat = process_stat(pid)
        if stat is None or stat.state in ENDED_STATES:
            return True
        time.sleep(SLICE_SECONDS / 10)
    return False
