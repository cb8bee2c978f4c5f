"""What was true, what we said, and how far that is from each other. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.measure import Result

Lane = tuple[str, int]
"""An engine and how many work at once."""

LIGHT_TO_HEAVY = ("serial", "asyncio", "thread", "interpreter", "process")
WORTH_IT = 1.05
"""An engine is beaten by one that is more than this many times as fast."""


@dataclass(frozen=True)
class Truth:
    """What was measured by hand on a quiet machine.

    Attributes:
        speedups: over the loop, by engine and workers; the loop's own 1.0 is among them.
        gil_share: how much of a call holds the GIL; None where nobody can tell.
        gil_how: how that is known.
        calls: how many calls a round made.
        rounds: how many rounds there were.
        call_seconds: what one call takes in the loop.
        others: cores' worth that others used just before and after.
    """

    speedups: Mapping[Lane, float]
    gil_share: float | None
    gil_how: str
    calls: int
    rounds: int
    call_seconds: float
    others: float = 0.0

    @property
    def by_engine(self) -> dict[str, float]:
        """The best that each engine can do."""
        best: dict[str, float] = {}
        for (engine, _), speedup in self.speedups.items():
            best[engine] = max(speedup, best.get(engine, 0.0))
        return best

    @property
    def acceptable(self) -> tuple[str, ...]:
        """The engines that no other beats by more than 5 %, the lightest first."""
        engines = self.by_engine
        best = max(engines.values())
        return tuple(
            engine for engine in LIGHT_TO_HEAVY if engines.get(engine, 0.0) * WORTH_IT >= best
        )


@dataclass(frozen=True)
class Ours:
    """What one tasting said.

    Attributes:
        engine: the verdict; None: too noisy to say.
        reason: why, in a word.
        sentence: the verdict in words.
        standings: speed-up, and its interval, by engine and workers.
        gil_share: how much of a call holds the GIL; None if it cannot be known.
        seconds: wall, from asking to the answer.
        calls: how many calls a round made; 0 if it did not race.
        failed: why it could not be tasted; empty if it could.
    """

    engine: str | None
    reason: str
    sentence: str
    standings: Mapping[Lane, tuple[float, float, float]]
    gil_share: float | None
    seconds: float
    calls: int = 0
    failed: str = ""


@dataclass
class Row:
    """All tastings of one function under one condition.

    Attributes:
        name: the function's.
        what: it, in words.
        beside: how many cores others keep busy meanwhile.
        truth: what is true of it, on a quiet machine.
        tastings: what we said, each time.
    """

    name: str
    what: str
    beside: int
    truth: Truth
    tastings: list[Ours] = field(default_factory=list)

    def mark(self, ours: Ours) -> str:
        """Return ``right``, ``none`` (too noisy to say) or ``wrong``; a failure is wrong."""
        if ours.failed:
            return "wrong"
        if ours.engine is None:
            return "none"
        return "right" if ours.engine in self.truth.acceptable else "wrong"

    def count(self, mark: str) -> int:
        """Return how many tastings have that mark."""
        return sum(self.mark(ours) == mark for ours in self.tastings)

    def speedup(self, lane: Lane) -> tuple[float, float, float] | None:
        """Return the median speed-up that we gave a lane, and its interval's median ends."""
        seen = [ours.standings[lane] for ours in self.tastings if lane in ours.standings]
        if not seen:
            return None
        speedup, low, high = (statistics.median(ends) for ends in zip(*seen, strict=True))
        return speedup, low, high

    def errors(self) -> list[float]:
        """Return how far every single speed-up was from the truth: 0.1 is 10 %, either way."""
        return [
            standing[0] / self.truth.speedups[lane] - 1.0
            for ours in self.tastings
            for lane, standing in ours.standings.items()
            if lane[0] != "serial" and lane in self.truth.speedups
        ]

    def gil_errors(self) -> list[float]:
        """Return how far each share of the GIL was from the truth."""
        true = self.truth.gil_share
        if true is None:
            return []
        return [ours.gil_share - true for ours in self.tastings if ours.gil_share is not None]

    @property
    def gil_share(self) -> float | None:
        """The median share that we gave."""
        shares = [ours.gil_share for ours in self.tastings if ours.gil_share is not None]
        return statistics.median(shares) if shares else None

    @property
    def seconds(self) -> float:
        """The median of what a tasting took."""
        return statistics.median(ours.seconds for ours in self.tastings)


def worst(errors: Iterable[float]) -> float:
    """Return the error that is furthest from none, with its sign; 0.0 if there are none."""
    return max(errors, key=abs, default=0.0)


def share_of(several: Sequence[object], count: int) -> float:
    """Return a count in percent of several."""
    return 100.0 * count / max(1, len(several))


def totals(rows: Sequence[Row], costs: Mapping[str, float]) -> list[Result]:
    """Return what the limits are about, for all rows together.

    Args:
        rows: all functions, under all conditions.
        costs: what a call costs in the race's loop, of what it costs in the same loop by hand, by
            function.
    """
    results = []
    for beside in sorted({row.beside for row in rows}):
        some = [row for row in rows if row.beside == beside]
        where = "beside one busy core" if beside else "quiet"
        tastings = [ours for row in some for ours in row.tastings]
        wrong = sum(row.count("wrong") for row in some)
        none = sum(row.count("none") for row in some)
        errors = [error for row in some for error in row.errors()]
        gil_errors = [error for row in some for error in row.gil_errors()]
        far = sum(abs(error) > 0.10 for error in errors)
        seconds = statistics.median(ours.seconds for ours in tastings)
        results += [
            Result(f"wrong verdicts, {where}", wrong, 0, note=f"of {len(tastings)}"),
            Result(
                f"too noisy to say, {where}",
                share_of(tastings, none),
                5.0 if not beside else 100.0,
                "%",
            ),
            Result(
                f"speed-ups over 10 % from the truth, {where}",
                far,
                0,
                note=f"of {len(errors)}, the furthest {worst(errors):+.0%}",
            ),
            Result(
                f"furthest share of the GIL from the truth, {where}", abs(worst(gil_errors)), 0.03
            ),
            Result(f"median seconds of a tasting, {where}", seconds, 5.0, "s"),
        ]
    if costs:
        most = max(costs, key=lambda name: costs[name])
        results.append(
            Result(
                "race's loop ÷ the same loop by hand", costs[most], 1.03, note=f"the worst: {most}"
            )
        )
    return results
