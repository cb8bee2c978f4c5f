"""A tasting in words: every sentence, where it is true and where it is just not."""

from __future__ import annotations

import pytest
from hypothesis import given

from chai_tui.explain.tasting.forecast import forecast_text, pays_text
from chai_tui.explain.tasting.kind import kind_text
from chai_tui.explain.tasting.naming import failure_text
from chai_tui.explain.tasting.notes import others_text
from chai_tui.explain.tasting.phase import phase_text
from chai_tui.explain.tasting.report import report_lines
from chai_tui.explain.tasting.table import HEADINGS, lane_rows, legend_text, table_lines
from chai_tui.explain.tasting.verdict import verdict_sentence
from chai_tui.explain.wording.formatting import span_text, speed_text
from chai_tui.model.engine import Engine
from chai_tui.model.race_events import (
    Differed,
    Judged,
    LaneOpened,
    LaneOut,
    Phase,
    PhaseBegan,
    Printed,
    RaceEvent,
    RoundBegan,
    RoundEnded,
    Tasted,
    TasteFailed,
)
from chai_tui.model.text import printable
from chai_tui.race.rounds.records import Race
from chai_tui.race.verdict import judge
from chai_tui.tui.terminal.ascii_drawing import UNKNOWN, drawn_in_ascii
from tests.unit.made_races import Rounds, made_race, tasted
from tests.unit.test_race_verdict import (
    LOOP,
    SERIAL,
    TIMED,
    WAITING,
    processes,
    races,
    steady,
    threads,
)


def sentence(race: Race) -> str:
    return verdict_sentence(race, judge(race))


def alone(gil: float | None, *, is_about: bool = False, has_gil: bool = True, **how: float) -> Race:
    timed = tasted(call=0.012, **how)  # type: ignore[arg-type]
    return made_race([], gil=gil, is_about=is_about, has_gil=has_gil, of_taste=timed)


def sized(argument: int = 20, result: int = 20) -> Tasted:
    """Return calls whose argument and result are of so many bytes."""
    timed = tasted(calls=100, call=100e-6, pickling=120e-6)
    return timed._replace(
        argument=timed.argument._replace(size=argument), result=timed.result._replace(size=result)
    )


# What the function is


@pytest.mark.parametrize(
    ("race", "text"),
    [
        (alone(0.99), "A call takes 12 ms: it computes and holds the GIL (99 %)."),
        (alone(0.996), "A call takes 12 ms: it computes and holds the GIL (all)."),
        (
            alone(0.99, is_about=True),
            "A call takes 12 ms: it computes and holds the GIL (about 99 %).",
        ),
        (alone(0.02), "A call takes 12 ms: it computes without the GIL (98 %)."),
        (
            alone(0.5),
            "A call takes 12 ms: 50 % of it holds the GIL and 50 % computes without it.",
        ),
        (
            alone(0.5, is_about=True, cpu=0.009),
            "A call takes 12 ms: about 50 % of it holds the GIL, 25 % computes without it and "
            "25 % waits.",
        ),
        (alone(0.01, cpu=0.001), "A call takes 12 ms: it waits (92 %)."),
        (
            alone(1.0, cpu=0.001),
            "A call takes 12 ms: it holds the GIL (all) while it waits.",
        ),
        (
            alone(None),
            "A call takes 12 ms: it computes (100 %); how much of that holds the GIL could not be "
            "seen.",
        ),
        (alone(None, has_gil=False), "A call takes 12 ms: it computes (100 %)."),
        (
            alone(None, has_gil=False, cpu=0.006),
            "A call takes 12 ms: 50 % of it computes and 50 % waits.",
        ),
        (
            alone(0.1, process_cpu=0.0228),
            "A call takes 12 ms: it already uses 1.9 cores by itself, with threads of its own.",
        ),
        (
            alone(0.0, cpu=0.0001, child_cpu=0.0108),
            "A call takes 12 ms: it has other processes work for it, on 0.9 cores.",
        ),
        (Race(), ""),
    ],
)
def test_what_a_function_is(race: Race, text: str) -> None:
    assert kind_text(race) == text


# The verdict


