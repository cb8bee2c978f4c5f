"""Engines: how makers are seated at stations, and what follows from it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Traits(NamedTuple):
    """What an engine is, for whoever would ask which engine it is.

    Attributes:
        worker: what a maker is to the system: ``process``, ``thread`` or ``task``.
        shares_station: whether several makers stand at one station: they share its memory and its
            end, and none of them can be killed, paused or signalled alone.
        own_thread: whether nobody else ever runs on a maker's thread, so that all its CPU time is
            the maker's.
        own_interpreter: whether each maker has a Python of its own: its GIL, modules and globals.
        shares_gil: whether makers on threads of their own wait for one GIL, where there is one.
        shares_loop: whether makers are tasks of one event loop, where one that computes holds up
            all others.
        takes_turns: whether each maker waits until the one before it is done.
    """

    worker: str
    shares_station: bool = True
    own_thread: bool = False
    own_interpreter: bool = False
    shares_gil: bool = False
    shares_loop: bool = False
    takes_turns: bool = False


class Engine(StrEnum):
    """How makers are seated."""

    PROCESS = "process"
    """One maker a station: own memory, own GIL."""
    THREAD = "thread"
    """One station, a thread each: shared memory, one GIL."""
    ASYNCIO = "asyncio"
    """One station, a task each on one event loop."""
    SERIAL = "serial"
    """One station, one maker after another."""
    INTERPRETER = "interpreter"
    """One station, a thread and an interpreter each: the memory of one process, a GIL each."""

    @property
    def traits(self) -> Traits:
        """What this engine is."""
        return _TRAITS[self]

    @property
    def shares_station(self) -> bool:
        """Whether several makers stand at one station."""
        return self.traits.shares_station


_TRAITS = {
    Engine.PROCESS: Traits("process", shares_station=False, own_thread=True, own_interpreter=True),
    Engine.THREAD: Traits("thread", own_thread=True, shares_gil=True),
    Engine.ASYNCIO: Traits("task", shares_loop=True),
    Engine.SERIAL: Traits("maker that shares its process", takes_turns=True),
    Engine.INTERPRETER: Traits("thread", own_thread=True, own_interpreter=True),
}
