"""One and the same exception in several tasks.

In tasks of one function those of one type belong together: many programs put a number or a name
into what they say. In others those that say the same do, but their tasks are not added up: a task
that waits for another one ends with the exception of that, so one alone may end many.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from chai_tui.findings.evidence import words
from chai_tui.findings.evidence.finding import Desk, Finding, FindingKind
from chai_tui.findings.evidence.people import People
from chai_tui.model.events import Exited, Sampled
from chai_tui.model.program_events import TaskBegan, TaskEnded

ENOUGH_TASKS = 3
"""Two may be chance; from three on, it is rather the program than the task."""
MOST_ERRORS = 1_000
"""Different ones that are counted, and texts that are kept of them."""
NO_ERRORS = (
    "CancelledError",
    "asyncio.exceptions.CancelledError",
    "ExceptionGroup",
    "BaseExceptionGroup",
)
"""How tasks end that somebody cancelled, and those of whom others ended with what is in it."""
_MOST_NAMED = 100
_NUMBER = re.compile(r"(?<=[^\w.])\d+$")
"""Of a task that has a name of its own: after a sign that no function's name has."""


class _Same:
    """One error."""

    __slots__ = ("at", "count", "done", "error", "is_varied", "makers", "place", "tasks")

    def __init__(self, error: str) -> None:
        self.error = error
        self.is_varied = False
        self.at = 0.0
        self.count = 0
        self.done = 0
        self.tasks: Counter[str] = Counter()
        self.makers: dict[int, None] = {}
        self.place: int | None = None


class SameError:
    """Counts errors of tasks.

    Args:
        desk: where to tell.
        people: who is who.
    """

    def __init__(self, desk: Desk, people: People) -> None:
        self._desk = desk
        self._people = people
        self._tasks: dict[int, dict[int, str]] = {}
        self._done = 0
        self._by_kind: dict[tuple[str, str], _Same] = {}
        """By the exception's type and the task's name."""
        self._by_text: dict[str, _Same] = {}
        self._grown: dict[_Same, None] = {}
        self.handlers: Mapping[type, Callable[[Any], object]] = {
            TaskBegan: self._began,
            TaskEnded: self._ended,
            Exited: lambda event: self._tasks.pop(event.maker, None),
            Sampled: lambda event: self.end(event.at),
        }

    def judge(self, at: float) -> None:
        """Nothing: time makes no difference."""

    def end(self, at: float) -> None:  # noqa: ARG002 - what is told has a time of its own
        """Tell how many there are by now: of thousands a second not each time."""
        for same in self._grown:
            sentence, evidence = self._words(same)
            makers = (*same.makers,)
            if same.place is None:
                finding = Finding(FindingKind.SAME_ERROR, same.at, sentence, evidence, makers)
                same.place = self._desk.tell(finding)
            else:
                self._desk.change(same.place, sentence=sentence, evidence=evidence, makers=makers)
        self._grown.clear()

    def _began(self, event: TaskBegan) -> None:
        self._tasks.setdefault(event.maker, {})[event.task] = event.name

    def _ended(self, event: TaskEnded) -> None:
        self._done += 1
        name = self._tasks.get(event.maker, {}).pop(event.task, "")
        name = _NUMBER.sub("…", name)
        error = event.error
        kind = error.partition(":")[0]
        if not error or not name or kind in NO_ERRORS:
            return
        same = self._by_kind.get((kind, name)) or self._by_text.get(error) or _Same(error)
        if len(self._by_kind) < MOST_ERRORS:
            self._by_kind.setdefault((kind, name), same)
        if len(self._by_text) < MOST_ERRORS:
            self._by_text.setdefault(error, same)
        same.is_varied |= error != same.error
        same.count += 1
        same.done = self._done
        if name in same.tasks or len(same.tasks) < _MOST_NAMED:
            same.tasks[name] += 1
        if len(same.makers) < _MOST_NAMED:
            same.makers[event.maker] = None
        if same.place is not None or same.tasks[name] >= ENOUGH_TASKS:
            same.at = same.at or event.at
            self._grown[same] = None

    def _words(self, same: _Same) -> tuple[str, tuple[str, ...]]:
        ((name, most), *others) = same.tasks.most_common(words.NAMED_AT_MOST)
        tasks = f"{most:,} tasks of {words.shown(name)}" if others else f"{most:,} tasks"
        sentence = f"The same exception in {tasks}: {words.shown(same.error)}"
        if same.is_varied:
            kind, _, text = same.error.partition(":")
            example = f", e.g. {words.shown(text.strip())}" if text.strip() else ""
            sentence = f"{tasks} failed with {words.shown(kind)}{example}"
        evidence = [f"{count:,} × {words.shown(name)}" for name, count in ((name, most), *others)]
        done = f"{same.count:,} of {same.done:,} tasks so far ended so"
        by = f"in {words.everybody(self._people, same.makers)}"
        return sentence, (done, *evidence, by)