@pytest.mark.parametrize(
    ("race", "text"),
    [
        (
            made_race([SERIAL, threads(0.103), processes(0.0518)], gil=0.99),
            "Use processes: 1.93× (1.91–1.95) on 2 cores. "
            "Threads give 0.97×: 99 % of a call holds the GIL.",
        ),
        (
            made_race([SERIAL, threads(0.103), processes(0.0518)], gil=0.99, is_about=True),
            "Use processes: 1.93× (1.91–1.95) on 2 cores. "
            "Threads give 0.97×: about 99 % of a call holds the GIL.",
        ),
        (  # what the GIL does is not known
            made_race([SERIAL, threads(0.103), processes(0.0518)], gil=None),
            "Use processes: 1.93× (1.91–1.95) on 2 cores. Threads give 0.97×.",
        ),
        (  # it is held too little to be the cause
            made_race([SERIAL, threads(0.103), processes(0.0518)], gil=0.19),
            "Use processes: 1.93× (1.91–1.95) on 2 cores. Threads give 0.97×.",
        ),
        (
            made_race([SERIAL, threads(0.069), processes(0.0518)], gil=0.5),
            "Use processes: 1.93× (1.91–1.95) on 2 cores. "
            "Threads give 1.45×: 50 % of a call holds the GIL.",
        ),
        (
            made_race([SERIAL, threads(0.0505), processes(0.0506)], gil=0.0),
            "Threads and processes are equally fast here (1.98× and 1.98×): "
            "use threads, they are lighter.",
        ),
        (
            made_race([SERIAL, threads(0.1), processes(0.098)], gil=1.0),
            "A plain loop, threads and processes are equally fast here (1×, 1.00× and 1.02×): "
            "use a plain loop, it is the lightest. "
            "All of a call holds the GIL: threads take turns.",
        ),
        (
            made_race([SERIAL, threads(0.1), processes(0.3)], gil=0.7),
            "A plain loop and threads are equally fast here (1× and 1.00×): "
            "use a plain loop, it is lighter. Processes give 0.33×.",
        ),
        (
            made_race([SERIAL, threads(0.12), processes(0.3)], gil=1.0),
            "Use a plain loop: nothing is faster. "
            "Threads give 0.83×: all of a call holds the GIL, and handing over and switching cost "
            "time on top. Processes give 0.33×.",
        ),
        (  # what is large is told with its size
            made_race(
                [SERIAL, processes(0.3)],
                calls=1_000,
                of_taste=sized(result=50_000_000),
            ),
            "Use a plain loop: nothing is faster. Processes give 0.33×: "
            "a call takes 100 µs, returning 50 MB takes 120 µs to hand over.",
        ),
        (
            made_race(
                [SERIAL, processes(0.3)],
                calls=1_000,
                of_taste=sized(argument=1_000_000, result=999_999),
            ),
            "Use a plain loop: nothing is faster. Processes give 0.33×: "
            "a call takes 100 µs, passing 1.0 MB takes 120 µs to hand over.",
        ),
        (
            made_race(
                [SERIAL, processes(0.3)],
                calls=1_000,
                of_taste=sized(argument=999_999),
            ),
            "Use a plain loop: nothing is faster. Processes give 0.33×: "
            "a call takes 100 µs, handing it over and back 120 µs.",
        ),
        (  # handing over is what processes spend their time with
            made_race(
                [SERIAL, processes(0.3)],
                calls=1_000,
                of_taste=tasted(calls=100, call=100e-6, pickling=120e-6),
            ),
            "Use a plain loop: nothing is faster. "
            "Processes give 0.33×: a call takes 100 µs, handing it over and back 120 µs.",
        ),
        (  # on three cores' worth of workers nobody says cores
            made_race([SERIAL, processes(0.05)._replace(workers=3, cpu=0.1)]),
            "Use 3 processes: 2.00× (1.98–2.02).",
        ),
        (
            made_race([SERIAL], gil=1.0),
            "Use a plain loop: no other engine could race.",
        ),
        (
            made_race([processes(0.05)], gil=1.0),
            "Use processes: no other engine could race.",
        ),
    ],
)  # fmt: skip
def test_verdicts(race: Race, text: str) -> None:
    assert sentence(race) == text


def waiting(*lanes: Rounds) -> Race:
    return made_race([WAITING, *lanes], gil=0.001, calls=32, of_taste=TIMED, is_async=True)


@pytest.mark.parametrize(
    ("race", "text"),
    [
        (
            waiting(
                threads(0.48, cpu=0.001),
                threads(0.121, 32, cpu=0.001),
                steady(Engine.PROCESS, 2, 0.485, cpu=0.002),
            ),
            "Use 32 threads: 7.9× (7.9–8.0). 2 threads give 2.00×. "
            "Processes give 1.98×: only 2 wait at once.",
        ),
        (
            waiting(LOOP, threads(0.48, cpu=0.001), threads(0.122, 32, cpu=0.001)),
            "Asyncio and 32 threads are equally fast here (7.9× and 7.9×): "
            "use asyncio, it is lighter.",
        ),
        (
            waiting(LOOP, threads(0.48, cpu=0.001)),
            "Use asyncio: 7.9× (7.9–8.0). Threads give 2.00×: only 2 wait at once.",
        ),
        (
            waiting(threads(0.48, cpu=0.001), threads(0.478, 32, cpu=0.001)),
            "Use 2 threads: 2.00× (1.98–2.02).",
        ),
    ],
)
def test_verdicts_on_what_waits(race: Race, text: str) -> None:
    assert sentence(race) == text


