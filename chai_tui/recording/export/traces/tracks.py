"""What stands on which track of a trace: said once, for every form of trace.

::

    chai-tui                         the run: what happened to all, a track a lane of a tasting
      all makers                       instants
      core 0 busy, cores at once       counters
    station 1: process, pid 4711     a process a station
      Chai Maker #1: masala            its steps, and in between its signals and its end
      Chai Maker #1 on a core          on which, and how much of it
      Chai Maker #1 waits              for the GIL, for a core, or paused

Names that are ours are ASCII: Perfetto's screen of 2025 shows JSON's escapes in them as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from chai_tui.explain.tasting.lanes import lane_name
from chai_tui.race.rounds.records import Race
from chai_tui.recording.export.account import (
    Account,
    CoreSlice,
    Instant,
    MakerAccount,
    StepSlice,
    WaitSlice,
)
from chai_tui.recording.export.traces.words import (
    Round,
    Words,
    of_core,
    of_end,
    of_round,
    of_run,
    of_step,
    of_wait,
    rounds_of,
    text_of,
)

_GREATEST = 2**31 - 1
"""The greatest number that traces can have for a process or a thread."""
_FIRST_MADE = 5_000_000
"""Numbers made up begin here: Linux gives none above 2²² (``pid_max``)."""
_Stretch = TypeVar("_Stretch", StepSlice, CoreSlice, WaitSlice, Round)

Slice = tuple[int, int, Words]
"""When a stretch began and ended, in whole microseconds since the run's beginning; a million of
named tuples would take half a second more."""


class Mark(NamedTuple):
    """A moment; ``category`` is ``end``, ``signal``, ``trouble`` or ``run``."""

    at: int
    words: Words
    category: str


class Process(NamedTuple):
    """A process: its number and name, and where it stands, from 0."""

    pid: int
    name: str
    order: int


class Track(NamedTuple):
    """A line of a trace.

    Attributes:
        process: the process it belongs to.
        tid: its number: no other track of the process has it.
        name: its own.
        order: where it stands in its process, from 1.
        under: the number of the track that it belongs to; None: it is a thread of its own.
        category: of its slices: ``step``, ``core``, ``wait`` or ``round``.
        slices: in order; none overlaps another.
        marks: what happened in between, in order.
    """

    process: Process
    tid: int
    name: str
    order: int
    under: int | None
    category: str
    slices: Iterable[Slice]
    marks: Iterable[Mark] = ()


class Counter(NamedTuple):
    """A curve.

    Attributes:
        process: the process it belongs to.
        name: of what: ``core 0``.
        part: what of it: ``busy``.
        values: when (microseconds), and how much; each holds until the next.
    """

    process: Process
    name: str
    part: str
    values: Iterable[tuple[int, float]]


def size_of(account: Account) -> int:
    """Return about how many slices, instants and values there are to write: never 0."""
    makers = sum(
        1 + len(maker.steps) + len(maker.cores) + len(maker.waits)
        for maker in account.makers.values()
    )
    values = sum(2 * len(values) for values in account.core_use.values())
    return 1 + makers + values + len(account.at_once) + len(account.instants)


def tracks_of(account: Account) -> Iterator[Process | Track | Counter]:
    """Yield what a trace has to tell; a process comes before what belongs to it."""
    return _Layout(account).tracks()


class _Layout:
    """Gives everything its track, and every track its number."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._origin = account.began
        self._pids: set[int] = set()
        self._tids: set[tuple[int, int]] = set()
        self._made = _FIRST_MADE
        self._marks: dict[int | None, list[Instant]] = defaultdict(list)
        for instant in account.instants:
            known = instant.maker in account.makers
            self._marks[instant.maker if known else None].append(instant)

    def tracks(self) -> Iterator[Process | Track | Counter]:
        """Yield the run itself, then the stations in the order of their numbers."""
        account = self._account
        warning = account.run.warning
        name = f"chai-tui, {warning}" if warning else "chai-tui"
        # The pid of a program's run is that of its first process, which has a place of its own.
        pid = 0 if account.run.is_program else account.run.pid
        run = Process(self._pid(pid), text_of(name), 0)
        yield run
        marks = [Mark(0, Words("run began", of_run(account)), "run")]
        marks += [self._mark(instant) for instant in self._marks[None]]
        yield Track(run, self._tid(run, None), f"all {account.noun}s", 1, None, "round", (), marks)
        yield from self._lanes(run)
        yield from self._counters(run)
        for order, station in enumerate(account.stations.values(), start=1):
            told = f"station {station.number}: {station.engine}, pid {station.pid}"
            if station.name:
                told = text_of(f"{station.name}, pid {station.pid}")
            process = Process(self._pid(station.pid), told, order)
            yield process
            for place, number in enumerate(station.makers):
                if maker := account.makers.get(number):
                    yield from self._maker(process, maker, 3 * place + 1)

    def _maker(self, process: Process, maker: MakerAccount, order: int) -> Iterator[Track]:
        name = text_of(f"{maker.name}: {maker.recipe}" if maker.recipe else maker.name)
        marks = [self._mark(instant) for instant in self._marks[maker.number]]
        tid = self._tid(process, maker.tid)
        steps = self._slices(maker.steps, of_step)
        yield Track(process, tid, name, order, None, "step", steps, marks)
        for place, (does, category, slices) in enumerate(
            (
                ("on a core", "core", self._slices(maker.cores, of_core)),
                ("waits", "wait", self._slices(maker.waits, of_wait)),
            ),
            start=order + 1,
        ):
            made = self._tid(process, None)
            yield Track(process, made, f"{maker.name} {does}", place, tid, category, slices)

    def _lanes(self, run: Process) -> Iterator[Track]:
        race = self._account.floor.race
        races: list[tuple[Race, str]] = [(race, "")]
        if race.unlimited is not None:
            races = [(race.unlimited, ""), (race, ", threads limited")]
        lanes = [(lane, told) for race, told in races for lane in race.lanes.values()]
        for order, (lane, told) in enumerate(lanes, start=2):
            name = text_of(lane_name(lane) + told)
            rounds = self._slices(rounds_of(lane, self._account.ended), of_round)
            yield Track(run, self._tid(run, None), name, order, None, "round", rounds)

    def _counters(self, run: Process) -> Iterator[Counter]:
        account = self._account
        for core, values in account.core_use.items():
            for part, index in (("busy", 1), (f"{account.noun}s", 2)):
                told = ((each[0], each[index]) for each in values)
                yield Counter(run, f"core {core}", part, self._values(told))
        yield Counter(run, "cores", "at once", self._values(account.at_once))

    def _values(self, told: Iterable[tuple[float, float | None]]) -> Iterator[tuple[int, float]]:
        return ((self._micros(at), round(value, 3)) for at, value in told if value is not None)

    def _slices(
        self, stretches: Iterable[_Stretch], tell: Callable[[_Stretch], Words]
    ) -> Iterator[Slice]:
        """Rounded, too, none begins before the last one has ended: readers drop such.

        A million slices pass here, with few words: calls for each of them took twice as long.
        """
        origin, last = self._origin, 0
        said: dict[object, Words] = {}
        for each in stretches:
            began = int((each[0] - origin) * 1e6 + 0.5)
            if began < last:  # noqa: PLR1730 - max() is a call
                began = last
            last = int((each[1] - origin) * 1e6 + 0.5)
            if last < began:  # noqa: PLR1730 - likewise
                last = began
            key = each[2:]
            if type(key[1]) is float:  # a share, told in hundredths
                key = key[0], int(key[1] * 100 + 0.5)
            words = said.get(key)
            if words is None:
                words = said[key] = tell(each)
            yield began, last, words

    def _mark(self, instant: Instant) -> Mark:
        maker = self._account.makers.get(instant.maker or 0)
        args = of_end(maker, self._account) if maker is not None and instant.kind == "end" else ()
        return Mark(self._micros(instant.at), Words(text_of(instant.text), args), instant.kind)

    def _micros(self, at: float) -> int:
        return max(0, int((at - self._origin) * 1e6 + 0.5))

    def _pid(self, pid: int) -> int:
        """The system's number, or another if it was given twice: systems use them again."""
        if not 0 < pid <= _GREATEST or pid in self._pids:
            pid = self._next()
        self._pids.add(pid)
        return pid

    def _tid(self, process: Process, tid: int | None) -> int:
        """Likewise: those of one thread, one after another or in turns, have a track each."""
        if tid is None or not 0 < tid <= _GREATEST or (process.pid, tid) in self._tids:
            tid = self._next()
            while (process.pid, tid) in self._tids:
                tid = self._next()
        self._tids.add((process.pid, tid))
        return tid

    def _next(self) -> int:
        self._made += 1
        while self._made in self._pids:
            self._made += 1
        return self._made
