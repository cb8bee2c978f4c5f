"""By what it is seen of each process who has its GIL and who wants it, and why not by more."""

from __future__ import annotations

import heapq
from collections.abc import Collection
from typing import NamedTuple

from chai_tui.model.program_events import Layer
from chai_tui.samplers.gil.images import Images
from chai_tui.samplers.gil.layout import FREE_THREADED
from chai_tui.samplers.gil.locks import Locks
from chai_tui.samplers.gil.which_python import has_gil, python_of
from chai_tui.samplers.waiting.permission import why_denied

NOT_ATTACHED = "not looked at: --no-attach keeps to what /proc tells anybody"
NOT_SEEN = "not seen: {}"
MAY_BE_OFF = "none, unless it was switched on: this Python is free-threaded"
OTHER_PYTHON = "not seen: {} keeps it where it is not known here"
OTHER_SYSTEM = "not seen: on this machine, or with this C library, nobody tells who waits for it"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 16.0
"""Seconds between two looks at one process: soon, for it may just have begun; then ever later."""
_SWITCH_PAUSE = 2.0
"""The longest one where it has no GIL, and any module that it imports may switch that on."""
_AT_ONCE = 4
"""So many are looked at with one sample: 30 µs each."""


class Seen(NamedTuple):
    """What is seen of one process, and by what.

    Attributes:
        pid: the system's number of it.
        layers: by what.
        why: why not by more, for a person; empty if there is nothing to say.
    """

    pid: int
    layers: tuple[Layer, ...]
    why: str


class Layers:
    """Looks by what processes are seen, each now and then.

    Attributes:
        pythons: which Python each process runs whose memory may be read, as far as that is known.

    Args:
        proc: where /proc is.
        images: where their interpreters are.
        locks: knows who has their locks.
        attach: whether system calls and memory may be looked at.
        holds_back: whether it is told a little later of which functions may be told soon.
    """

    def __init__(
        self,
        proc: str,
        images: Images,
        locks: Locks,
        *,
        attach: bool,
        holds_back: bool = False,
    ) -> None:
        self._holds_back = holds_back
        self._proc = proc
        self._images = images
        self._locks = locks
        self._attach = attach
        self._due: list[tuple[float, int, float]] = []
        self._told: dict[int, Seen | None] = {}
        self._functions: dict[int, tuple[Layer | None, str]] = {}
        self.pythons: dict[int, str] = {}

    def look(self, at: float, pids: Collection[int]) -> list[Seen]:
        """Return of whom it changed.

        Args:
            at: now, in seconds.
            pids: of all processes that are watched.
        """
        if self._told.keys() != set(pids):
            for pid in pids:
                if pid not in self._told:
                    self._told[pid] = None
                    heapq.heappush(self._due, (at, pid, _FIRST_PAUSE))
            for pid in [pid for pid in self._told if pid not in pids]:
                del self._told[pid]
                self._functions.pop(pid, None)
                self.pythons.pop(pid, None)
            self._due = [due for due in self._due if due[1] in self._told]
            heapq.heapify(self._due)
        changed: list[Seen] = []
        for _ in range(_AT_ONCE):
            if not self._due or self._due[0][0] > at:
                break
            _, pid, pause = self._due[0]
            longest = _SWITCH_PAUSE if self._images.without_gil(pid) else _LONGEST_PAUSE
            pause = min(pause, longest)
            heapq.heapreplace(self._due, (at + pause, pid, min(2 * pause, longest)))
            seen = self._of(at, pid)
            is_first = self._told[pid] is None and pause == _FIRST_PAUSE
            if self._holds_back and is_first and pid in self.pythons:
                continue
            if seen is not None and seen != self._told[pid]:
                self._told[pid] = seen
                changed.append(seen)
        return changed

    def note_functions(self, pid: int, layer: Layer | None, why: str) -> None:
        """Take in by what it was told which functions the threads of a process are in.

        Args:
            pid: the system's number of it.
            layer: by what; None if it was not.
            why: why it was not.
        """
        if pid in self._told and self._functions.get(pid) != (layer, why):
            self._functions[pid] = layer, why
            self._due = [due for due in self._due if due[1] != pid]
            self._due.append((float("-inf"), pid, _LONGEST_PAUSE))
            heapq.heapify(self._due)

    def _of(self, at: float, pid: int) -> Seen | None:
        """Return what is seen of one; None: there is no Python, or nobody may know."""
        seen, python = self._gil_of(at, pid)
        if not python:
            self.pythons.pop(pid, None)
            return seen
        self.pythons[pid] = python
        layer, why = self._functions.get(pid, (None, ""))
        if seen is None or (layer is None and not why):
            return seen
        if layer is not None:
            return seen._replace(layers=(*seen.layers, layer))
        return seen if seen.why else seen._replace(why=f"functions are not told: {why}")

    def _gil_of(self, at: float, pid: int) -> tuple[Seen | None, str]:
        """Return the same of its GIL alone; and which Python it is, if its memory may be read."""
        denied = NOT_ATTACHED
        if self._attach and (denied := why_denied(self._proc, pid, pid)):
            denied = NOT_SEEN.format(denied)
        image = None if denied else self._images.of(at, pid)
        if image is not None:
            why = self._locks.find(at, pid, image)
            layers = (Layer.FUTEX,) if why else (Layer.FUTEX, Layer.WORD)
            return Seen(pid, () if why == FREE_THREADED else layers, why), image.python
        off = "" if denied else self._images.without_gil(pid)
        python = off or python_of(pid, self._proc)
        if not python:
            return Seen(pid, (), denied) if denied and self._attach else None, ""
        if off:
            why = FREE_THREADED
        elif python.endswith("t"):
            why = MAY_BE_OFF
        elif not has_gil(python):
            why = OTHER_PYTHON.format(python)
        else:
            why = denied or OTHER_SYSTEM
        return Seen(pid, (), why), "" if denied else python