def test_the_best_lane_of_an_engine_speaks_for_it() -> None:
    lanes = [
        Rounds(Engine.SERIAL, 1, (0.96,) * 4, 0.001),
        Rounds(Engine.ASYNCIO, 32, (0.03,) * 4, 0.001),
        Rounds(Engine.THREAD, 2, (0.48,) * 4, 0.001),
        Rounds(Engine.THREAD, 16, (0.06,) * 4, 0.001),
    ]
    said = sentence(made_race(lanes, gil=0.0, calls=32, is_async=True))
    assert "16 threads give 16" in said
    assert "2 threads" not in said


def test_a_loop_that_computes_is_told_from_threads_that_take_turns() -> None:
    loop = steady(Engine.ASYNCIO, 2, 0.11, cpu=0.1)
    race = made_race([SERIAL, loop, processes(0.0518)], gil=1.0, is_async=True)
    assert sentence(race) == (
        "Use processes: 1.93× (1.91–1.95) on 2 cores. "
        "Asyncio gives 0.91×: it computes, and a loop has one thread."
    )


NOISY = [SERIAL, threads(0.08, by=0.3), processes(0.07, by=0.3)]


@pytest.mark.parametrize(
    ("ready", "longest", "cause"),
    [
        (
            0.013,
            0.01,
            "Others took 0.2 cores meanwhile: taste it again when the machine is quieter.",
        ),
        (
            0.009,
            0.0131,
            "The calls' own length varies, 10 ms to 13 ms: more items or a larger budget would "
            "tell.",
        ),
        (
            0.009,
            0.0129,
            "nothing that was seen tells why: a larger budget may tell.",
        ),
        (
            None,
            0.0129,
            "nothing that was seen tells why: a larger budget may tell.",
        ),
    ],
)
def test_what_made_the_noise(ready: float | None, longest: float, cause: str) -> None:
    lanes = [lane._replace(ready=ready) for lane in NOISY]
    race = made_race(lanes, gil=0.2, of_taste=tasted(longest=longest))
    said = sentence(race)
    assert said.startswith("Too noisy to say")
    assert " 2 threads 1." in said
    assert said.endswith(cause)
    assert ("Rounds of one lane differ by ±" in said) == cause.startswith("nothing")


def test_only_what_may_be_the_fastest_is_named_in_noise() -> None:
    lanes = [
        SERIAL,
        steady(Engine.THREAD, 2, 0.0535, by=0.04, cpu=0.1),
        steady(Engine.PROCESS, 2, 0.0505, by=0.04, cpu=0.1),
    ]
    said = sentence(made_race(lanes, gil=0.0))
    assert said.startswith("Too noisy to say which of 2 threads 1.87× (")
    assert " is faster, but each beats a plain loop: start with threads, they are lighter. " in said
    assert "a plain loop 1×" not in said


def test_a_lane_that_clearly_loses_is_not_named_in_noise() -> None:
    race = made_race([SERIAL, threads(0.2), processes(0.09, by=0.25)], gil=1.0)
    said = sentence(race)
    assert said.startswith("Too noisy to say: a plain loop 1× and 2 processes 1.")
    assert "threads" not in said


def test_who_surely_loses_to_a_loop_is_not_named_in_noise() -> None:
    """Even where the noise of the best lane hides that it loses to that one, too."""
    said = sentence(made_race([SERIAL, threads(0.11), processes(0.09, by=0.25)], gil=1.0))
    assert said.startswith("Too noisy to say: a plain loop 1× and 2 processes 1.")
    assert "threads" not in said


@pytest.mark.parametrize(
    ("race", "text"),
    [
        (
            made_race([], gil=1.0, of_taste=tasted(calls=1, call=6.0)),
            "Too long for a budget of 8 s: a call takes 6.00 s. A budget of 195 s would do. "
            "What was tasted speaks against threads: all of a call holds the GIL.",
        ),
        (
            made_race([], gil=0.02, of_taste=tasted(calls=1, call=6.0)),
            "Too long for a budget of 8 s: a call takes 6.00 s. A budget of 195 s would do. "
            "What was tasted speaks for threads: it computes without the GIL.",
        ),
        (
            made_race([], gil=0.0, of_taste=tasted(calls=1, call=6.0, cpu=0.1)),
            "Too long for a budget of 8 s: a call takes 6.00 s. A budget of 135 s would do. "
            "What was tasted speaks for threads: it waits.",
        ),
        (
            made_race([], gil=0.0, of_taste=tasted(calls=1, call=6.0, cpu=0.1), is_async=True),
            "Too long for a budget of 8 s: a call takes 6.00 s. A budget of 160 s would do. "
            "What was tasted speaks for asyncio: it waits.",
        ),
        (
            made_race([], gil=0.5, of_taste=tasted(calls=1, call=6.0)),
            "Too long for a budget of 8 s: a call takes 6.00 s. A budget of 195 s would do.",
        ),
    ],
)
def test_too_long_for_the_budget(race: Race, text: str) -> None:
    assert sentence(race) == text


