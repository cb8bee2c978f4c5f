"""Findings about what threads want of the cores."""

from __future__ import annotations

import time

import pytest

from chai_tui.findings.evidence.finding import FindingKind
from chai_tui.findings.findings import Findings
from chai_tui.model.engine import Engine
from chai_tui.model.events import CoreUse, MakerUse, RunBegan, Sampled, Seated
from chai_tui.state.floor import Floor
from tests.unit.made_program import BEGAN, Program

Use = tuple[float, float, float | None]

FOUR_SHARE_A_GIL: Use = (0.25, 0.0, 0.74)
ONE_OF_FOUR = [1.0, 0.0, 0.02, 0.03]


def threads(count: int, use: Use, *, gil: bool = True) -> tuple[Program, dict[int, Use]]:
    """A process with a main thread that sleeps, and so many that do not."""
    program = Program(cores=4)
    station, main = program.process("app.py", gil=gil)
    program.thread(station, "sleeper")
    uses: dict[int, Use] = {main: (0.0, 0.0, 0.0)}
    uses |= {program.thread(station, f"T-{number}"): use for number in range(count)}
    return program, uses


# The GIL


def test_threads_that_wait_for_their_gil_while_cores_are_free() -> None:
    program, uses = threads(4, FOUR_SHARE_A_GIL)
    program.samples(0.1, 5.0, uses, busy=ONE_OF_FOUR)
    (found,) = program.found()
    assert found.kind is FindingKind.GIL_BOUND
    assert found.sentence == (
        "Threads of #1 app.py waited for its GIL 99 % of the time while three cores were free"
    )
    assert found.evidence == (
        "in 3 s its threads used 1 cores together",
        "3.0 of them waited for the GIL, on average",
        "3.0 cores were free",
    )
    assert 3.0 <= found.at - BEGAN <= 3.3


@pytest.mark.parametrize(
    ("use", "busy"),
    [
        (FOUR_SHARE_A_GIL, [1.0, 1.0, 1.0, 0.9]),  # the cores have enough to do without them
        (FOUR_SHARE_A_GIL, [1.0, 0.8, 0.8, 0.8]),
        (FOUR_SHARE_A_GIL, [1.0, None, 0.0, 0.0]),  # nobody knows
        ((0.25, 0.0, None), ONE_OF_FOUR),  # nobody knows
        ((0.25, 0.0, 0.0), ONE_OF_FOUR),  # they take turns by themselves
        ((0.15, 0.0, 0.8), ONE_OF_FOUR),  # the GIL's owner does not need a core: it waits
        ((0.45, 0.0, 0.5), ONE_OF_FOUR),  # code that runs without it
        ((0.25, 0.0, 0.13), ONE_OF_FOUR),  # all of them at once, but seldom
    ],
)
def test_threads_that_the_gil_does_not_keep_from_free_cores(
    use: Use, busy: list[float | None]
) -> None:
    program, uses = threads(4, use)
    program.samples(0.1, 20.0, uses, busy=busy)
    assert program.found() == []


def test_a_process_without_a_gil_waits_for_none() -> None:
    program, uses = threads(4, FOUR_SHARE_A_GIL, gil=False)
    program.samples(0.1, 20.0, uses, busy=ONE_OF_FOUR)
    assert program.found() == []


def test_a_quota_leaves_no_core_free() -> None:
    program, uses = threads(4, FOUR_SHARE_A_GIL)
    program.events[0] = RunBegan(BEGAN, "run", cores=(0, 1, 2, 3), quota=1.5)
    program.samples(0.1, 20.0, uses, busy=ONE_OF_FOUR)
    assert program.found() == []


def test_two_seconds_are_too_short_to_know() -> None:
    program, uses = threads(4, FOUR_SHARE_A_GIL)
    for turn in range(5):
        program.samples(0.1 + 3 * turn, 2.1 + 3 * turn, uses, busy=ONE_OF_FOUR)
        program.samples(2.1 + 3 * turn, 3.1 + 3 * turn, {}, busy=ONE_OF_FOUR)
    assert program.found() == []


def test_what_was_not_looked_at_for_long_is_not_known() -> None:
    program, uses = threads(4, FOUR_SHARE_A_GIL)
    program.samples(0.1, 60.0, uses, busy=ONE_OF_FOUR, every=5.0)
    assert program.found() == []


# Too many threads


def processes(
    count: int, each: int, use: Use, *, cores: int = 4, name: str = "worker"
) -> tuple[Program, dict[int, Use]]:
    program = Program(cores=cores)
    _, main = program.process("app.py")
    uses: dict[int, Use] = {main: (0.0, 0.0, 0.0)}
    for number in range(count):
        station, first = program.process(f"Process-{number + 1}", parent=1)
        uses[first] = use
        uses |= {program.thread(station, name): use for _ in range(each - 1)}
    return program, uses


