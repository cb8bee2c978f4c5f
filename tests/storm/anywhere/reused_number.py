"""A maker's process number is somebody else's by now: no signal for the maker reaches them.

In a pid namespace of its own, where the next number can be chosen:

    the screen is stopped · a maker dies · the fork server takes its exit code: the number is free ·
    a bystander gets it · the screen goes on, and is told to kill, to pause, to leave
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from chai_tui.model.commands import Command, KillMaker, PauseMaker, SignalMaker, StopMaker
from tests.process.makers import steps
from tests.process.program import console_script
from tests.storm.anywhere.spaces import unshared
from tests.storm.driving import kitchen_drive
from tests.storm.promise import PATIENCE, Broken, Force, Promise, Untried, require
from tests.terminal import Terminal

_OWN_PROC = 'mount -t proc proc /proc && exec "$0" "$@"'
_NEXT = Path("/proc/sys/kernel/ns_last_pid")
_NOT_HERE = 77


def try_among_reused_numbers(where: str, *, refused: bool) -> None:
    """Have a maker's number reused, and do to the maker what can be done.

    Args:
        where: ``kitchen`` or ``screen``.
        refused: whether a sandbox refuses pidfds.

    Raises:
        Broken: the bystander got a signal.
        Untried: this system does not let us choose a number.
    """
    module = [sys.executable, "-m", "tests.storm.anywhere.reused_number"]
    command = unshared("mp", _OWN_PROC, *module, where, "refused" if refused else "given")
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=2 * PATIENCE, check=False
    )
    if done.returncode == _NOT_HERE:
        raise Untried("the next process number cannot be chosen here")
    require(done.returncode == 0, f"{where}: {done.stderr[-600:]}")


def refuse_pidfds() -> None:
    """Have the kernel refuse pidfds from now on, as sandboxes do (seccomp)."""
    send_signal, pidfd_open = 424, 434  # of every architecture
    load, equals, answer, allow, refuse = 0x20, 0x15, 0x06, 0x7FFF0000, 0x00050000 | errno.EPERM
    program = (
        (load, 0, 0, 0),
        (equals, 1, 0, pidfd_open),
        (equals, 0, 1, send_signal),
        (answer, 0, 0, refuse),
        (answer, 0, 0, allow),
    )
    filters = b"".join(struct.pack("HBBI", *step) for step in program)
    kept = ctypes.create_string_buffer(filters)
    described = struct.pack("HP", len(program), ctypes.addressof(kept))
    prctl = ctypes.CDLL(None).prctl
    if prctl(38, 1, 0, 0, 0) or prctl(22, 2, described, 0, 0):  # NO_NEW_PRIVS, SECCOMP
        sys.exit(_NOT_HERE)


def _bystander(number: int) -> subprocess.Popen[bytes]:
    """Start a process that has a certain number, as soon as it is free, and leads its group."""
    deadline = time.monotonic() + PATIENCE
    while Path(f"/proc/{number}").exists():
        require(time.monotonic() < deadline, f"{number} is never free")
    for _ in range(100):
        _NEXT.write_text(str(number - 1), encoding="utf-8")
        bystander = subprocess.Popen(["sleep", "600"], start_new_session=True)
        if bystander.pid == number:
            return bystander
        bystander.kill()
        bystander.wait()
    raise Broken(f"nobody gets {number}")


def _is_unhurt(bystander: subprocess.Popen[bytes]) -> bool:
    status = Path(f"/proc/{bystander.pid}/stat").read_text(encoding="utf-8")
    return bystander.poll() is None and status.split()[2] != "T"


def _in_a_kitchen() -> None:
    acts: tuple[Callable[[int], Command] | None, ...] = (
        KillMaker,
        StopMaker,
        PauseMaker,
        lambda maker: SignalMaker(maker, signal.SIGUSR1),
        None,  # it is only joined
    )
    for act in acts:
        with kitchen_drive() as drive:
            (maker,) = drive.add(steps(wait=600))
            drive.until(lambda maker=maker: maker.started_at)  # type: ignore[misc]
            os.kill(maker.pid, signal.SIGKILL)
            bystander = _bystander(maker.pid)
            if act is not None:
                drive.submit(act(maker.number))
            drive.until_joined([maker])
            require(_is_unhurt(bystander), f"{act} reached somebody else")
            bystander.kill()
            bystander.wait()
    with kitchen_drive() as drive:
        makers = drive.add(steps(wait=600), 2)
        drive.until(lambda: all(maker.started_at for maker in makers))
        os.kill(makers[0].pid, signal.SIGKILL)
        bystander = _bystander(makers[0].pid)
        drive.kitchen.close()
        require(_is_unhurt(bystander), "closing reached somebody else")
        bystander.kill()
        bystander.wait()


def _on_the_screen() -> None:
    with Terminal([console_script(), "--makers", "3"]) as terminal:
        terminal.until_shows("3 brewing", "pid ")
        terminal.look_around()
        numbers = [
            pid for pid, process in terminal.family.items() if "Chai Maker" in process.cmdline()[0]
        ]
        terminal.process.send_signal(signal.SIGSTOP)
        for number in numbers:
            os.kill(number, signal.SIGKILL)
        bystanders = [_bystander(number) for number in numbers]
        terminal.send("K", "z", "q")
        terminal.process.send_signal(signal.SIGTERM)
        terminal.process.send_signal(signal.SIGCONT)
        terminal.wait()
        hurt = [each.pid for each in bystanders if not _is_unhurt(each)]
        require(len(numbers) == 3 and not hurt, f"of {numbers}, {hurt} got a signal")
        for each in bystanders:
            each.kill()
            each.wait()


def main() -> int:
    """Try it, in the namespace."""
    try:
        _NEXT.write_text(_NEXT.read_text(encoding="utf-8"), encoding="utf-8")
    except OSError:
        return _NOT_HERE
    if sys.argv[2] == "refused":
        refuse_pidfds()
    {"kitchen": _in_a_kitchen, "screen": _on_the_screen}[sys.argv[1]]()
    return 0


def _storm(_: Force) -> str:
    tries = [(where, refused) for where in ("kitchen", "screen") for refused in (False, True)]
    for where, refused in tries:
        try_among_reused_numbers(where, refused=refused)
    return f"{len(tries)} times reused, with pidfds and without: nobody else got a signal"


KINDS = (
    Promise(
        "reused-number-signals", "a signal for a maker never reaches who has its number now", _storm
    ),
)

if __name__ == "__main__":
    sys.exit(main())