@pytest.mark.parametrize(
    ("serial", "others", "text"),
    [
        (0, 1, "Not one round of all lanes fitted into 8 s: a call takes 3.00 s."),
        (1, 1, "Only 1 round of all lanes fitted into 8 s: a call takes 3.00 s."),
        (
            3,
            2,
            "Only 2 rounds of all lanes (the first only to warm up) fitted into 8 s: "
            "a call takes 3.00 s.",
        ),
    ],
)
def test_too_few_rounds_for_the_budget(serial: int, others: int, text: str) -> None:
    race = made_race(
        [Rounds(Engine.SERIAL, 1, ()), Rounds(Engine.PROCESS, 2, (), start=1.0)],
        calls=2,
        of_taste=tasted(calls=2, call=3.0),
    )
    for lane, rounds, wall in ((1, serial, 6.0), (2, others, 3.0)):
        for number in range(1, rounds + 1):
            race.fold(RoundEnded(3.0, lane, number, 2, wall, wall, 0.0, counts=number > 1))
    assert judge(race).reason == "too_long"
    # 1.16 + 2 × 3 + 4 × (6 + 3) = 43.2
    assert sentence(race).startswith(f"{text} A budget of 45 s would do. ")


def test_a_large_result_is_named_where_it_is_what_takes_so_long() -> None:
    timed = tasted(calls=100, call=0.001, pickling=0.04)
    timed = timed._replace(result=timed.result._replace(size=20_000_000))
    lanes = [Rounds(Engine.SERIAL, 1, (0.07,)), Rounds(Engine.PROCESS, 2, (2.8,))]
    said = sentence(made_race(lanes, calls=70, of_taste=timed))
    assert said.startswith(
        "Only 1 round of all lanes fitted into 8 s: a call takes 1 ms, "
        "returning 20 MB takes 40 ms to hand over. A budget of 10 s would do. "
    )


# What follows a verdict


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ([], ""),
        (
            [LaneOut(3.0, Engine.PROCESS, "its result cannot be \x1bpickled.")],
            " Processes are out: its result cannot be ␛pickled.",
        ),
        (
            [LaneOut(3.0, Engine.ASYNCIO, "it is not async")],
            " Asyncio is out: it is not async.",
        ),
        (
            [Differed(3.0, 2, 3, "12", "7\x1b", 4)],
            " Threads return something else: item 3: 7␛ instead of 12. "
            "The function keeps state between calls, or depends on time or chance.",
        ),
        (
            [Differed(3.0, 2, 0, "x" * 61, "y" * 60, 4)],
            f" Threads return something else: item 0: {'y' * 60} instead of {'x' * 60}…. "
            "The function keeps state between calls, or depends on time or chance.",
        ),
    ],
)
def test_what_is_out_and_what_differs_is_never_hidden(events: list[RaceEvent], text: str) -> None:
    race = made_race([SERIAL, threads(0.05)], gil=0.0, more=events)
    assert sentence(race) == f"Use threads: 1.99× (1.97–2.01) on 2 cores.{text}"


def test_a_function_that_uses_several_cores_is_told_so() -> None:
    lanes = [SERIAL, threads(0.1)]
    race = made_race(lanes, gil=0.1, of_taste=tasted(process_cpu=0.019))
    assert sentence(race).endswith(" By itself the function already uses 1.9 cores.")
    less = made_race(lanes, gil=0.1, of_taste=tasted(process_cpu=0.0119))
    assert "itself" not in sentence(less)


@pytest.mark.parametrize(
    ("wall", "unlimited", "cores", "text"),
    [
        (
            0.05,
            0.053,
            1.9,
            "By itself the function already uses 1.9 cores. So all this is with OMP_NUM_THREADS=1: "
            "threads then make 1.06× the calls of a plain loop without it.",
        ),
        (
            0.05,
            0.0505,
            1.9,
            "By itself the function already uses 1.9 cores. So all this is with OMP_NUM_THREADS=1: "
            "without it a plain loop makes about as many calls.",
        ),
        (
            0.056,
            0.0505,
            1.21,
            "By itself the function already uses 1.2 cores. So all this is with OMP_NUM_THREADS=1: "
            "without it a plain loop makes 1.11× the calls, so leave it.",
        ),
    ],
)
def test_what_a_limit_on_its_own_threads_does(
    wall: float, unlimited: float, cores: float, text: str
) -> None:
    alone = SERIAL._replace(walls=(unlimited,) * 6, cpu=unlimited)
    timed = tasted(call=0.005, process_cpu=0.005 * cores)
    race = made_race([alone, threads(0.055)], gil=0.0, of_taste=timed)
    assert race.began is not None
    limited = made_race([SERIAL, threads(wall)], gil=0.0)
    first = race.began._replace(limited=True)
    race.fold(first)
    for known in (limited.loaded, limited.tasted, limited.gil):
        race.fold(known)
    for lane in limited.lanes.values():
        race.fold(lane.opened)
        for ended in lane.rounds:
            race.fold(ended)
    assert sentence(race).endswith(f" {text}")


