"""How a child process ends when its parent does, and how it leaves the parent's terminal.

Two ways, because neither is enough alone: the lifeline is a pipe whose other end only the parent
holds, so its end of file says that the parent is gone, on every system; but a thread must read it,
and no thread runs while C code holds the GIL or the process is stopped. On Linux the kernel itself
ends the child (PR_SET_PDEATHSIG) whatever it does. With the fork server this makes a chain: the
server dies with the parent, the child with the server.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys

TERMINATION: tuple[int, ...] = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""The signals that ask a process to end, and that a terminal or a service manager sends to all."""
_PR_SET_PDEATHSIG = 1  # prctl(2), linux/prctl.h


def die_with_parent() -> None:
    """Have the kernel end this process when the thread that started it ends (Linux only)."""
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - only Linux needs it

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def leave_if_alone(lifeline: int) -> None:
    """End this process if its parent is gone already.

    Call it after :func:`die_with_parent`: the kernel tells nobody of a parent that died before
    that, and a maker that holds the GIL from its first moment on never reads an end of file.

    Args:
        lifeline: the descriptor whose other end only the parent holds.
    """
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(lifeline, 0)  # a hangup is told in any case
        if poll.poll(0):
            os._exit(1)


def leave_terminal(outlet: int | None) -> None:
    """Cut this process off from the terminal.

    It leads a session of its own (no controlling terminal, no Ctrl-C, a process group that can be
    ended as one), reads nothing and writes to ``outlet``.

    Args:
        outlet: the descriptor that takes the place of stdout and stderr; None: they go nowhere.
    """
    if hasattr(os, "setsid"):
        with contextlib.suppress(PermissionError):  # it leads a group already
            os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    for descriptor in (1, 2):
        os.dup2(nowhere if outlet is None else outlet, descriptor)
    os.close(nowhere)


def leave_fork_server() -> None:
    """Let go of the fork server that this process came from.

    A child holds a pipe whose only use is to start more processes there; a maker that writes to
    every descriptor it finds would end the server, and with it everyone. A maker that starts
    processes of its own gets a server of its own.
    """
    forkserver = sys.modules.get("multiprocessing.forkserver")
    server = getattr(forkserver, "_forkserver", None)
    descriptor = getattr(server, "_forkserver_alive_fd", None)
    if server is None or descriptor is None:
        return
    os.close(descriptor)
    server.__init__()


def wait_with_signals() -> None:
    """Keep the signals that end a process waiting, in this process and in its children.

    For the fork server, which must outlive a terminal's hangup and a signal to its whole group. A
    signal that was ignored instead would be lost to a child that is about to be born.
    """
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, TERMINATION)
    for number in TERMINATION:
        signal.signal(number, signal.SIG_DFL)


def default_signals() -> None:
    """Answer the signals that end a process as a fresh one does, also those that wait already."""
    for number in (signal.SIGINT, *TERMINATION):
        signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, TERMINATION)
