"""Leads a tasting from the import to the verdict.

It is a script that waits for nobody: it yields what the runner is to be asked, and goes on with
the answer. Whoever drives it sends requests, waits, and looks at cores meanwhile.
"""

from __future__ import annotations

import itertools
import math
import random
import signal
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, NamedTuple

from chai_tui.explain.tasting_verdict import verdict_sentence
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, GaveUp, Seated, Started, Stopping
from chai_tui.model.race_events import (
    CallsDone,
    Differed,
    GilSeen,
    Judged,
    LaneOpened,
    LaneOut,
    Loaded,
    Measure,
    Phase,
    PhaseBegan,
    RoundBegan,
    RoundEnded,
    TasteBegan,
    Tasted,
    TasteFailed,
)
from chai_tui.model.tasting import RACING, TasteRequest
from chai_tui.model.text import printable
from chai_tui.race.forecast import chunk_for
from chai_tui.race.kind import Nature, kind_of
from chai_tui.race.records import Race
from chai_tui.race.verdict import hopeless_lanes, is_sure, judge
from chai_tui.samplers.gil_word import GilWatch, GilWord
from chai_tui.samplers.protocol import Watched
from chai_tui.sources.taste.plan import (
    LEAST_COUNTED,
    LanePlan,
    RoundPlan,
    fewer_calls,
    plan_race,
    taste_seconds,
)

START_SECONDS = 60.0
"""How long an import may take, and starting the workers of a lane."""
SPARE_SECONDS = 5.0
"""What an answer may take beyond what it is about, on a crowded machine."""
OVERTIME = 0.25
"""How much of the budget may be spent beyond it, so that there is a verdict at all."""
ANNOUNCED = 0.25
"""Seconds between two figures of the GIL while it is looked at."""


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


