"""What happened and why, as a person reads it."""

from __future__ import annotations

import signal

import pytest

from chai_tui.explain.event_text import closing_line, describe
from chai_tui.explain.wording.formatting import ERROR_LENGTH
from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    EVENT_TYPES,
    CoresChanged,
    Dropped,
    Event,
    Exited,
    Failed,
    GaveUp,
    Paused,
    Progress,
    Resumed,
    RunBegan,
    Said,
    Seated,
    Served,
    Signalled,
    Started,
    StepBegan,
    Stopping,
    Trouble,
    Unseated,
)
from chai_tui.model.program_events import (
    Blocked,
    BlockKind,
    Doing,
    Layer,
    Missed,
    Named,
    Place,
    ProgramEvent,
    SeenBy,
    StationSeen,
    TaskBegan,
    TaskEnded,
    Unblocked,
    Wait,
    WaitKind,
    Waits,
)
from chai_tui.model.race_events import (
    CallsDone,
    Differed,
    GilSeen,
    Judged,
    LaneOpened,
    LaneOut,
    Loaded,
    Phase,
    PhaseBegan,
    Printed,
    RoundBegan,
    RoundEnded,
    TasteBegan,
    Tasted,
    TasteFailed,
)
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State
from tests.builders import (
    BEGAN,
    HERE,
    IN_STATE,
    SHARED_STATION,
    brewing,
    ended,
    failed,
    floor_of,
    killed,
    paused,
    sampled,
    seated,
    served,
    stopped,
)

# The closing line


@pytest.mark.parametrize(
    ("events", "asked", "line"),
    [
        ([*served(1), *served(2), *served(3)], 3, "All chai served"),
        (
            [*served(1), *killed(2), *served(3)],
            3,
            "2 of 3 chai served: Chai Maker #2 was killed by SIGKILL",
        ),
        (
            [*stopped(1), *served(2), *failed(3)],
            3,
            ("1 of 3 chai served: Chai Maker #1 was stopped, "
            "Chai Maker #3 failed: ValueError: no milk"),
        ),
        (
            [*ended(1), *ended(2, exitcode=0), *ended(3, exitcode=None)],
            3,
            ("0 of 3 chai served: Chai Maker #1 ended with exit code 3, "
            "Chai Maker #2 ended with exit code 0 before it had served, "
            "Chai Maker #3 ended unseen: the system lost its exit code"),
        ),
        (
            [event for number in range(1, 8) for event in killed(number)],
            7,
            ("0 of 7 chai served: Chai Maker #1 was killed by SIGKILL, "
            "Chai Maker #2 was killed by SIGKILL, Chai Maker #3 was killed by SIGKILL, "
            "and 4 more"),
        ),
        (
            [*served(1), *brewing(2), *paused(3)],
            3,
            "1 of 3 chai served: Chai Maker #2 was still brewing, Chai Maker #3 was still paused",
        ),
        (served(1, joined=False), 1, "0 of 1 chai served: Chai Maker #1 was not joined"),
        (served(1), 3, "1 of 3 chai served: 2 makers not seated"),
        ([*served(1), *killed(2)], 3, ("1 of 3 chai served: Chai Maker #2 was killed by SIGKILL; "
         "1 maker not seated")),
        ([], 1, "0 of 1 chai served: 1 maker not seated"),
        ([], 0, "0 of 0 chai served"),
    ],
)  # fmt: skip
def test_the_closing_line_tells_who_is_missing_and_why(
    events: list[Event], asked: int, line: str
) -> None:
    assert closing_line(floor_of(*events), asked) == line


def test_an_error_stays_short_and_on_its_line() -> None:
    floor = floor_of(*failed(1, error=f"E: \x1b[31m\n{'x' * 1_000}"))
    line = closing_line(floor)
    assert line.startswith("0 of 1 chai served: Chai Maker #1 failed: E: ␛[31m␊xxx")
    assert line.endswith("x…")
    assert len(line) < ERROR_LENGTH + 60


# The event log