def short(call: float, calls: int, wall: float, *, pickling: float = 0.0) -> Race:
    serial = SERIAL._replace(walls=(call * calls,) * 6)
    timed = tasted(calls=100, call=call, pickling=pickling)
    lane = processes(0.05)._replace(walls=(wall * call * calls,) * 6, cpu=call * calls)
    return made_race([serial, lane], calls=calls, of_taste=timed)


@pytest.mark.parametrize(
    ("race", "text"),
    [
        (
            short(6e-6, 16_000, 0.55),
            "Calls this short (6 µs) give about 0.06× as single calls through a pool of processes "
            "and 1.82× in chunks of 2,000, as they raced.",
        ),
        (
            short(6e-6, 64, 2.0),
            "Calls this short (6 µs) give about 0.06× as single calls through a pool of processes, "
            "0.50× in chunks of 8, as they raced and about 1.88× in chunks of 500.",
        ),
        (
            short(6e-6, 8, 10.0),
            "Calls this short (6 µs) give about 0.06× as single calls through a pool of processes "
            "and about 1.88× in chunks of 500.",
        ),
        (  # what was measured knows better than what was reckoned
            short(6e-6, 64, 0.53),
            "Calls this short (6 µs) give about 0.06× as single calls through a pool of processes "
            "and 1.89× in chunks of 8, as they raced.",
        ),
        (short(50e-6, 2_000, 0.55), ""),
        (  # what goes along costs far more than the call: no chunk is advised
            short(0.04e-6, 800_000, 0.7, pickling=3e-6),
            "Calls this short (0.04 µs) give about 0.0004× as single calls through a pool of "
            "processes and 1.43× in chunks of 100,000, as they raced.",
        ),
    ],
)
def test_what_chunks_do_is_said_of_calls_under_50_microseconds(race: Race, text: str) -> None:
    said = sentence(race)
    assert said.endswith(text)
    assert ("chunks" in said) == bool(text)


# What would tell more


def test_one_item_leaves_nothing_to_do_at_once() -> None:
    race = itemed(made_race([SERIAL, threads(0.1), processes(0.099)]), 1)
    assert sentence(race).startswith("Use a plain loop: there is only one item")
    race.fold(LaneOut(5.0, Engine.PROCESS, "a lambda cannot be pickled"))
    assert sentence(race).endswith("Processes are out: a lambda cannot be pickled.")
    race.fold(Differed(5.0, 2, 0, "12", "7", 4))
    assert "Threads return something else: item 0: 7 instead of 12." in sentence(race)
    assert "only one item" not in sentence(itemed(race, 2))


MORE = "More threads may give more: these are as many as a round had calls."


@pytest.mark.parametrize(
    ("wall", "items", "told"), [(0.0125, 0, True), (0.0125, 20, True), (0.0125, 8, False),
                                (0.04, 0, False)],
)  # fmt: skip
def test_more_threads_than_raced_may_wait_at_once(wall: float, items: int, told: bool) -> None:
    few = Rounds(Engine.THREAD, 2, (0.05,) * 6, 0.001)
    many = Rounds(Engine.THREAD, 8, (wall,) * 6, 0.001)
    loop = Rounds(Engine.SERIAL, 1, (0.1,) * 6, 0.001)
    timed = tasted(call=0.0125, cpu=0.0001)
    race = itemed(made_race([loop, few, many], gil=0.0, calls=8, of_taste=timed), items)
    assert (MORE in sentence(race)) == told


# Other calls, other machines


def test_from_where_on_processes_pay() -> None:
    race = made_race([SERIAL, processes(0.0518)])
    assert pays_text(race) == (
        "On this machine a call must take over about 200 µs before processes pay; "
        "this one takes 10 ms."
    )
    assert pays_text(made_race([SERIAL, threads(0.1)])) == ""


def test_processes_are_not_said_to_pay_where_the_race_shows_that_they_do_not() -> None:
    assert pays_text(made_race([SERIAL, processes(0.101)])) != ""  # 0.98 to 1.00: not surely
    assert pays_text(made_race([SERIAL, processes(0.103)])) == ""


def test_short_calls_in_chunks_may_pay_before() -> None:
    assert pays_text(short(6e-6, 16_000, 0.55)) == (
        "On this machine a call must take over about 200 µs before processes pay, handed over one "
        "at a time; this one takes 6 µs."
    )


def itemed(race: Race, items: int) -> Race:
    """Return the race with so many items."""
    assert race.loaded is not None
    race.fold(race.loaded._replace(items=items))
    return race