def test_processes_whose_threads_do_not_fit_on_the_cores() -> None:
    program, uses = processes(4, 8, (0.12, 0.85, 0.0))
    program.samples(0.1, 5.0, uses, busy=[1.0] * 4)
    (found,) = program.found()
    assert found.kind is FindingKind.TOO_MANY_THREADS
    assert found.sentence == (
        "4 processes × 8 threads on 4 cores: they take the cores from each other"
    )
    assert found.evidence[0] == "in 3 s 31.0 threads wanted a core at a time"
    assert len(found.makers) == 4


def test_of_different_numbers_of_threads_it_tells_the_sum_and_whose_they_are() -> None:
    program, uses = processes(2, 8, (0.12, 0.85, 0.0), name="OpenBLAS")
    station, first = program.process("Process-3", parent=1)
    uses |= {first: (0.5, 0.45, 0.0), program.thread(station, "T"): (0.5, 0.45, 0.0)}
    program.samples(0.1, 5.0, uses, busy=[1.0] * 4)
    (found,) = program.found()
    assert found.sentence.startswith("3 processes with 18 BLAS threads on 4 cores")


def test_a_quota_counts_as_so_many_cores() -> None:
    program, uses = processes(2, 2, (0.4, 0.55, 0.0), cores=4)
    program.events[0] = RunBegan(BEGAN, "run", cores=(0, 1, 2, 3), quota=1.5)
    program.samples(0.1, 5.0, uses, busy=[0.4] * 4)
    (found,) = program.found()
    assert found.sentence.startswith("2 processes × 2 threads on 1.5 cores")


@pytest.mark.parametrize(
    ("count", "each", "use", "busy"),
    [
        (1, 32, (0.12, 0.85, 0.0), 1.0),  # one process
        (32, 1, (0.12, 0.85, 0.0), 1.0),  # one thread each
        (2, 2, (0.95, 0.03, 0.0), 1.0),  # they fit
        (2, 2, (0.4, 0.55, 0.0), 1.0),  # they would, but for others who take the cores
        (4, 8, (0.12, 0.0, 0.85), 1.0),  # they wait for their GILs
        (4, 8, (0.12, 0.1, 0.0), 1.0),  # they wait for something else
        (2, 3, (0.66, 0.34, 0.0), 1.0),  # not much more than there are
        (4, 2, (0.25, 0.75, 0.0), 1.0),  # others take the cores from them
        (4, 2, (0.4, 0.45, 0.12), 1.0),  # they take turns, and want one core each
        (4, 8, (0.12, 0.85, None), 1.0),  # nobody knows whether they do
    ],
)
def test_processes_whose_threads_do_fit(count: int, each: int, use: Use, busy: float) -> None:
    program, uses = processes(count, each, use)
    program.samples(0.1, 20.0, uses, busy=[busy] * 4)
    assert program.found() == []


def test_a_crowd_at_the_start_is_none() -> None:
    program, uses = processes(4, 8, (0.12, 0.85, 0.0))
    program.samples(0.1, 2.5, uses, busy=[1.0] * 4)
    program.samples(2.5, 9.0, {}, busy=[0.0] * 4)
    assert program.found() == []


# What it costs


@pytest.mark.parametrize("use", [(0.0, 0.0, None), (0.002, 0.99, 0.0)])
def test_a_sample_of_a_thousand_threads_costs_little(use: Use) -> None:
    floor, findings = Floor(), Findings()
    events: list[RunBegan | Seated] = [RunBegan(BEGAN, "run", cores=(0, 1))]
    events += [
        Seated(BEGAN, maker, 1 + maker % 3, 101 + maker % 3, Engine.THREAD)
        for maker in range(1, 1_001)
    ]
    floor.fold(events)
    findings.take(events, floor)
    uses = tuple(
        MakerUse(maker, 0, use[0], use[1], 0.5, None, stopped=False, gil_share=use[2])
        for maker in range(1, 1_001)
    )
    costs, looks = [], []
    for number in range(50):
        at = BEGAN + 1.0 + number * 0.1
        sample = Sampled(at, (CoreUse(0, 1.0, 0.9), CoreUse(1, 1.0, 0.9)), uses)
        began = time.thread_time()
        findings.take([sample], floor)
        costs.append(time.thread_time() - began)
        began = time.thread_time()
        assert sum([(each.cpu_share or 0.0) + (each.ready_share or 0.0) for each in uses]) >= 0.0
        looks.append(time.thread_time() - began)
    # A look at two figures of each takes 0.03 ms where nothing else runs: it may cost 0.3 ms.
    assert min(costs) < 10 * min(looks), f"{min(costs) * 1e3:.2f} ms, {min(looks) * 1e3:.2f} ms"
