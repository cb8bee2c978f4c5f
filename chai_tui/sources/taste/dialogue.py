"""What is asked of the runner, what it answers, and what to say where it does not."""

from __future__ import annotations

import signal
from collections.abc import Generator, Mapping
from typing import Any, NamedTuple

from chai_tui.model.race_events import Loaded, Measure, RoundEnded, Tasted, TasteFailed
from chai_tui.model.text import printable

START_SECONDS = 60.0
"""How long an import may take, and starting the workers of a lane."""
SPARE_SECONDS = 5.0
"""What an answer may take beyond what it is about, on a crowded machine."""


class Ask(NamedTuple):
    """What to ask the runner, and after how many seconds of its silence that is in vain."""

    request: Mapping[str, Any]
    silence: float


class Answer(NamedTuple):
    """What came of it.

    Attributes:
        kind: the answer's one key: ``loaded``, ``problem``; or ``silent``, or ``ended``.
        value: what it holds; of ``ended`` the exit code.
    """

    kind: str
    value: Any = None

    @property
    def is_out(self) -> bool:
        """Whether one engine cannot go on, but the others can."""
        return self.kind == "out" or (
            self.kind == "problem" and self.value.get("code") == "worker_died"
        )


Script = Generator[Ask, Answer, None]
"""Yields what to ask, gets the answers."""


def loaded_of(value: Mapping[str, Any], at: float, scale: float) -> Loaded:
    """Return what an answer says of the function."""
    return Loaded(
        at,
        printable(value["name"]),
        value["is_async"],
        value["items"],
        value["import_seconds"],
        printable(value["python"]),
        value["gil"],
        value["pid"],
        scale,
    )


def tasted_of(value: Mapping[str, Any]) -> Tasted:
    """Return what an answer says of single calls."""
    return Tasted(
        value["at"],
        value["calls"],
        value["wall"],
        value["shortest"],
        value["longest"],
        value["thread_cpu"],
        value["process_cpu"],
        value["ready"],
        value["child_cpu"],
        _measure(value["function"]),
        _measure(value["argument"]),
        _measure(value["result"]),
        printable(value["shown"]),
    )


def _measure(value: Mapping[str, Any]) -> Measure:
    return Measure(value["size"], value["seconds"], printable(value["problem"] or ""))


def round_of(
    value: Mapping[str, Any], lane: int, number: int, calls: int, *, counts: bool
) -> RoundEnded:
    """Return what an answer says of a lane's round."""
    return RoundEnded(
        value["at"],
        lane,
        number,
        calls,
        value["wall"],
        value["cpu"],
        value["ready"],
        counts=counts,
    )


def why_out(answer: Answer) -> str:
    """Return why an engine cannot go on."""
    text = answer.value.get("text") if answer.kind == "problem" else answer.value
    return printable(text) if text else "its workers did not start in time"


def failure_of(answer: Answer, at: float, when: str, timeout: float) -> TasteFailed:
    """Return what to say of an answer that was not the one that was wanted.

    Args:
        answer: as it came.
        at: now.
        when: what was done meanwhile: ``while it was called alone``.
        timeout: seconds that one call may take; 0 while its module is imported.
    """
    if answer.kind in {"problem", "out"}:
        problem = answer.value if isinstance(answer.value, dict) else {"text": answer.value}
        lines = (problem.get("traceback") or "").split("\n")
        return TasteFailed(
            at,
            printable(problem.get("text") or "it cannot be tasted"),
            "\n".join(printable(line) for line in lines),
            bool(problem.get("is_usage")),
        )
    if answer.kind == "silent" and timeout:
        text = f"a call did not return within {timeout:g} s: give it longer with --timeout"
    elif answer.kind == "silent":
        text = f"the import did not end within {START_SECONDS:g} s"
    elif answer.kind == "ended":
        text = f"the process that calls it ended {when}: {_end_text(answer.value)}"
    else:
        text = f"the runner answered {answer.kind} {when}, which nobody asked for"
    return TasteFailed(at, printable(text))


def no_python(answer: Answer, at: float, python: str) -> TasteFailed:
    """Return what to say of an interpreter from which nobody ever answered."""
    how = "it does not answer" if answer.kind == "silent" else _end_text(answer.value)
    text = f"{python}: expected a Python that runs the function, but: {how}"
    return TasteFailed(at, printable(text), is_usage=True)


def _end_text(code: int | None) -> str:
    """Return how a process ended, from its exit code (−N: by signal N; None: unknown)."""
    if code is None:
        return "nobody knows how"
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