@pytest.mark.parametrize(
    ("race", "text"),
    [
        (  # the law and the race agree, and threads are surely slower than a loop
            made_race([SERIAL, threads(0.103), processes(0.0518, task=0.2e-3)], gil=0.99),
            "With 4, 16 and 64 cores: processes at most 3.70×, 12.1× and 28.1× (by Amdahl's law). "
            "More threads would not help.",
        ),
        (  # just not surely
            made_race([SERIAL, threads(0.1005), processes(0.0518, task=0.2e-3)], gil=1.0),
            "With 4, 16 and 64 cores: threads at most 1.00×, 1.00× and 1.00×; "
            "processes at most 3.70×, 12.1× and 28.1× (by Amdahl's law).",
        ),
        (  # surely slower than handing over explains: 1.59× at most with two
            made_race([SERIAL, processes(0.0636)], gil=None),
            "With 4, 16 and 64 cores: processes at most 2.25×, 3.28× and 3.70× (by Amdahl's law).",
        ),
        (
            made_race([SERIAL, threads(0.103), processes(0.12)], gil=0.99),
            "More threads or processes would not help.",
        ),
        (
            made_race([SERIAL, threads(0.069), processes(0.0505, task=10e-6)], gil=0.5),
            "With 4, 16 and 64 cores: threads at most 1.87×, 2.00× and 2.00×; "
            "processes at most 3.98×, 15.7× and 60.2× (by Amdahl's law).",
        ),
        (
            waiting(threads(0.48, cpu=0.001)),
            "With 4, 16 and 64 workers: threads at most 3.99×, 15.8× and 60.2× (by Amdahl's law).",
        ),
        (  # with many it is slower than with two: 1.52× at most
            waiting(threads(0.48, cpu=0.001), threads(0.64, 32, cpu=0.001)),
            "With 4, 16 and 64 workers: threads at most 2.00×, 2.00× and 2.00× (by Amdahl's law).",
        ),
        (
            itemed(waiting(threads(0.48, cpu=0.001)), 20),
            "With 4, 16 and 64 workers: threads at most 3.99×, 15.8× and 20.0× "
            "(by Amdahl's law; never over 20.0×, as there are only 20 items).",
        ),
        (  # 20 items of 10 ms on average, one of 50 ms
            itemed(made_race([SERIAL], gil=0.0, of_taste=tasted(calls=20, longest=0.05)), 20),
            "With 4, 16 and 64 cores: threads at most 4.00×, 4.00× and 4.00× "
            "(by Amdahl's law; never over 4.00× with all 20 items, as the longest takes 50 ms).",
        ),
        (
            made_race([SERIAL], gil=0.5, is_about=True),
            "With 4, 16 and 64 cores: threads at most 1.60×, 1.88× and 1.97× (by Amdahl's law).",
        ),
        (
            made_race([SERIAL, threads(0.1)], gil=0.1, of_taste=tasted(process_cpu=0.019)),
            "What more cores would give is not known: the function uses several by itself.",
        ),
        (
            made_race(
                [SERIAL, processes(0.6)],
                gil=None,
                calls=2_000,
                of_taste=tasted(calls=100, call=50e-6, pickling=120e-6),
            ),
            "More processes would not help.",
        ),
        (made_race([SERIAL], gil=None), ""),
        (Race(), ""),
    ],
)
def test_what_more_cores_would_give_at_most(race: Race, text: str) -> None:
    assert forecast_text(race) == text


# The table, and the whole


def test_the_table() -> None:
    race = made_race([processes(0.0518, start=0.16), SERIAL._replace(start=0.0)], gil=1.0)
    race.fold(Judged(9.0, 1, Engine.PROCESS, "faster", "Use processes."))
    assert [(row.lane, row.is_chosen) for row in lane_rows(race)] == [(2, False), (1, True)]
    assert table_lines(race) == [
        "  engine        a round  speed-up  95 % sure  calls/s     CPU  memory  start-up",
        "  plain loop     100 ms        1×          —      100  100 ms       —      0 µs",
        "› processes ×2    52 ms     1.93×  1.91–1.95      193  100 ms  4.2 MB    160 ms",
    ]


def test_what_is_not_known_is_a_dash_in_the_table() -> None:
    race = made_race([SERIAL, processes(0.05, rounds=0)])
    row = lane_rows(race)[1]
    assert row.cells == ("processes ×2", "—", "—", "—", "—", "—", "4.2 MB", "160 ms")
    assert len(row.cells) == len(HEADINGS)
    one = lane_rows(made_race([SERIAL, processes(0.05, rounds=1)]))[1]
    assert one.cells[2:4] == ("2.00×", "—")