@pytest.mark.parametrize(
    ("before", "event", "line"),
    [
        ([], seated(1)[0], "#1 seated, process, chai"),
        (
            seated(1),
            Started(BEGAN + 0.036, 1, 4711, 4711, 74),
            "#1 started, pid 4711, after 36 ms, 74 modules imported",
        ),
        (seated(1), Started(BEGAN, 1, 4711, 4711), "#1 started, pid 4711, after 0.0 ms"),
        (
            seated(5, engine=Engine.THREAD),
            Started(BEGAN + 0.0004, 5, 4720, 4725, 74),
            "#5 started, tid 4725, after 0.4 ms",
        ),
        ([], Started(BEGAN, 1, 4711, 4711), "#1 started, pid 4711"),
        (seated(1), StepBegan(BEGAN, 1, 1), "#1 began step 2 of 3, steep tea"),
        ([], StepBegan(BEGAN, 1, 1), "#1 began step 2"),
        (brewing(1), Progress(BEGAN, 1, 0.54, 0.0), "#1 at 54% of its step"),
        (served(1, after=2.0), Served(BEGAN + 2, 1, 0.0), "#1 served, 1st"),
        ([*brewing(2), *served(1, after=2.0)], Served(BEGAN + 3, 2, 0.0), "#2 served, 2nd"),
        ([], Served(BEGAN, 2, 0.0), "#2 served"),
        (brewing(3), Failed(BEGAN, 3, "E: \x1b", "", 0.0), "#3 failed: E: ␛"),
        (brewing(5), GaveUp(BEGAN, 5, 0.0), "#5 stopped, as it was asked to"),
        (brewing(1), Said(BEGAN, 1, "[b]\x1b[2J", "out", 1), "#1 said: [b]␛[2J"),
        (
            brewing(1, engine=Engine.THREAD),
            Said(BEGAN, None, "from C", "err", SHARED_STATION),
            "pid 4720 said: from C",
        ),
        ([], Said(BEGAN, None, "from C", "err", 7), "station 7 said: from C"),
        ([], Dropped(BEGAN, 1, 12, 1), "#1 says too much: lines are left out, and counted"),
        (
            [],
            Dropped(BEGAN, None, 1, 7),
            "station 7 says too much: lines are left out, and counted",
        ),
        (brewing(5), Paused(BEGAN, 5, ours=True), "#5 paused"),
        (brewing(5), Paused(BEGAN, 5, ours=False), "#5 paused (from outside)"),
        (paused(5), Resumed(BEGAN, 5, ours=True), "#5 resumed"),
        (paused(5), Resumed(BEGAN, 5, ours=False), "#5 resumed (from outside)"),
        (
            brewing(5),
            Stopping(BEGAN, 5, signal.SIGTERM, 2.0),
            "#5 asked to stop: SIGTERM, SIGKILL in 2 s",
        ),
        (brewing(5), Stopping(BEGAN, 5, signal.SIGTERM, None), "#5 asked to stop: SIGTERM"),
        (brewing(5), Stopping(BEGAN, 5, None, None), "#5 asked to stop"),
        (brewing(5), Signalled(BEGAN, 5, signal.SIGINT), "#5 was sent SIGINT"),
        (
            paused(5),
            Signalled(BEGAN, 5, signal.SIGINT),
            "#5 was sent SIGINT, which waits until it runs again",
        ),
        (paused(5), Signalled(BEGAN, 5, 9), "#5 was sent SIGKILL"),
        (brewing(4), Exited(BEGAN, 4, -9, ours=False), "#4 killed by SIGKILL (from outside)"),
        (brewing(4), Exited(BEGAN, 4, -9, ours=True), "#4 killed by SIGKILL"),
        ([], Exited(BEGAN, 4, -9, ours=False), "#4 killed by SIGKILL (from outside)"),
        (brewing(4), Exited(BEGAN, 4, -11, ours=False), "#4 killed by SIGSEGV"),
        (brewing(4), Exited(BEGAN, 4, -15, ours=False), "#4 killed by SIGTERM (from outside)"),
        (stopped(5)[:-1], Exited(BEGAN, 5, -15, ours=True), "#5 stopped by SIGTERM"),
        (
            stopped(5, engine=Engine.THREAD)[:-1],
            Exited(BEGAN, 5, 0, ours=False),
            "#5 stopped",
        ),
        (brewing(3), Exited(BEGAN, 3, 3, ours=False), "#3 ended before it had served"),
        (
            served(3, joined=False),
            Exited(BEGAN, 3, 3, ours=False),
            "#3 failed after it had served",
        ),
        (
            brewing(3),
            Exited(BEGAN, 3, None, ours=False),
            "#3 ended unseen: the system lost its exit code",
        ),
        (failed(3)[:-1], Exited(BEGAN, 3, 1, ours=False), "#3 failed: ValueError: no milk"),
        (served(2)[:-1], Exited(BEGAN, 2, 0, ours=False), "#2 joined, exit code 0"),
        ([], Exited(BEGAN, 2, 0, ours=False), "#2 joined, exit code 0"),
        ([], Trouble(BEGAN, None, "no process left\n\x1b"), "no process left␊␛"),
        ([], sampled({0: [1, 2]})[0], "sampled 1 core, 2 makers"),
        (
            [],
            LaneOut(BEGAN, Engine.PROCESS, "its result cannot be \x1bpickled"),
            "process is out: its result cannot be ␛pickled",
        ),
        (
            [],
            TasteFailed(BEGAN, "no function fo\x1b: did you mean foo?"),
            "no function fo␛: did you mean foo?",
        ),
        ([], Judged(BEGAN, 1, Engine.SERIAL, "only", "Use a plain loop\n."), "Use a plain loop␊."),
        ([], StationSeen(BEGAN, 2, 4713, name="\x1bake"), "pid 4713 is ␛ake"),
        ([], StationSeen(BEGAN, 2, 4713, command="make -j4"), "pid 4713 is make -j4"),
        ([], Named(BEGAN, 3, "Main\x1bThread"), "#3 is Main␛Thread"),
        ([], Waits(BEGAN, (Wait(1, WaitKind.GIL),)), "1 thread began or ended to wait"),
        (
            [],
            SeenBy(BEGAN, 2, (Layer.FUTEX, Layer.WORD)),
            "a process, GIL: seen by the kernel's futex rule and the interpreter's own lock word",
        ),
        ([], Doing(BEGAN, (Place(3, "b\x1b", "a\x1b.py", 7),)), "#3 is in b␛, a␛.py:7"),
        ([], Doing(BEGAN, (Place(3),)), "#3 is in no function"),
        ([], Doing(BEGAN, (Place(3, "a"), Place(4))), "2 threads went on to other lines"),
        ([], Missed(BEGAN, 0.25), "children nobody saw: 0.25 s of CPU time"),
        ([], Blocked(BEGAN, 1, BlockKind.JOIN, 3), "#1 joins #3"),
        ([], Blocked(BEGAN, 1, BlockKind.LOCK, 2, "t\x1b"), "#1 waits for the lock #2 has: t␛"),
        ([], Blocked(BEGAN, 1, BlockKind.LOCK), "#1 waits for a lock"),
        (
            [],
            Blocked(BEGAN, 1, BlockKind.LOCK, 2, "of app.py:3", 0.5),
            "#1 waits for the lock #2 has: app.py:3, at most 0.5 s",
        ),
        ([], Blocked(BEGAN, 1, BlockKind.CONDITION, 0, "Event.wait"), "#1 waits in Event.wait"),
        (
            [],
            Blocked(BEGAN, 1, BlockKind.CONDITION, timeout=2.0),
            "#1 waits for an event, at most 2 s",
        ),
        ([], Blocked(BEGAN, 1, BlockKind.PUT, 0, "q"), "#1 waits to put into queue q"),
        ([], Blocked(BEGAN, 1, BlockKind.GET), "#1 waits to get from queue"),
        ([], Unblocked(BEGAN, 1), "#1 goes on"),
        ([], TaskBegan(BEGAN, 1, "res\x1bize"), "#1 began task res␛ize"),
        ([], TaskEnded(BEGAN, 1), "#1 ended its task"),
        ([], TaskEnded(BEGAN, 1, "E: \x1b"), "#1 ended its task, failed: E: ␛"),
    ],
)
def test_an_event_in_one_line(before: list[Event], event: Event, line: str) -> None:
    floor = floor_of(*before)
    floor.fold([event])
    assert describe(event, floor) == line


