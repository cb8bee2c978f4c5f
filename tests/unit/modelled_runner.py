"""A runner that is only modelled, and its clock."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from chai_tui.model.events import Event
from chai_tui.sources.taste.dialogue import Answer, Ask

ENGINES = ["serial", "thread", "process"]


class Machine:
    """A runner on two cores and a clock that goes on only while something is asked.

    Attributes:
        asked: every request, oldest first.
        instead: answers in place of the usual one, by what is asked; takes the request.

    Args:
        call: seconds of a call, all of it with the GIL.
        instead: see there.
    """

    def __init__(
        self, call: float = 0.01, instead: dict[str, Callable[[Any], Answer | None]] | None = None
    ) -> None:
        self.now = 100.0
        self.asked: list[dict[str, Any]] = []
        self._call = call
        self.instead = instead or {}
        self._noise = random.Random(4)

    def clock(self) -> float:
        return self.now

    def answer(self, ask: Ask) -> Answer:
        request = dict(ask.request)
        self.asked.append(request)
        instead = self.instead.get(request["do"])
        if instead is not None and (answer := instead(request)) is not None:
            if answer.kind == "silent":
                self.now += ask.silence
            return answer
        usual: Callable[[Any], Answer] = getattr(self, request["do"])
        return usual(request)

    def load(self, _request: Any) -> Answer:
        self.now += 0.1
        return Answer("loaded", {
            "name": "work.grind", "is_async": False, "items": 0, "import_seconds": 0.05,
            "python": "CPython 3.12.1", "gil": True, "pid": 4_700, "tid": 4_700, "word": None,
            "engines": ENGINES, "out": {"interpreter": "expected Python 3.14 or newer"},
        })  # fmt: skip

    def taste(self, request: Any) -> Answer:
        calls = max(1, int(request["seconds"] / self._call))
        wall = calls * self._call
        self.now += wall
        no = {"size": 4, "seconds": 1e-6, "problem": ""}
        return Answer("tasted", {
            "at": self.now, "calls": calls, "wall": wall, "shortest": self._call,
            "longest": self._call, "thread_cpu": wall, "process_cpu": wall, "ready": 0.0,
            "child_cpu": 0.0, "function": no, "argument": no, "result": no, "shown": "42",
            "about_gil": 0.99,
        })  # fmt: skip

    def open(self, request: Any) -> Answer:
        self.now += 0.2
        ids = [[4_700 + worker, 4_700 + worker] for worker in range(request["workers"])]
        return Answer(
            "opened", {"seconds": 0.2, "workers": ids, "task_seconds": 1e-4, "memory": None}
        )

    def block(self, request: Any) -> Answer:
        work = request["count"] * self._call
        wall = work / 2 if request["engine"] == "process" else work
        wall *= self._noise.uniform(0.99, 1.01)
        self.now += wall
        return Answer(
            "block",
            {"at": self.now, "wall": wall, "cpu": work, "ready": 0.0, "differs": [], "times": 0},
        )


def on_two_cores(machine: Machine) -> None:
    """Have the function use two cores by itself."""

    def taste(request: Any) -> Answer:
        answer = machine.taste(request)
        answer.value["process_cpu"] = 2 * answer.value["wall"]
        return answer

    machine.instead["taste"] = taste


def of(kind: type, events: list[Event]) -> list[Any]:
    """Return the events of one kind."""
    return [event for event in events if isinstance(event, kind)]
