"""Leads a tasting from the import to the verdict.

It is a script that waits for nobody: it yields what the runner is to be asked, and goes on with
the answer. Whoever drives it sends requests, waits, and looks at cores meanwhile.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from chai_tui.explain.tasting.verdict import verdict_sentence
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event
from chai_tui.model.race_events import (
    CallsDone,
    Differed,
    GilSeen,
    Judged,
    LaneOpened,
    LaneOut,
    Phase,
    PhaseBegan,
    RoundBegan,
    TasteBegan,
    Tasted,
    TasteFailed,
)
from chai_tui.model.tasting import RACING, TasteRequest
from chai_tui.model.text import printable
from chai_tui.race.forecast import chunk_for
from chai_tui.race.kind import Nature, kind_of
from chai_tui.race.records import Race
from chai_tui.race.verdict import hopeless_lanes, judge
from chai_tui.samplers.gil_word import GilWatch, GilWord
from chai_tui.samplers.protocol import Watched
from chai_tui.sources.taste.dialogue import (
    SPARE_SECONDS,
    START_SECONDS,
    Answer,
    Ask,
    Script,
    failure_of,
    loaded_of,
    no_python,
    round_of,
    tasted_of,
    why_out,
)
from chai_tui.sources.taste.plan import (
    OVERTIME,
    LanePlan,
    RoundPlan,
    fewer_calls,
    has_enough,
    plan_race,
    taste_seconds,
)
from chai_tui.sources.taste.seats import Seats

ANNOUNCED = 0.25
"""Seconds between two figures of the GIL while it is looked at."""


class _GivenUpError(Exception):
    """The tasting is over; what there was to tell was told."""


class Conductor:
    """Asks for one thing after the other, and tells what happened.

    Attributes:
        race: what is known so far.
        events: what happened since somebody took them.
        gil: looks at the runner's GIL; None where nobody can.
        wants_limits: whether the verdict waits for a second race with limited threads.

    Args:
        request: what to taste, with the number of workers settled.
        cores: how many cores' worth of CPU time may be used.
        makers: gives the workers of lanes their numbers.
        clock: seconds.
        before: the race in which the function was seen to use several cores by itself, so that it
            is raced with its threads limited now; None: this is the first race.
    """

    def __init__(
        self,
        request: TasteRequest,
        cores: float,
        makers: itertools.count[int],
        clock: Callable[[], float],
        before: Race | None = None,
    ) -> None:
        self._request = request
        self._limited = before is not None
        self._workers = request.workers
        self._cores = cores
        self._clock = clock
        self._draw = random.Random()  # noqa: S311 - an order, no secret
        self._deadline = math.inf
        self._serves = False  # nobody has answered from there yet
        self._seats = Seats(makers)
        self._called_at = 0.0
        self._gil_told_at = 0.0
        self.race = before or Race()
        self.wants_limits = False
        self.events: list[Event] = []
        self.gil: GilWatch | None = None

    # What happens

    def _tell(self, *events: Event) -> None:
        for event in events:
            self.race.fold(event)
            self.events.append(event)

    def _phase(self, phase: Phase, left: float) -> None:
        self._tell(PhaseBegan(self._clock(), phase, max(0.0, left)))

    def note(self, message: Mapping[str, Any]) -> None:
        """Take in what the runner tells meanwhile."""
        self._serves = True
        if message.get("note") == "calling":
            self._called_at = _number(message.get("at"))
            if self.gil is not None:
                self.gil.begin()
        elif message.get("note") == "done":
            running = next((lane for lane in self.race.lanes.values() if lane.running), None)
            if running is not None and isinstance(done := message.get("calls"), int):
                self._tell(CallsDone(self._clock(), running.number, done))

    def looked(self) -> None:
        """Tell now and then what looking at the GIL has shown."""
        now = self._clock()
        if self.gil is not None and now >= self._gil_told_at + ANNOUNCED:
            self._gil_told_at = now
            share, looks = self.gil.share_so_far()
            self._tell(GilSeen(now, share, looks))

    def watched(self) -> list[Watched]:
        """Return whom to look at."""
        return self._seats.watched(
            [lane.number for lane in self.race.lanes.values() if lane.running]
        )

    def ended(self) -> list[Event]:
        """Return the ends of all who worked: the runner was ended, and they with it."""
        return self._seats.end(self._clock())

    # The script

    def script(self) -> Script:
        """Taste; yield what to ask, take the answers."""
        request = self._request
        engines = tuple(engine for engine in RACING if engine in request.engines)
        now = self._clock()
        self._tell(
            TasteBegan(
                now,
                request.target,
                self._workers,
                engines,
                request.budget,
                request.python,
                self._cores,
                self._limited,
            )
        )
        try:
            can, out = yield from self._load(engines)
            self._deadline = self._clock() + request.budget / (2 if self._limited else 1)
            tasted = yield from self._taste()
            kind = kind_of(self.race)
            if not self._limited and kind is not None and kind.nature is Nature.USES_CORES:
                self.wants_limits = True
                self._deadline -= request.budget / 2
            lanes, plan = self._plan(can, tasted)
            if plan.fits:
                for engine, text in out.items():
                    self._tell(LaneOut(self._clock(), engine, text))
                yield from self._open(lanes)
                yield from self._race(plan)
            else:
                self.wants_limits = False
            if self.wants_limits:
                return
            self._judge()
        except _GivenUpError:
            pass
        self._phase(Phase.OVER, 0.0)

    @property
    def _items(self) -> int:
        return self.race.loaded.items if self.race.loaded is not None else 0

    def _load(
        self, engines: Sequence[Engine]
    ) -> Generator[Ask, Answer, tuple[list[Engine], dict[Engine, str]]]:
        self._phase(Phase.IMPORT, START_SECONDS)
        load = {"do": "load", **self._request.load, "import_timeout": START_SECONDS}
        answer = yield Ask(load, START_SECONDS + SPARE_SECONDS)
        value = self._expect("loaded", answer, "while its module was imported")
        now = self._clock()
        self._tell(loaded_of(value, now, self._request.scale))
        self._tell(*self._seats.begin(value["pid"], value["tid"], now))
        self._look_through(value.get("word") if value["gil"] else None)
        can = [engine for engine in engines if engine in value["engines"]]
        if Engine.SERIAL not in can:
            can.insert(0, Engine.SERIAL)
        out = {
            Engine(name): printable(text)
            for name, text in value["out"].items()
            if name in engines and name not in can
        }
        return can, out

    def _look_through(self, address: int | None) -> None:
        """Look at the GIL through its word, if that may be read."""
        if address is not None:
            try:
                self.gil = GilWatch(GilWord(self._seats.pid, address), self._clock)
            except OSError:
                self.gil = None

    def _taste(self) -> Generator[Ask, Answer, Tasted]:
        seconds = taste_seconds(self._request.budget)
        self._phase(Phase.TASTE, seconds)
        timeout = self._request.timeout
        answer = yield Ask(
            {
                "do": "taste",
                "seconds": seconds,
                "most": 10_000_000,
                "timeout": timeout,
                "about_gil": self.gil is None,
                "mixed": True,
            },
            timeout + seconds + SPARE_SECONDS,
        )
        value = self._expect("tasted", answer, "while it was called alone")
        self._count_looks(self._called_at, value["at"])
        tasted = tasted_of(value)
        self._tell(tasted)
        if self.gil is None and self.race.loaded is not None and self.race.loaded.gil:
            share = value.get("about_gil")
            self._tell(GilSeen(self._clock(), share, 0, is_about=True))
        return tasted

    def _count_looks(self, began: float, ended: float) -> None:
        if self.gil is not None:
            self.gil.end(began, ended)
            self._tell(GilSeen(self._clock(), self.gil.share, self.gil.looks))

    def _plan(self, can: Sequence[Engine], tasted: Tasted) -> tuple[list[LanePlan], RoundPlan]:
        left = self._deadline - self._clock()
        return plan_race(
            can,
            tasted,
            is_async=bool(self.race.loaded and self.race.loaded.is_async),
            items=self._items,
            workers=self._workers,
            seconds=max(left, 0.1),
        )

    def _open(self, lanes: Sequence[LanePlan]) -> Script:
        """Start the workers of every lane; those that cannot be started are out."""
        self._phase(Phase.START, self._deadline - self._clock())
        numbers = itertools.count(1)
        for engine, workers in lanes:
            if engine in self.race.out:
                continue
            answer = yield Ask(
                {"do": "open", "engine": str(engine), "workers": workers},
                START_SECONDS + SPARE_SECONDS,
            )
            if answer.kind in {"out", "problem", "silent"}:
                self._leave_out(engine, answer)
                continue
            value = self._expect("opened", answer, f"while workers were started ({engine})")
            now = self._clock()
            lane = next(numbers)
            self._tell(*self._seats.open(lane, engine, value["workers"], now))
            self._tell(
                LaneOpened(
                    now,
                    lane,
                    engine,
                    workers,
                    self._seats.makers_of(lane),
                    value["seconds"],
                    value["task_seconds"],
                    value["memory"],
                )
            )

    def _leave_out(self, engine: Engine, answer: Answer) -> None:
        now = self._clock()
        for number in [n for n, lane in self.race.lanes.items() if lane.engine is engine]:
            self._tell(*self._seats.close(number, now))
        self._tell(LaneOut(now, engine, why_out(answer)))

    def _race(self, plan: RoundPlan) -> Script:
        self._phase(Phase.RACE, self._deadline - self._clock())
        first, calls = 0, plan.calls
        overtime = (OVERTIME - 1) * self._request.budget
        for number in itertools.count(1):
            # All lanes make the same calls; warming up, serial comes first: it says what is right.
            order = [*self.race.lanes.values()]
            if number > 1:
                self._draw.shuffle(order)
                hopeless = hopeless_lanes(self.race)
                order = [lane for lane in order if lane.number not in hopeless]
            began = self._clock()
            for lane in order:
                if lane.number in self.race.lanes:
                    counts = number > plan.warm_up
                    yield from self._block(lane.number, number, first, calls, counts=counts)
                if number > 1 and self._clock() > self._deadline + overtime:
                    return
            if self._items > calls:
                first = (first + calls) % self._items
            now = self._clock()
            left = self._deadline - now
            if has_enough(self.race, number - plan.warm_up, now - began, left, overtime):
                return
            if number == 1:  # what a lane costs is known only now
                calls = fewer_calls(calls, now - began, left, self._workers)

    def _block(self, lane: int, number: int, first: int, calls: int, *, counts: bool) -> Script:
        """Let one lane make the calls of a round."""
        engine, workers = self.race.lanes[lane].engine, self.race.lanes[lane].workers
        self._tell(RoundBegan(self._clock(), lane, number, calls))
        looks = self.gil is not None and engine is Engine.SERIAL
        if looks and self.gil is not None:
            self.gil.begin()
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
                "chunk": chunk_for(self.race, calls, workers),
                "timeout": timeout,
                "mixed": calls < self._items,
            },
            timeout + SPARE_SECONDS,
        )
        if answer.is_out:
            self._leave_out(engine, answer)
            return
        value = self._expect("block", answer, f"in a round of {engine}")
        at = value["at"]
        if looks:
            self._count_looks(max(began, at - value["wall"]), at)
        self._tell(round_of(value, lane, number, calls, counts=counts))
        if value["differs"] and counts:
            item, expected, found = value["differs"][0]
            self._tell(
                Differed(at, lane, item, printable(expected), printable(found), value["times"])
            )

    def _judge(self) -> None:
        verdict = judge(self.race)
        sentence = verdict_sentence(self.race, verdict)
        self._tell(
            Judged(self._clock(), verdict.lane, verdict.engine, str(verdict.reason), sentence)
        )

    # What goes wrong

    def _expect(self, kind: str, answer: Answer, when: str) -> Any:
        """Return an answer's value, or tell why there is none, and give up."""
        if answer.kind == kind:
            return answer.value
        now = self._clock()
        self.wants_limits = False
        if not self._serves and answer.kind in {"silent", "ended"}:
            self._tell(no_python(answer, now, self._request.python))
        else:
            timeout = 0.0 if kind == "loaded" else self._request.timeout
            self._tell(failure_of(answer, now, when, timeout))
        raise _GivenUpError

    def fail(self, text: str, *, is_usage: bool = False) -> None:
        """Tell that the function cannot be tasted; see :class:`TasteFailed`."""
        self.wants_limits = False
        self._tell(TasteFailed(self._clock(), printable(text), is_usage=is_usage))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
