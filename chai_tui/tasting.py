"""Tasting as a library: ``chai_tui.taste(function, items)``."""

from __future__ import annotations

import base64
import html
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chai_tui.model.engine import Engine
from chai_tui.model.tasting import DEFAULT_BUDGET, DEFAULT_TIMEOUT, RACING, TasteRequest


class TastingError(RuntimeError):
    """The function could not be tasted; the text says why, and what to do.

    Attributes:
        traceback: what Python told of it; empty if nothing.
    """

    def __init__(self, text: str, traceback: str = "") -> None:
        super().__init__(text)
        self.traceback = traceback
        if traceback:
            self.add_note(f"\nWhat Python told of it there:\n{traceback}")

    def __reduce__(self) -> tuple[type[TastingError], tuple[str, str]]:
        """Keep the traceback when it is pickled."""
        return type(self), (str(self), self.traceback)


@dataclass(frozen=True)
class LaneResult:
    """How one engine did.

    Attributes:
        engine: which.
        workers: how many worked at once.
        speedup: how many times as fast as one call after another.
        low: of the 95 % interval.
        high: likewise.
        wall_seconds: of a round; None if no round counts.
        calls_per_second: calls a second; likewise.
        cpu_seconds: of a round; likewise.
        memory_bytes: that only its processes had; None if unknown.
        start_seconds: until its workers were ready.
    """

    engine: str
    workers: int
    speedup: float
    low: float
    high: float
    wall_seconds: float | None
    calls_per_second: float | None
    cpu_seconds: float | None
    memory_bytes: int | None
    start_seconds: float


@dataclass(frozen=True)
class Tasting:
    """What came of a tasting.

    Attributes:
        engine: ``serial``, ``thread``, ``process``, ``asyncio``, ``interpreter``; None: it cannot
            be said.
        sentence: the verdict in words.
        reason: why, in a word: ``faster``, ``tie``, ``only``, ``noisy``, ``too_long``.
        gil_share: share of a call in which the GIL is held, 0 to 1; None if unknown.
        standings: how each engine did, from the lightest to the heaviest.
        lines: table and verdict as the command prints them.
        data: every number, as ``--json`` prints it.
    """

    engine: str | None
    sentence: str
    reason: str
    gil_share: float | None
    standings: tuple[LaneResult, ...] = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    data: dict[str, Any] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """Return every number, as ``chai-tui taste --json`` prints it."""
        return self.data

    def __str__(self) -> str:
        """Return table and verdict, as ``chai-tui taste --plain`` prints them."""
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        """Return table and verdict for a notebook."""
        heads = ("engine", "workers", "speed-up", "95 % interval", "calls a second", "CPU s")
        rows = [
            (
                lane.engine,
                f"{lane.workers}",
                f"{lane.speedup:.2f}×",
                f"{lane.low:.2f} – {lane.high:.2f}",
                f"{lane.calls_per_second or 0:,.0f}",
                f"{lane.cpu_seconds or 0:.3f}",
            )
            for lane in self.standings
        ]
        head = "".join(f"<th>{html.escape(text)}</th>" for text in heads)
        body = "".join(
            f"<tr>{''.join(f'<td>{html.escape(text)}</td>' for text in row)}</tr>" for row in rows
        )
        return (
            f"<p><strong>{html.escape(self.sentence)}</strong></p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def taste(
    function: Callable[..., object] | str,
    items: Iterable[object] | None = None,
    *,
    args: Sequence[object] = (),
    budget: float = DEFAULT_BUDGET,
    workers: int | None = None,
    engines: Sequence[str] | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    python: str | None = None,
) -> Tasting:
    """Measure whether threads or processes make a function faster.

    The function is imported and called in a process of its own, never in this one.

    Args:
        function: one that a module has, plain or ``async``; or its name, ``module:function`` or
            ``path/to/file.py:function``.
        items: one argument a call; None: every call gets ``args``.
        args: the arguments of every call.
        budget: seconds that it may take.
        workers: how many work at once; None: as many as there are usable cores.
        engines: which race, beside ``serial``; None: all that can.
        timeout: seconds that one call may take.
        python: the interpreter to run it with; None: this one.

    Returns:
        What came of it.

    Raises:
        TastingError: the function cannot be tasted: it raises, does not return, is a lambda, or
            lives where no other process finds it.
        ValueError: an argument is none that there can be.
    """
    request = TasteRequest(
        target=function if isinstance(function, str) else _name(function),
        load={**_place(function), **_calls(items, args), "sys_path": _search_path(), "argv0": ""},
        python=python or sys.executable,
        workers=_positive("workers", workers or 0),
        engines=_engines(engines),
        budget=_positive("budget", budget),
        timeout=_positive("timeout", timeout),
    )
    return run(request)