def test_the_report_ends_with_the_verdict() -> None:
    race = made_race([SERIAL, threads(0.103), processes(0.0518)], gil=0.99)
    race.fold(Printed(8.0, "x"))
    race.fold(Judged(9.0, 3, Engine.PROCESS, "faster", "Use processes."))
    lines = report_lines(race)
    assert lines[0] == "work.f. A call takes 10 ms: it computes and holds the GIL (99 %)."
    assert lines[2:6] == table_lines(race)
    assert lines[6] == f"  {legend_text(race)}"
    assert lines[8] == pays_text(race)
    assert lines[9] == forecast_text(race)
    assert lines[10] == "The function printed 1 line: that takes time, too."
    assert lines[-1] == "Use processes."


def test_what_others_took_is_told_wherever_they_took_much() -> None:
    lanes = [SERIAL, Rounds(Engine.PROCESS, 2, (0.145,) * 6, 0.106, 0.184)]
    race = made_race(lanes, gil=1.0)
    race.fold(Judged(9.0, 2, Engine.PROCESS, "faster", "Use processes."))
    said = (
        "Others took 1.3 cores meanwhile; what they took is taken off "
        "(a round of processes: 145 ms as measured, 53 ms without them)."
    )
    assert others_text(race) == said
    assert said in report_lines(race)
    little = made_race([SERIAL._replace(ready=0.014), processes(0.0518)], gil=1.0)
    assert others_text(little) == ""
    early = made_race([SERIAL._replace(walls=(), ready=0.05)], gil=1.0)
    early.fold(RoundEnded(3.0, 1, 1, 10, 0.1, 0.1, 0.05, counts=False))
    assert others_text(early) == "Others took 0.5 cores meanwhile."
    waits = made_race([WAITING._replace(ready=0.16)], gil=0.0, calls=32, of_taste=TIMED)
    assert others_text(waits) == (
        "Others took 0.2 cores meanwhile: it does not change what was measured."
    )


def test_what_the_columns_hold_stands_under_the_table() -> None:
    race = made_race([SERIAL, processes(0.0518)], calls=1_600)
    assert legend_text(race) == (
        "a round is 1,600 calls; CPU a round; memory beside the plain loop's; "
        "start-up is not in the speed-up"
    )
    some = itemed(made_race([SERIAL], calls=12), 16)
    assert legend_text(some).startswith("a round is 12 of the 16 items; ")
    assert legend_text(itemed(made_race([SERIAL], calls=16), 16)).startswith("a round is 16 calls;")
    assert legend_text(made_race([SERIAL], calls=1)).startswith("a round is 1 call;")
    assert legend_text(made_race([SERIAL._replace(walls=())])) == ""


def test_the_plain_loop_has_no_memory_of_its_own() -> None:
    race = made_race([SERIAL])
    race.fold(race.lanes[1].opened._replace(memory=20))
    assert lane_rows(race)[0].cells[6] == "—"


@pytest.mark.parametrize(
    ("name", "scale", "text"),
    [
        ("work.f", 1.0, "work.f."),
        ("chai_tui.sources.taste.recipe_call.brew", 1 / 75, "grind, at 1/75 of its length."),
        ("chai_tui.sources.taste.recipe_call.brew", 0.6, "grind, at 60 % of its length."),
        ("chai_tui.sources.taste.recipe_call.brew", 1.0, "grind."),
    ],
)
def test_a_recipe_has_its_own_name(name: str, scale: float, text: str) -> None:
    race, made = Race(), made_race([])
    assert made.began is not None
    assert made.loaded is not None
    race.fold(made.began._replace(target="grind"))
    race.fold(made.tasted)
    race.fold(made.loaded._replace(name=name, scale=scale))
    assert report_lines(race)[0].startswith(f"{text} A call takes 10 ms: ")


@pytest.mark.parametrize(
    ("failed", "text"),
    [
        (
            "raises ValueError: no milk with item 5 ('water')",
            "work.f raises ValueError: no milk with item 5 ('water')",
        ),
        (
            "raises OSError: /tmp/work.f is gone",
            "work.f raises OSError: /tmp/work.f is gone",
        ),
        ("is a class: name a method", "work.f is a class: name a method"),
        ("its import raises KeyError: 'a'", "work.f: its import raises KeyError: 'a'"),
        ("it cannot be tasted", "work.f cannot be tasted"),
        ("a worker process was killed", "work.f: a worker process was killed"),
        ("there is no file /a/wrk.py", "there is no file /a/wrk.py"),
        ("wrk.py cannot be imported: no", "wrk.py cannot be imported: no"),
        ("/usr/bin/python: expected a Python", "/usr/bin/python: expected a Python"),
        ("work.py:f has no g", "work.py:f has no g"),
        ("f is made inside another function: no", "f is made inside another function: no"),
        ("raises \x1b", "work.f raises ␛"),
    ],
)
def test_why_it_failed_has_a_name_in_front(failed: str, text: str) -> None:
    race = made_race([])
    assert failure_text(race) == ""
    race.fold(TasteFailed(2.0, failed))
    assert failure_text(race) == text


