"""Leads a tasting from the import to the verdict.

It is a script that waits for nobody: it yields what the runner is to be asked, and goes on with
the answer. Whoever drives it sends requests, waits, and looks at cores meanwhile.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Sequence

from chai_tui.explain.tasting.verdict import verdict_sentence
from chai_tui.model.engine import Engine
from chai_tui.model.race_events import GilSeen, Judged, LaneOut, Phase, TasteBegan, Tasted
from chai_tui.model.tasting import RACING, TasteRequest
from chai_tui.model.text import printable
from chai_tui.race.rounds.kind import Nature, kind_of
from chai_tui.race.rounds.records import Race
from chai_tui.race.verdict import judge
from chai_tui.sources.taste.dialogue import (
    SPARE_SECONDS,
    START_SECONDS,
    Answer,
    Ask,
    Script,
    loaded_of,
    tasted_of,
)
from chai_tui.sources.taste.plan import LanePlan, RoundPlan, plan_race, taste_seconds
from chai_tui.sources.taste.racing import Racing
from chai_tui.sources.taste.teller import GivenUpError, Teller

MOST_TASTED = 10_000_000
"""Single calls at most."""
LACKING = {
    Engine.ASYNCIO: "the function is not async",
    Engine.INTERPRETER: "they need Python 3.14 or newer",
}
"""Why an engine is not there that was asked for, unless the runner knows better."""


class Conductor:
    """Asks for one thing after the other, until there is a verdict.

    Attributes:
        teller: tells what happens; it has the race.
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
        self._cores = cores
        self._clock = clock
        self.teller = Teller(request, makers, clock, before)
        self._race = self.teller.race
        self.wants_limits = False

    def script(self) -> Script:
        """Taste; yield what to ask, take the answers."""
        request, teller = self._request, self.teller
        engines = tuple(engine for engine in RACING if engine in request.engines)
        teller.tell(
            TasteBegan(
                self._clock(),
                request.target,
                request.workers,
                engines,
                request.budget,
                request.python,
                self._cores,
                self._limited,
            )
        )
        try:
            can, out = yield from self._load(engines)
            deadline = self._clock() + request.budget / (2 if self._limited else 1)
            tasted = yield from self._taste()
            kind = kind_of(self._race)
            uses_cores = kind is not None and kind.nature is Nature.USES_CORES
            is_first_of_two = uses_cores and not self._limited
            if is_first_of_two:
                deadline -= request.budget / 2
            lanes, plan = self._plan(can, tasted, deadline)
            if plan.fits:
                teller.tell(*(LaneOut(self._clock(), *one) for one in out.items()))
                racing = Racing(request, teller, deadline)
                yield from racing.open(lanes)
                yield from racing.race(plan)
            self.wants_limits = is_first_of_two and plan.fits
            if self.wants_limits:
                return
            self._judge()
        except GivenUpError:
            pass
        teller.begin_phase(Phase.OVER, 0.0)

    def _load(
        self, engines: Sequence[Engine]
    ) -> Generator[Ask, Answer, tuple[list[Engine], dict[Engine, str]]]:
        """Import the function; return the engines that can run it, and why others cannot."""
        teller = self.teller
        teller.begin_phase(Phase.IMPORT, START_SECONDS)
        load = {"do": "load", **self._request.load, "import_timeout": START_SECONDS}
        answer = yield Ask(load, START_SECONDS + SPARE_SECONDS)
        value = teller.expect("loaded", answer, "while its module was imported")
        now = self._clock()
        teller.tell(loaded_of(value, now, self._request.scale))
        teller.tell(*teller.seats.begin(value["pid"], value["tid"], now))
        teller.look_through(value.get("word") if value["gil"] else None)
        can = [engine for engine in engines if engine in value["engines"]]
        if Engine.SERIAL not in can:
            can.insert(0, Engine.SERIAL)
        out = {
            Engine(name): printable(text)
            for name, text in value["out"].items()
            if name in engines and name not in can
        }
        if set(engines) < set(RACING):  # who asks for it by name wants to know
            named = {engine: why for engine, why in LACKING.items() if engine in engines}
            out = {engine: why for engine, why in named.items() if engine not in can} | out
        return can, out

    def _taste(self) -> Generator[Ask, Answer, Tasted]:
        """Make single calls."""
        teller, timeout = self.teller, self._request.timeout
        seconds = taste_seconds(self._request.budget)
        teller.begin_phase(Phase.TASTE, seconds)
        answer = yield Ask(
            {
                "do": "taste",
                "seconds": seconds,
                "most": MOST_TASTED,
                "timeout": timeout,
                "about_gil": teller.gil is None,
                "mixed": True,
            },
            timeout + seconds + SPARE_SECONDS,
        )
        value = teller.expect("tasted", answer, "while it was called alone")
        teller.count_looks(value["at"])
        tasted = tasted_of(value)
        teller.tell(tasted)
        if teller.gil is None and self._race.loaded is not None and self._race.loaded.gil:
            share = value.get("about_gil")
            teller.tell(GilSeen(self._clock(), share, 0, is_about=True))
        return tasted

    def _plan(
        self, can: Sequence[Engine], tasted: Tasted, deadline: float
    ) -> tuple[list[LanePlan], RoundPlan]:
        loaded = self._race.loaded
        return plan_race(
            can,
            tasted,
            is_async=loaded is not None and loaded.is_async,
            items=0 if loaded is None else loaded.items,
            workers=self._request.workers,
            seconds=max(deadline - self._clock(), 0.1),
        )

    def _judge(self) -> None:
        verdict = judge(self._race)
        sentence = verdict_sentence(self._race, verdict)
        self.teller.tell(
            Judged(self._clock(), verdict.lane, verdict.engine, str(verdict.reason), sentence)
        )