Script = Generator[Ask, Answer, None]


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
        self._makers = makers
        self._clock = clock
        self._draw = random.Random()  # noqa: S311 - an order, no secret
        self._deadline = math.inf
        self._pid = 0
        self._serves = False  # nobody has answered from there yet
        self._caller = Watched(0, 0, 0, own_thread=True)  # the thread that calls
        self._watched: dict[int, list[Watched]] = {}
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
        """Return whom to look at; who works now comes first, for lanes may share a thread."""
        if not self._watched:
            return [self._caller] if self._pid else []
        running = [lane.number for lane in self.race.lanes.values() if lane.running]
        order = [*running, *(number for number in self._watched if number not in running)]
        return [who for number in order for who in self._watched.get(number, ())]

    def ended(self) -> list[Event]:
        """Return the ends of all who worked: the runner was ended, and they with it."""
        now = self._clock()
        makers = {who.maker for lane in self._watched.values() for who in lane}
        if self._pid:
            makers.add(self._caller.maker)
        self._watched = {}
        self._pid = 0
        events: list[Event] = []
        for maker in sorted(makers):
            events += (Stopping(now, maker, None, None), GaveUp(now, maker, 0.0))
            events.append(Exited(now, maker, 0, ours=True))
        return events

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
        self._pid = value["pid"]
        now = self._clock()
        self._tell(
            Loaded(
                now,
                printable(value["name"]),
                value["is_async"],
                value["items"],
                value["import_seconds"],
                printable(value["python"]),
                value["gil"],
                self._pid,
                self._request.scale,
            )
        )
        maker = next(self._makers)
        self._caller = Watched(maker, self._pid, value["tid"], own_thread=True)
        self._tell(
            Seated(now, maker, maker, self._pid, Engine.SERIAL),
            Started(now, maker, self._pid, value["tid"]),
        )
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
                self.gil = GilWatch(GilWord(self._pid, address), self._clock)
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
        tasted = Tasted(
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
            who = self._seat(engine, value["workers"])
            self._watched[lane] = who
            self._tell(
                LaneOpened(
                    now,
                    lane,
                    engine,
                    workers,
                    tuple(one.maker for one in who),
                    value["seconds"],
                    value["task_seconds"],
                    value["memory"],
                )
            )

    def _seat(self, engine: Engine, workers: Sequence[Sequence[int]]) -> list[Watched]:
        if engine is Engine.SERIAL:
            return [self._caller]
        now = self._clock()
        seated = []
        station = 0
        for pid, tid in workers:
            maker = next(self._makers)
            station = maker if engine is Engine.PROCESS or not station else station
            shares_gil = engine.traits.shares_gil
            seated.append(
                Watched(maker, pid, tid, own_thread=engine.traits.own_thread, shares_gil=shares_gil)
            )
            self._tell(Seated(now, maker, station, pid, engine), Started(now, maker, pid, tid))
        return seated

    def _leave_out(self, engine: Engine, answer: Answer) -> None:
        text = answer.value if answer.kind == "out" else None
        if answer.kind == "problem":
            text = answer.value.get("text")
        text = printable(text) if text else "its workers did not start in time"
        for number in [n for n, lane in self.race.lanes.items() if lane.engine is engine]:
            makers = [who.maker for who in self._watched.pop(number, [])]
            self._tell(*(Exited(self._clock(), maker, None, ours=True) for maker in makers))
        self._tell(LaneOut(self._clock(), engine, text))

    def _race(self, plan: RoundPlan) -> Script:
        self._phase(Phase.RACE, self._deadline - self._clock())
        first, calls = 0, plan.calls
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
                if number > 1 and self._clock() > self._deadline + OVERTIME * self._request.budget:
                    return
            if self._items > calls:
                first = (first + calls) % self._items
            if self._is_over(number - plan.warm_up, self._clock() - began):
                return
            if number == 1:  # what a lane costs is known only now
                left = self._deadline - self._clock()
                calls = fewer_calls(calls, self._clock() - began, left, self._workers)

    def _is_over(self, counted: int, took: float) -> bool:
        """Whether there is a verdict, or no time for another round.

        Args:
            counted: the rounds that count so far.
            took: seconds of the last round.
        """
        if counted < 1:
            return False
        if is_sure(self.race) or (len(self.race.lanes) == 1 and counted >= LEAST_COUNTED):
            return True
        now = self._clock()
        if counted >= LEAST_COUNTED:
            return now + took > self._deadline
        return now + took > self._deadline + OVERTIME * self._request.budget

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
        if answer.kind == "out" or (
            answer.kind == "problem" and answer.value.get("code") == "worker_died"
        ):
            self._leave_out(engine, answer)
            return
        value = self._expect("block", answer, f"in a round of {engine}")
        at = value["at"]
        if looks:
            self._count_looks(max(began, at - value["wall"]), at)
        self._tell(
            RoundEnded(
                at, lane, number, calls, value["wall"], value["cpu"], value["ready"], counts=counts
            )
        )
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
        traceback, is_usage = "", False
        if answer.kind in {"problem", "out"}:
            problem = answer.value if isinstance(answer.value, dict) else {"text": answer.value}
            text = problem.get("text") or "it cannot be tasted"
            traceback = "\n".join(
                printable(line) for line in (problem.get("traceback") or "").split("\n")
            )
            is_usage = bool(problem.get("is_usage"))
        elif not self._serves and answer.kind in {"silent", "ended"}:
            how = "it does not answer" if answer.kind == "silent" else _end_text(answer.value)
            text = f"{self._request.python}: expected a Python that runs the function, but: {how}"
            is_usage = True
        elif answer.kind == "silent":
            text = (
                f"the import did not end within {START_SECONDS:g} s"
                if kind == "loaded"
                else f"a call did not return within {self._request.timeout:g} s: "
                "give it longer with --timeout"
            )
        elif answer.kind == "ended":
            text = f"the process that calls it ended {when}: {_end_text(answer.value)}"
        else:
            text = f"the runner answered {answer.kind} {when}, which nobody asked for"
        self.fail(text, traceback, is_usage=is_usage)
        raise _GivenUpError

    def fail(self, text: str, traceback: str = "", *, is_usage: bool = False) -> None:
        """Tell that the function cannot be tasted; see :class:`TasteFailed`."""
        self.wants_limits = False
        self._tell(TasteFailed(self._clock(), printable(text), traceback, is_usage))


def _end_text(code: int | None) -> str:
    if code is None:
        return "nobody knows how"
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def _measure(value: Mapping[str, Any]) -> Measure:
    return Measure(value["size"], value["seconds"], printable(value["problem"] or ""))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
