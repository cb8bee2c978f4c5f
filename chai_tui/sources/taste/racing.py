"""The race proper: every lane makes the same calls, round after round."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable

from chai_tui.model.engine import Engine
from chai_tui.model.race_events import Differed, LaneOpened, Phase, RoundBegan
from chai_tui.model.tasting import TasteRequest
from chai_tui.model.text import printable
from chai_tui.race.rounds.chunks import chunk_for
from chai_tui.race.verdict import hopeless_lanes
from chai_tui.sources.taste.dialogue import SPARE_SECONDS, START_SECONDS, Ask, Script, round_of
from chai_tui.sources.taste.plan import OVERTIME, LanePlan, RoundPlan, fewer_calls, has_enough
from chai_tui.sources.taste.teller import Teller


class Racing:
    """Asks the runner for a race, and tells of it.

    Args:
        request: what to taste, with the number of workers settled.
        teller: tells what happens.
        deadline: when the budget is spent, in seconds of the teller's clock.
    """

    def __init__(self, request: TasteRequest, teller: Teller, deadline: float) -> None:
        self._request = request
        self._teller = teller
        self._race = teller.race
        self._clock = teller.clock
        self._deadline = deadline
        self._overtime = (OVERTIME - 1) * request.budget
        self._draw = random.Random()  # noqa: S311 - an order, no secret
        self._items = teller.race.loaded.items if teller.race.loaded is not None else 0

    def open(self, lanes: Iterable[LanePlan]) -> Script:
        """Start the workers of every lane; those that cannot be started are out."""
        self._teller.begin_phase(Phase.START, self._deadline - self._clock())
        numbers = itertools.count(1)
        for engine, workers in lanes:
            if engine in self._race.out:
                continue
            answer = yield Ask(
                {"do": "open", "engine": str(engine), "workers": workers},
                START_SECONDS + SPARE_SECONDS,
            )
            if answer.kind in {"out", "problem", "silent"}:
                self._teller.leave_out(engine, answer)
                continue
            value = self._teller.expect("opened", answer, f"while workers were started ({engine})")
            now, lane, seats = self._clock(), next(numbers), self._teller.seats
            self._teller.tell(*seats.open(lane, engine, value["workers"], now))
            self._teller.tell(
                LaneOpened(
                    now,
                    lane,
                    engine,
                    workers,
                    seats.makers_of(lane),
                    value["seconds"],
                    value["task_seconds"],
                    value["memory"],
                )
            )

    def race(self, plan: RoundPlan) -> Script:
        """Race until more rounds would tell nothing new, or the time is over."""
        self._teller.begin_phase(Phase.RACE, self._deadline - self._clock())
        first, calls = 0, plan.calls
        for number in itertools.count(1):
            # All lanes make the same calls; warming up, serial comes first: it says what is right.
            order = [*self._race.lanes.values()]
            if not order:
                return
            if number > 1:
                self._draw.shuffle(order)
                hopeless = hopeless_lanes(self._race)
                order = [lane for lane in order if lane.number not in hopeless]
            began = self._clock()
            for lane in order:
                if lane.number in self._race.lanes:
                    counts = number > plan.warm_up
                    yield from self._block(lane.number, number, first, calls, counts=counts)
                if number > 1 and self._clock() > self._deadline + self._overtime:
                    return
            if self._items > calls:
                first = (first + calls) % self._items
            now = self._clock()
            took, left = now - began, self._deadline - now
            if has_enough(self._race, number - plan.warm_up, took, left, self._overtime):
                return
            if number == 1:  # what a lane costs is known only now
                calls = fewer_calls(calls, took, left, self._request.workers)

    def _block(self, lane: int, number: int, first: int, calls: int, *, counts: bool) -> Script:
        """Let one lane make the calls of a round."""
        engine, workers = self._race.lanes[lane].engine, self._race.lanes[lane].workers
        self._teller.tell(RoundBegan(self._clock(), lane, number, calls))
        if engine is Engine.SERIAL:
            self._teller.begin_looks()
        began = self._clock()
        timeout = self._request.timeout
        answer = yield Ask(
            {
                "do": "block",
                "lane": lane,
                "engine": str(engine),
                "workers": workers,
                "first": first,
                "count": calls,
                "chunk": chunk_for(self._race, calls, workers),
                "timeout": timeout,
                "mixed": calls < self._items,
            },
            timeout + SPARE_SECONDS,
        )
        if answer.is_out:
            self._teller.leave_out(engine, answer)
            return
        value = self._teller.expect("block", answer, f"in a round of {engine}")
        at = value["at"]
        if engine is Engine.SERIAL:
            self._teller.count_looks(at, max(began, at - value["wall"]))
        self._teller.tell(round_of(value, lane, number, calls, counts=counts))
        if value["differs"] and counts:
            item, expected, found = value["differs"][0]
            self._teller.tell(
                Differed(at, lane, item, printable(expected), printable(found), value["times"])
            )