def run(request: TasteRequest) -> Tasting:
    """Taste what is asked for; see :func:`taste`."""
    from chai_tui.explain.tasting.report import report_lines  # noqa: PLC0415 - not for whoever imports
    from chai_tui.race.result import result_json  # noqa: PLC0415 - likewise
    from chai_tui.race.rounds.statistics import standings  # noqa: PLC0415 - likewise
    from chai_tui.sources.taste.source import TasteSource  # noqa: PLC0415 - likewise
    from chai_tui.state.floor import Floor  # noqa: PLC0415 - likewise

    floor = Floor()
    source = TasteSource(request)
    try:
        while not floor.race.is_over:
            floor.fold(source.poll(None))
    finally:
        floor.fold(source.close())
    race = floor.race
    if race.failed is not None or race.judged is None:
        failed = race.failed
        raise TastingError(failed.text if failed else "", failed.traceback if failed else "")
    lanes = tuple(
        LaneResult(
            str(one.lane.engine),
            one.lane.workers,
            one.speedup,
            one.low,
            one.high,
            one.wall,
            one.calls_per_second,
            one.cpu_seconds,
            one.memory,
            one.start_seconds,
        )
        for one in standings(race)
    )
    return Tasting(
        engine=None if race.judged.engine is None else str(race.judged.engine),
        sentence=race.judged.sentence,
        reason=race.judged.reason,
        gil_share=None if race.gil is None else race.gil.share,
        standings=lanes,
        lines=tuple(report_lines(race)),
        data=result_json(race, floor.run),
    )


def _positive(name: str, number: float) -> Any:
    if not 0 <= number < 1e9:
        raise ValueError(f"{name}: expected a positive number, found {number!r}")
    return number


def _engines(names: Sequence[str] | None) -> tuple[Engine, ...]:
    if names is None:
        return RACING
    known = {str(engine) for engine in RACING}
    for name in names:
        if name not in known:
            raise ValueError(
                f"engines: expected some of {', '.join(sorted(known))}, found {name!r}"
            )
    return tuple(engine for engine in RACING if str(engine) in names)


def _name(function: Callable[..., object]) -> str:
    module = getattr(function, "__module__", None) or "?"
    return f"{module}:{getattr(function, '__qualname__', repr(function))}"


def _place(function: Callable[..., object] | str) -> dict[str, Any]:
    """Return where another process finds the function."""
    if isinstance(function, str):
        from chai_tui.config.target import parse_target  # noqa: PLC0415 - not for a function

        target = parse_target(function)
        if target is None:
            raise ValueError(f"function: expected module:function, found {function!r}")
        return {"path": target.path, "module": target.module, "name": target.name}
    name = getattr(function, "__qualname__", "")
    if not callable(function) or not name:
        raise TastingError("expected a function that a module has: give its name, module:function")
    if "<lambda>" in name:
        raise TastingError("a lambda has no name that another process could find: use def")
    if "<locals>" in name:
        raise TastingError(
            f"{name} is made while another function runs, so no other process finds it: "
            "move it to the top of a module"
        )
    module = function.__module__
    if module != "__main__":
        return {"path": None, "module": module, "name": name}
    path = getattr(sys.modules["__main__"], "__file__", None)
    if path is None or not Path(path).is_file():
        raise TastingError(
            f"{name} lives in a notebook or a prompt, where no other process finds it: "
            "put it into a module (a .py file) and import it from there"
        )
    return {"path": os.fspath(Path(path).absolute()), "module": None, "name": name}


def _calls(items: Iterable[object] | None, args: Sequence[object]) -> dict[str, Any]:
    if items is None:
        if not args:
            return {"args": None, "items": None}
        return {"args": None, "items": None, "pickled_args": _pickled(tuple(args), "args")}
    if args:
        raise ValueError("items and args: expected one of them, found both")
    if not isinstance(items, Iterable):
        raise ValueError(f"items: expected an iterable, found {items!r:.60}")  # noqa: TRY004 - as all
    if isinstance(items, range):
        return {"args": None, "items": {"range": [items.start, items.stop, items.step]}}
    return {"args": None, "items": {"pickle": _pickled([*items], "items")}}


def _pickled(values: object, name: str) -> str:
    try:
        return base64.b64encode(pickle.dumps(values)).decode()
    except Exception as error:
        raise TastingError(
            f"{name}: one of them cannot be pickled, so it cannot be handed to another process: "
            f"{type(error).__name__}: {error}"
        ) from error


def _search_path() -> list[str]:
    return [os.path.abspath(path) for path in sys.path]  # noqa: PTH100 - an empty one is this folder
