"""What the report's timeline is drawn from: whole numbers, packed so that many of them are small.

Times are ticks since the beginning, a tick the finest power of ten of which the run has at most ten
million. Slices that were sampled begin and end at few moments, so they name these by their index;
everything is the difference to what comes before it.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from chai_tui.explain.wording.formatting import GLYPHS
from chai_tui.model.text import printable
from chai_tui.recording.export.account import Account, CoreSlice, MakerAccount, Reason, WaitSlice
from chai_tui.recording.export.figures import last_of
from chai_tui.recording.export.rows import (
    REASON_SIGNS,
    REASON_WORDS,
    UNSAMPLED,
    Group,
    known_until,
    label_of,
    span_of,
)
from chai_tui.state.makers.records import State

MOST_POINTS = 4_000
"""Of each counter: a wide screen's columns. Where there are more samples, points are averages."""
_MOST_TICKS = 1e7
_REASONS = list(Reason)


def packed(account: Account, groups: Sequence[Group], progress: Callable[[float], None]) -> str:
    """Return all that is drawn, as JSON, compressed, in base 64.

    Args:
        account: of the run.
        groups: its rows.
        progress: told how much is done, 0 to 1.
    """
    text = json.dumps(_Packer(account).whole(groups, progress), separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()


class _Packer:
    """Turns times into ticks, names into indices."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._origin, ended = span_of(account)
        span = ended - self._origin
        units = (10.0**-digits for digits in (6, 5, 4, 3, 2, 1))
        self._unit = next((unit for unit in units if span / unit <= _MOST_TICKS), 1.0)
        self._span = self._tick(ended)
        self._samples = [at for at, _ in account.at_once]
        self._names: dict[tuple[str, str], int] = {}

    def _tick(self, at: float) -> int:
        return round((at - self._origin) / self._unit)

    def _ticks(self, times: Iterable[float]) -> list[int]:
        origin, per_second = self._origin, 1 / self._unit
        return [round((at - origin) * per_second) for at in times]

    def whole(self, groups: Sequence[Group], progress: Callable[[float], None]) -> dict[str, Any]:
        """Everything."""
        makers = [maker for group in groups for maker in group.makers]
        edges = self._edges(makers)
        place = {edge: index for index, edge in enumerate(edges)}
        rows = []
        for done, maker in enumerate(makers):
            rows.append(self._row(maker, place))
            progress(done / len(makers))
        run = self._account.run
        return {
            "unit": self._unit,
            "span": self._span,
            "every": run.sample_every,
            "edges": _differences(edges),
            "groups": [[printable(group.title), len(group.makers)] for group in groups],
            "rows": rows,
            "names": [list(name) for name in self._names],
            "reasons": [[REASON_SIGNS[r], REASON_WORDS[r], r.value] for r in _REASONS],
            "unsampled": UNSAMPLED,
            "states": {state: GLYPHS[state] for state in State},
            "who": f"{self._account.noun}s",
            "infers": run.gil and not run.measures_gil and not run.is_program,
            "marks": [
                [self._tick(each.at), each.maker or 0, each.kind, printable(each.text)[:300]]
                for each in self._account.instants
                if each.kind != "end"
            ],
            **self._counters(),
        }

    def _edges(self, makers: Iterable[MakerAccount]) -> list[int]:
        """All ticks at which something that was sampled begins or ends."""
        edges: set[int] = set()
        for maker in makers:
            for lane in (maker.cores, maker.waits):
                edges.update(self._ticks(each.began for each in lane))
                edges.update(self._ticks(each.ended for each in lane))
        return sorted(edges)

    def _row(self, maker: MakerAccount, place: dict[int, int]) -> dict[str, Any]:
        names = self._names
        step_ends = self._ticks(at for step in maker.steps for at in (step.began, step.ended))
        return {
            "n": maker.number,
            "called": printable(maker.called)[:300],
            "state": maker.state,
            "recipe": printable(label_of(maker))[:300],
            "cause": printable(maker.cause)[:300],
            "life": self._ticks(
                (
                    maker.seated_at,
                    self._started(maker),
                    last_of(maker, self._account),
                    known_until(self._account, maker, self._samples),
                )
            ),
            "open": maker.ended_at is None,
            "cores": [
                *self._spans(maker.cores, place),
                [-1 if each.core is None else each.core for each in maker.cores],
                [round(each.share * 100) for each in maker.cores],
            ],
            "waits": [
                *self._spans(maker.waits, place),
                [_REASONS.index(each.reason) for each in maker.waits],
                [round(each.share * 100) for each in maker.waits],
            ],
            "steps": [
                _differences(step_ends),
                [
                    names.setdefault((printable(step.name)[:300], step.kind or ""), len(names))
                    for step in maker.steps
                ],
            ],
        }

    def _started(self, maker: MakerAccount) -> float:
        last = last_of(maker, self._account)
        return last if maker.started_at is None else min(maker.started_at, last)

    def _spans(
        self, lane: Sequence[CoreSlice] | Sequence[WaitSlice], place: dict[int, int]
    ) -> tuple[list[int], list[int]]:
        """How far each slice begins from the end of the one before, and how long it is."""
        began = [place[tick] for tick in self._ticks(each.began for each in lane)]
        ended = [place[tick] for tick in self._ticks(each.ended for each in lane)]
        gaps = [a - b for a, b in zip(began, [0, *ended], strict=False)]
        return gaps, [b - a for a, b in zip(began, ended, strict=True)]

    def _counters(self) -> dict[str, Any]:
        """Cores at once, and how busy each core was: in hundredths, -1 where unknown."""
        account = self._account
        each = max(1, -(-len(account.at_once) // MOST_POINTS))
        cores = {
            core: [_as_points([p[which] for p in points], each) for which in (1, 2)]
            for core, points in account.core_use.items()
        }
        return {
            "together": each,
            "at": _differences(self._ticks(at for at, _ in account.at_once[each - 1 :: each])),
            "once": _as_points([cores for _, cores in account.at_once], each),
            "use": [
                [
                    core,
                    _differences(
                        self._ticks(p[0] for p in account.core_use[core][each - 1 :: each])
                    ),
                    *points,
                ]
                for core, points in cores.items()
            ],
        }


def _as_points(values: Sequence[float | None], each: int) -> list[int]:
    """Hundredths; of so many values each the average, what is left over at the end is not drawn."""
    if each == 1:
        return [-1 if value is None else round(value * 100) for value in values]
    points = []
    for first in range(0, len(values) - each + 1, each):
        known = [value for value in values[first : first + each] if value is not None]
        points.append(round(sum(known) / len(known) * 100) if known else -1)
    return points


def _differences(numbers: Sequence[int]) -> list[int]:
    return [number - before for number, before in zip(numbers, [0, *numbers], strict=False)]