def test_what_was_never_loaded_is_named_as_it_was_asked_for() -> None:
    race = Race()
    race.fold(TasteFailed(2.0, "raises ValueError"))
    assert failure_text(race) == "raises ValueError"
    asked = made_race([]).began
    race.fold(asked)
    race.fold(TasteFailed(2.0, "exits when imported (SystemExit: 2) at line 3:"))
    assert failure_text(race) == "work.py:f exits when imported (SystemExit: 2) at line 3:"


def test_a_report_of_what_never_raced_has_no_table() -> None:
    race = made_race([], gil=None)
    race.fold(Judged(9.0, None, None, "too_long", "Too long."))
    lines = report_lines(race)
    assert lines[1:] == ["", "Too long."]
    assert report_lines(Race()) == [""]


# What it does now


@pytest.mark.parametrize(
    ("phase", "left", "now", "text"),
    [
        (Phase.IMPORT, 60.0, 12.0, "imports work.py:f, 58 s left"),
        (Phase.TASTE, 1.0, 10.5, "tastes single calls, 1 s left"),
        (Phase.TASTE, 1.0, 11.0, "tastes single calls"),
        (Phase.START, 6.0, 10.0, "starts workers, 6 s left"),
        (Phase.RACE, 6.0, 10.0, "races: round 4, 6 s left"),
        (Phase.RACE, 8.0, 12.0, "races: round 4 of about 12, 6 s left"),
        (Phase.RACE, 8.0, 19.0, "races: round 4 of about 4"),
    ],
)
def test_what_a_tasting_does_now(phase: Phase, left: float, now: float, text: str) -> None:
    race = made_race([processes(0.05, rounds=3), steady(Engine.SERIAL, 1, 0.1, rounds=3)])
    race.fold(PhaseBegan(10.0, phase, left))
    assert phase_text(race, now) == text


def test_rounds_are_counted_though_a_lane_was_given_up() -> None:
    race = made_race([SERIAL, processes(0.5, rounds=3)])
    race.fold(PhaseBegan(10.0, Phase.RACE, 6.0))
    assert phase_text(race, 10.0) == "races: round 7, 6 s left"
    race.fold(RoundBegan(10.0, 1, 7, 10))
    assert phase_text(race, 10.0) == "races: round 7, 6 s left"
    race.fold(RoundEnded(10.0, 1, 7, 10, 0.1, 0.1, 0.0))
    race.fold(LaneOpened(10.0, 3, Engine.THREAD, 2, (), 0.1, 0.0))
    race.fold(RoundBegan(10.0, 3, 7, 10))
    assert phase_text(race, 10.0) == "races: round 7, 6 s left"


def test_what_a_tasting_is_when_it_is_over() -> None:
    race = made_race([SERIAL])
    race.fold(Judged(9.0, 1, Engine.SERIAL, "only", "Use a plain loop."))
    assert phase_text(race, 9.0) == "is over"
    race.fold(TasteFailed(9.0, "it raises"))
    assert phase_text(race, 9.0) == "could not be tasted"
    before = made_race([])
    before.fold(PhaseBegan(10.0, Phase.RACE, 6.0))
    assert phase_text(before, 10.0) == "races, 6 s left"


# Numbers


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 µs"), (0.1e-6, "0.1 µs"), (6.04e-6, "6 µs"), (6.4e-6, "6.4 µs"),
        (9.94e-6, "9.9 µs"), (9.96e-6, "10 µs"), (999e-6, "999 µs"), (999.6e-6, "1 ms"),
        (0.00142, "1.4 ms"), (0.03, "30 ms"), (0.9994, "999 ms"), (0.9996, "1.00 s"),
        (75.0, "1:15 min"), (float("inf"), "—"),
    ],
)  # fmt: skip
def test_spans(seconds: float, text: str) -> None:
    assert span_text(seconds) == text


@pytest.mark.parametrize(
    ("times", "text"),
    [
        (0.0, "0×"), (0.004, "0.004×"), (0.0994, "0.1×"), (0.35, "0.35×"), (1.934, "1.93×"),
        (4.994, "4.99×"), (4.996, "5.0×"), (39.02, "39.0×"), (120.4, "120×"),
        (float("inf"), "—"),
    ],
)  # fmt: skip
def test_speeds(times: float, text: str) -> None:
    assert speed_text(times) == text


# Whatever the race


@given(races())
def test_any_race_can_be_told_on_any_terminal(race: Race) -> None:
    said = sentence(race)
    race.fold(Judged(9.0, None, None, "noisy", said))
    for line in (*report_lines(race), phase_text(race, 9.0)):
        assert line == printable(line)
        assert UNKNOWN not in drawn_in_ascii(line)
        assert "nan" not in line
        assert "inf" not in line
