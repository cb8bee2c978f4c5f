"""Which program that is not ours is looked at, and how."""

from __future__ import annotations

from typing import NamedTuple


class RunProgram(NamedTuple):
    """A program to run.

    Attributes:
        command: what is executed, and its arguments.
        shown: the command line as a person would write it.
        stdin: what it reads as its standard input: the path of a file, or a descriptor of ours;
            None: it is empty.
        tty: whether it gets a terminal of its own, a pty, for its input and output.
        hook: whether Python in it is asked to tell what it does.
        attach: whether its memory and its system calls may be looked at; else /proc alone tells.
        inherits: descriptors of ours that it gets under the same numbers: those that whoever
            started us meant for it.
    """

    command: tuple[str, ...]
    shown: str
    stdin: str | int | None = None
    tty: bool = False
    hook: bool = True
    attach: bool = True
    inherits: tuple[int, ...] = ()

    @property
    def has_empty_stdin(self) -> bool:
        """Whether it finds nothing to read there."""
        return self.stdin is None and not self.tty


class WatchProgram(NamedTuple):
    """Programs to watch that run already.

    Attributes:
        pids: the system's numbers of their processes.
        shown: what they were asked for by.
        attach: as of :class:`RunProgram`.
    """

    pids: tuple[int, ...]
    shown: str
    attach: bool = True
