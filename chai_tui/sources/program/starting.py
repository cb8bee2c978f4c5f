"""Starts the program: in a session of its own, its output in pipes or in a terminal of its own."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from chai_tui.model.program import RunProgram

_ROWS, _COLUMNS = 24, 80
_LOOKED_AT = 256
"""Bytes of a file by which a script is told from what nobody can run."""
_ENCODING = "LC_CTYPE"
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


class StartedProgram(NamedTuple):
    """A program that runs.

    Attributes:
        process: it.
        streams: the descriptors from which its output is read, by the name of the stream.
    """

    process: subprocess.Popen[bytes]
    streams: Mapping[int, str]


class ProgramStartError(Exception):
    """The program could not be started; the text says why, for a person."""


Environment = Callable[[int | None, int | None], Mapping[str, str]]
"""Returns the variables for a program with these pipes as its stdout and stderr; None: no pipes."""


def start_program(program: RunProgram, environment: Environment) -> StartedProgram:
    """Start a program.

    Args:
        program: which.
        environment: returns the variables that it gets.

    Raises:
        ProgramStartError: it cannot be started.
    """
    streams: dict[int, str] = {}
    ends: list[int] = []
    try:
        first = [_ended_with_us()]
        if program.tty:
            outer, inner = os.openpty()
            first.append(_controlled_by(inner))
            _size(inner)
            if program.stdin is None:
                _end_input(outer, inner)
            streams[outer] = "out"
            ends.append(inner)
            stdin = stdout = stderr = inner
        else:
            read_out, stdout = os.pipe()
            streams[read_out] = "out"
            ends.append(stdout)
            read_err, stderr = os.pipe()
            streams[read_err] = "err"
            ends.append(stderr)
            stdin = subprocess.DEVNULL
        command = program.command
        if isinstance(program.stdin, str) and _is_named_pipe(program.stdin):
            # Whoever opens one waits until somebody writes into it: the program, and not we.
            command = ("/bin/sh", "-c", 'exec "$@" <"$0"', program.stdin, *command)
        elif isinstance(program.stdin, str):
            stdin = os.open(program.stdin, os.O_RDONLY | os.O_NONBLOCK)
            ends.append(stdin)
            os.set_blocking(stdin, True)
        elif program.stdin is not None:
            stdin = program.stdin
        process = _start(
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            # Whoever has a terminal keeps it: pipes in its place would be none.
            env=as_we_got_it(environment(*((None, None) if program.tty else (stdout, stderr)))),
            pass_fds=program.inherits,
            start_new_session=True,
            # In the child these are system calls, of what is loaded here: no lock is waited for.
            preexec_fn=partial(_call, tuple(filter(None, first))),
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        for descriptor in streams:
            os.close(descriptor)
        raise ProgramStartError(_why_not(program, error)) from error
    finally:
        for descriptor in ends:
            os.close(descriptor)
    for descriptor in streams:
        os.set_blocking(descriptor, False)
    return StartedProgram(process, streams)


def _call(functions: Sequence[Callable[[], None]]) -> None:
    for function in functions:
        function()


def _ended_with_us() -> Callable[[], None] | None:
    """Return what has the system send a new process SIGTERM if we end without doing so: by SIGKILL.

    That is when the thread ends that starts it, which lives until the program was ended. Whoever
    runs with another user's rights is spared, and so is whom it starts itself.
    """
    if sys.platform != "linux":
        return None
    try:
        import ctypes  # noqa: PLC0415 - some interpreters have none

        prctl, number = ctypes.CDLL(None).prctl, ctypes.c_ulong(signal.SIGTERM)
    except (ImportError, OSError, AttributeError):
        return None
    zeros, parent = (ctypes.c_ulong(0),) * 3, os.getpid()

    def end_with_us() -> None:
        prctl(_SET_DEATH_SIGNAL, number, *zeros)
        if os.getppid() != parent:  # we ended before that
            os.kill(os.getpid(), signal.SIGTERM)

    return end_with_us


def _why_not(program: RunProgram, error: Exception) -> str:
    """Why a program could not be started, for a person."""
    why = getattr(error, "strerror", None) or str(error)
    where = getattr(error, "filename", None) or program.command[0]
    if where == program.stdin:
        return f"--stdin {where}: {why}"
    if isinstance(error, FileNotFoundError) and os.path.isfile(where):  # noqa: PTH113 - any text
        why = "what its first line names, which is to run it, does not exist"
    return f"{where} could not be started: {why}"


def _start(command: Sequence[str], **how: Any) -> subprocess.Popen[bytes]:
    """Start a command, as a shell does; see :class:`subprocess.Popen`."""
    try:
        return subprocess.Popen(command, **how)  # noqa: S603 - it is what the user asked for
    except OSError as error:
        script = _for_the_shell(command) if error.errno == errno.ENOEXEC else None
        if script is None:
            raise
        return subprocess.Popen(script, **how)  # noqa: S603 - as above


def _for_the_shell(command: Sequence[str]) -> Sequence[str] | None:
    """Return what runs a script without a first line that names who does; None where it is none.

    Every shell does so.
    """
    path = shutil.which(command[0])
    if path is None:
        return None
    with contextlib.suppress(OSError), open(path, "rb") as file:  # noqa: PTH123 - any text
        return None if b"\0" in file.read(_LOOKED_AT) else ("/bin/sh", path, *command[1:])
    return None


def as_we_got_it(
    environment: Mapping[str, str], given: str = "/proc/self/environ"
) -> dict[str, str]:
    """Return an environment without what Python adds to its own: an encoding, where it finds none.

    A program that got it would take text for something else than it does without us.

    Args:
        environment: ours, and what we add to it.
        given: the file with ours as it was when we were started.
    """
    ours = dict(environment)
    with contextlib.suppress(OSError), open(given, "rb") as file:  # noqa: PTH123 - any text
        before = dict(
            variable.partition(b"=")[::2] for variable in file.read().split(b"\0") if variable
        )
        ours.pop(_ENCODING, None)
        if (value := before.get(_ENCODING.encode())) is not None:
            ours[_ENCODING] = os.fsdecode(value)
    return ours


def _is_named_pipe(path: str) -> bool:
    """Whether it is a pipe, which is not open yet."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)  # noqa: PTH116 - takes any text
    except (OSError, ValueError):
        return False


def _controlled_by(terminal: int) -> Callable[[], None] | None:
    """Return what makes a terminal a new session's own: its ``/dev/tty``.

    Files of a terminal alone do not.
    """
    if sys.platform == "win32":
        return None
    import fcntl  # noqa: PLC0415 - not on Windows
    import termios  # noqa: PLC0415 - not on Windows

    request, control = termios.TIOCSCTTY, fcntl.ioctl

    def control_it() -> None:
        with contextlib.suppress(OSError):
            control(terminal, request, 0)

    return control_it


def _end_input(outer: int, inner: int) -> None:
    """Have whoever reads from a terminal read its end: nobody types."""
    if sys.platform == "win32":
        return
    import termios  # noqa: PLC0415 - not on Windows

    with contextlib.suppress(OSError, termios.error):
        attributes = termios.tcgetattr(inner)
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(inner, termios.TCSANOW, attributes)
        os.write(outer, b"\x04")  # VEOF, as the driver has it at first


def _size(terminal: int) -> None:
    """Give a terminal the size that programs expect of one."""
    if sys.platform == "win32":
        return
    import fcntl  # noqa: PLC0415 - not on Windows
    import struct  # noqa: PLC0415 - for this alone
    import termios  # noqa: PLC0415 - not on Windows

    with contextlib.suppress(OSError):
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
