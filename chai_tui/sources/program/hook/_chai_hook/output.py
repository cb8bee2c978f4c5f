"""What a process prints, through pipes of its own: each line stands with whoever said it."""

from __future__ import annotations

import fcntl
import os
import sys
from termios import FIONREAD

from . import link

NAMES = ("CHAI_TUI_HOOK_OUT", "CHAI_TUI_HOOK_ERR")
"""Which pipes the program was given, as ``device:inode``."""
_ENVIRON = type(os.environ)


class Pipes:
    """What this process has of our pipes.

    Attributes:
        known: which its descriptors 1 and 2 are, if they are ours.
        has_taken: whether this process was given some of its own already.
    """

    def __init__(self) -> None:
        self.known: list[tuple[int, int] | None] = [None, None]
        self.has_taken = False


pipes = Pipes()


def begin() -> None:
    """Note which pipes this process was given."""
    for place, name in enumerate(NAMES):
        device, _, inode = os.environ.get(name, "").partition(":")
        if device.isdigit() and inode.isdigit():
            pipes.known[place] = int(device), int(inode)


def take() -> None:
    """Give this process pipes of its own where its output is a pipe of ours.

    Only at the beginning: while Python starts, or right after a fork. What other programs, started
    from here, write comes through the same pipe: it is the output of this process as much.
    """
    mine = [place for place in (0, 1) if _is_ours(place)]
    if not mine or pipes.has_taken or not link.is_ours():
        return
    shared = len(mine) == 2 and pipes.known[0] == pipes.known[1]
    made = []
    try:
        made.append(os.pipe())
        if len(mine) == 2 and not shared:
            made.append(os.pipe())
        which = "=" if shared else "".join(str(place + 1) for place in mine)
        before = ",".join(_unread(place) for place in mine)
        link.hand_over("O", which, before, descriptors=[read for read, _ in made])
        for place in mine:
            write = made[0 if shared or place == mine[0] else 1][1]
            os.dup2(write, place + 1)
            pipes.known[place] = found = link.identity_of(write)
            if found is not None:
                _hand_down(NAMES[place], f"{found[0]}:{found[1]}")
        pipes.has_taken = True
    except OSError as error:
        if link.is_foreign(error):
            raise
        # Too many files are open, or the receiver has its hands full: it stays as it was.
    finally:
        for pair in made:
            for descriptor in pair:
                os.close(descriptor)


def _is_ours(place: int) -> bool:
    wanted = pipes.known[place]
    return wanted is not None and link.identity_of(place + 1) == wanted


def _unread(place: int) -> str:
    """Which pipe it was, and how many bytes in it nobody had read: they were said before."""
    count = fcntl.ioctl(place + 1, FIONREAD, b"\0\0\0\0")
    found = pipes.known[place]
    inode = 0 if found is None else found[1]
    return f"{inode}:{int.from_bytes(count, sys.byteorder)}"


def _hand_down(name: str, value: str) -> None:
    """Have what is started from here find it, with a copy of ``os.environ`` as without."""
    os.putenv(name, value)
    environ = os.environ
    if type(environ) is _ENVIRON and name in environ:  # not where the program took it out
        environ[name] = value
