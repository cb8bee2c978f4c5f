"""One and the same exception in several tasks.

It is the same one in tasks of one function if it is of the same type: many programs put a number or
a name into what it says.
"""

from __future__ import annotations

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
NO_ERRORS = ("CancelledError", "asyncio.exceptions.CancelledError")
"""How tasks end that somebody cancelled."""
_MAKERS_NAMED = 100


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
        error = event.error
        kind = error.partition(":")[0]
        if not error or kind in NO_ERRORS:
            return
        same = self._by_kind.get((kind, name)) or self._by_text.get(error)
        if same is None:
            if len(self._by_kind) >= MOST_ERRORS:
                return
            same = self._by_kind[kind, name] = _Same(error)
        if len(self._by_text) < MOST_ERRORS:
            self._by_text.setdefault(error, same)
        same.is_varied |= error != same.error
        same.count += 1
        same.done = self._done
        if name in same.tasks or len(same.tasks) < words.NAMED_AT_MOST:
            same.tasks[name] += 1
        if len(same.makers) < _MAKERS_NAMED:
            same.makers[event.maker] = None
        if same.count == ENOUGH_TASKS:
            same.at = event.at
        if same.count >= ENOUGH_TASKS:
            self._grown[same] = None

    def _words(self, same: _Same) -> tuple[str, tuple[str, ...]]:
        sentence = f"The same exception in {same.count:,} tasks: {words.shown(same.error)}"
        if same.is_varied:
            kind, _, text = same.error.partition(":")
            example = f", e.g. {words.shown(text.strip())}" if text.strip() else ""
            kind = words.shown(kind)
            sentence = f"The same exception ({kind}) in {same.count:,} tasks{example}"
        evidence = [
            f"{count:,} × {words.shown(name)}" for name, count in same.tasks.most_common() if name
        ]
        done = f"{same.count:,} of {same.done:,} tasks so far ended so"
        by = f"in {words.everybody(self._people, same.makers)}"
        return sentence, (done, *evidence, by)