SEEN_ON_THEIR_OWN_SCREEN = {
    TasteBegan,
    PhaseBegan,
    Loaded,
    Tasted,
    GilSeen,
    LaneOpened,
    RoundBegan,
    CallsDone,
    RoundEnded,
    Differed,
    Printed,
}
"""What happens in a tasting and is no line of a log."""


def test_a_log_tells_what_came_of_a_tasting() -> None:
    told: list[Event] = [
        LaneOut(BEGAN, Engine.PROCESS, "why"),
        TasteFailed(BEGAN, "why"),
        Judged(BEGAN, None, None, "noisy", "Too noisy to say."),
    ]
    floor = floor_of(PhaseBegan(BEGAN, Phase.RACE, 1.0), *told, CallsDone(BEGAN, 1, 1))
    assert list(floor.log) == told


def test_every_kind_of_event_can_be_described() -> None:
    assert describe(HERE, Floor()) == "live run, forkserver, GIL on, 2 cores"
    described: set[type[Event]] = {RunBegan}
    for state in State:
        for engine in (Engine.PROCESS, Engine.SERIAL):
            floor = Floor()
            for event in IN_STATE[state](1, engine=engine, **_said(state)):
                floor.fold([event])
                line = describe(event, floor)
                assert line == printable(line)
                assert line.startswith("#1 ")
                described.add(type(event))
    assert described >= set(EVENT_TYPES) - {
        type(sampled({})[0]),
        CoresChanged,
        Dropped,
        Resumed,
        RunBegan,
        Signalled,
        Trouble,
        Unseated,
        LaneOut,
        TasteFailed,
        Judged,
        *ProgramEvent.__args__,
        *SEEN_ON_THEIR_OWN_SCREEN,
    }
    assert Seated in described


def _said(state: State) -> dict[str, list[str]]:
    return {} if state is State.SEATED else {"said": ["[red]boil\x1b[0m"]}


@pytest.mark.parametrize(
    ("cores", "quota", "words"),
    [
        ((0,), None, "may use 1 core now: 0"),
        ((0, 1, 2, 5, 8, 9), None, "may use 6 cores now: 0–2 5 8–9"),
        ((4, 6), 0.25, "may use 2 cores now: 4 6; limited to 0.25 cores' worth of CPU time"),
    ],
)
def test_what_changed_of_the_cores_is_said(
    cores: tuple[int, ...], quota: float | None, words: str
) -> None:
    assert describe(CoresChanged(BEGAN, cores, quota), Floor()) == words
