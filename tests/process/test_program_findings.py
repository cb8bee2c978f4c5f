"""Findings in real programs: one that has what each tells of, and one that nearly has it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chai_tui.explain.program.happenings import task_text
from chai_tui.findings import ends, gil_bound, standstill, too_many
from chai_tui.findings.evidence.finding import Finding, FindingKind
from chai_tui.findings.findings import Findings
from chai_tui.host.cgroup import OomCounter
from chai_tui.host.run_facts import gil_enabled
from chai_tui.host.usable_cores import usable_cores
from chai_tui.model.events import Event, Sampled
from tests.programs import Seen, run
from tests.thorough import briefly

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of programs")

HAVE = Path(__file__).parents[2] / "assets" / "findings"
NEARLY = Path(__file__).parents[1] / "near_findings"
EVERY = 0.25
"""Seconds between samples: enough for who waits for the GIL to be probed in each."""


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long is long, and what is too short to know, is tested with events made by hand."""
    monkeypatch.setattr(gil_bound, "LOOKED_AT_SECONDS", 1.0)
    monkeypatch.setattr(ends, "UNJOINED_SECONDS", 1.0)
    monkeypatch.setattr(too_many, "LOOKED_AT_SECONDS", 1.0)
    monkeypatch.setattr(too_many, "OWN", 0.0)  # however many others want the cores, too
    monkeypatch.setattr(standstill, "STILL_SECONDS", 1.0)


class Finder:
    """Looks for findings in what is seen of a program.

    Args:
        seen: that.
        alone: whether cores count as if nobody but the program used them.
    """

    def __init__(self, seen: Seen, *, alone: bool = False) -> None:
        self.seen = seen
        self._alone = alone
        self._taken = 0
        self._findings = Findings()

    def found(self, kind: FindingKind) -> list[Finding]:
        """Return what was found up to now."""
        events = self.seen.events[self._taken :]
        self._taken += len(events)
        events = [_alone(event) for event in events] if self._alone else events
        self._findings.take(events, self.seen.floor)
        return [found for found in self._findings.found if found.kind is kind]

    def until(self, kind: FindingKind) -> Finding:
        """Let it go on until something is found."""
        self.seen.until(lambda: self.found(kind) or self.seen.floor.all_joined)
        assert self.found(kind), self.seen.told
        (found,) = self.found(kind)
        return found

    def in_the_end(self, kind: FindingKind) -> list[Finding]:
        """Let it end; return what is found then."""
        self.seen.until_over()
        self.found(kind)
        self._findings.end(self.seen.floor)
        return self.found(kind)


def _alone(event: Event) -> Event:
    if not isinstance(event, Sampled):
        return event
    return event._replace(cores=tuple(core._replace(busy=core.makers) for core in event.cores))


@pytest.fixture
def finder(request: pytest.FixtureRequest) -> Iterator[Finder]:
    """A program that runs: its file and its arguments come as the fixture's parameter."""
    program, *arguments = request.param
    with run(sys.executable, str(program), *arguments, every=EVERY, hook=True) as seen:
        yield Finder(seen)


def has(name: str, *arguments: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("finder", [(HAVE / name, *arguments)], indirect=True, ids=[name])


def nearly(name: str, *arguments: str) -> pytest.MarkDecorator:
    program = (NEARLY / name, *arguments)
    return pytest.mark.parametrize("finder", [program], indirect=True, ids=[name])


# What the system alone tells


@pytest.mark.long
@pytest.mark.skipif(not gil_enabled(), reason="this Python has no GIL")
@pytest.mark.skipif(len(usable_cores().numbers) < 2, reason="one core is never free beside it")
def test_threads_that_wait_for_their_gil_while_a_core_is_free() -> None:
    with run(sys.executable, str(HAVE / "gil_bound.py"), "60", every=EVERY, hook=True) as seen:
        found = Finder(seen, alone=True).until(FindingKind.GIL_BOUND)
    assert "gil_bound.py waited for its GIL" in found.sentence
    assert len(found.makers) == 5


@pytest.mark.long
@nearly("gil_bound.py", "3")
def test_threads_that_wait_for_their_gil_while_no_core_is_free(finder: Finder) -> None:
    assert finder.in_the_end(FindingKind.GIL_BOUND) == []


@pytest.mark.long
@has("too_many_threads.py", "60")
def test_processes_whose_threads_do_not_fit_on_the_cores(finder: Finder) -> None:
    found = finder.until(FindingKind.TOO_MANY_THREADS)
    assert "threads on" in found.sentence


@pytest.mark.long
@nearly("too_many_threads.py", "3")
def test_many_threads_of_one_process(finder: Finder) -> None:
    assert finder.in_the_end(FindingKind.TOO_MANY_THREADS) == []


@pytest.mark.long
@has("zombies.py", "60")
def test_children_that_nobody_joins(finder: Finder) -> None:
    finder.until(FindingKind.ZOMBIES)


@pytest.mark.long
@briefly(
    "finder",
    [(NEARLY / name,) for name in ("zombies.py", "pipeline.py", "zombies_timed.py")],
    keep=2,
    indirect=True,
    ids=["in their order", "a pipeline", "waited for a while"],
)
def test_children_that_are_joined_late(finder: Finder) -> None:
    assert finder.in_the_end(FindingKind.ZOMBIES) == []


@pytest.fixture
def tight_group() -> Iterator[Path]:
    """A control group where 40 MB of memory are allowed."""
    one, two = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
    version_1 = (one / "memory.limit_in_bytes").exists()
    group = (one if version_1 else two) / f"chai-test-{os.getpid()}"
    try:
        group.mkdir()
        limit = group / ("memory.limit_in_bytes" if version_1 else "memory.max")
        limit.write_text("40000000")
        if (swap := group / "memory.swap.max").exists():
            swap.write_text("0")
    except OSError as error:
        if group.exists():
            group.rmdir()
        pytest.skip(f"no control group for memory may be made here: {error}")
    yield group
    group.rmdir()


def in_group(group: Path, *command: str) -> list[str]:
    """Return a command that moves to a control group, then executes another one."""
    return ["sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh", *command]


def test_the_system_counts_whom_it_kills_for_lack_of_memory(tight_group: Path) -> None:
    code = "print('there', flush=True); input(); cups = bytes([1]) * 200_000_000"
    with subprocess.Popen(
        in_group(tight_group, sys.executable, "-c", code),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        counter = OomCounter(process.pid)
        process.communicate("\n")
    assert process.returncode == -9
    assert counter.grown() == 1


def test_a_process_that_takes_more_memory_than_there_is(tight_group: Path) -> None:
    command = in_group(tight_group, sys.executable, str(HAVE / "out_of_memory.py"))
    with run(*command, every=EVERY, hook=True) as seen:
        found = Finder(seen).in_the_end(FindingKind.OUT_OF_MEMORY)
    # Now and then the system kills the parent as well, for what its child has not given back yet.
    makers = seen.floor.makers
    killed = {number for number, maker in makers.items() if maker.exitcode == -9}
    assert "Process-1" in {makers[number].called for number in killed}
    assert {maker for one in found for maker in one.makers} == killed
    assert all(one.sentence.endswith("died by SIGKILL: memory ran out") for one in found)


@nearly("out_of_memory.py")
def test_a_process_that_somebody_killed(finder: Finder) -> None:
    assert finder.in_the_end(FindingKind.OUT_OF_MEMORY) == []


# What the program itself has to tell


@has("deadlock.py")
def test_two_threads_that_wait_for_each_others_lock(finder: Finder) -> None:
    found = finder.until(FindingKind.DEADLOCK)
    assert found.sentence.startswith("Two threads wait for each other's lock: ")
    assert found.makers == (2, 3)
    assert "lock of deadlock.py:5 that #" in found.evidence[0]


REENTRANT = (HAVE / "deadlock.py").read_text().replace("Lock()", "RLock()")
BY_ACQUIRE = (
    (HAVE / "deadlock.py").read_text().replace("with second:", "second.acquire()\n        if True:")
    .replace("with first:", "first.acquire()\n    if True:")
    .replace('print("served")', "second.release()\n    first.release()")
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (REENTRANT, "Two threads wait for each other's lock: #2 "),
        # Of one that is not taken in a `with`, nobody knows who gives it back.
        (BY_ACQUIRE, "None of the three threads of #1 "),
    ],
    ids=["RLock", "acquire"],
)
def test_two_threads_that_take_their_locks_in_other_ways(
    code: str, sentence: str, tmp_path: Path
) -> None:
    program = tmp_path / "deadlock.py"
    program.write_text(code)
    with run(sys.executable, str(program), every=EVERY, hook=True) as seen:
        found = Finder(seen).until(FindingKind.DEADLOCK)
    assert found.sentence.startswith(sentence)


@has("deadlock_processes.py")
def test_two_processes_that_wait_for_each_others_lock(finder: Finder) -> None:
    found = finder.until(FindingKind.DEADLOCK)
    assert "lock of multiprocessing.Lock that #" in found.evidence[0]
    makers = finder.seen.floor.makers
    assert {makers[number].called for number in found.makers} == {"Process-1", "Process-2"}


@pytest.mark.long
@pytest.mark.parametrize(
    "finder",
    [
        (NEARLY / f"deadlock{which}.py",)
        for which in ("", "_handed_on", "_opened", "_given_up", "_slow")
    ],
    indirect=True,
    ids=["lasts", "handed on", "opened", "given up", "slow"],
)
def test_threads_that_wait_long_for_a_lock(finder: Finder) -> None:
    assert finder.in_the_end(FindingKind.DEADLOCK) == []


@pytest.mark.long
@nearly("timed_lock.py", "2.5")
def test_a_thread_that_gives_up_waiting_for_a_lock(finder: Finder) -> None:
    assert finder.in_the_end(FindingKind.DEADLOCK) == []


@has("join_before_drain.py")
def test_a_join_before_the_queue_is_empty(finder: Finder) -> None:
    found = finder.until(FindingKind.JOIN_BEFORE_DRAIN)
    assert "which waits to put something into a queue" in found.sentence


@pytest.mark.long
@nearly("join_before_drain.py")
def test_a_join_while_another_thread_empties_the_queue(finder: Finder) -> None:
    assert finder.in_the_end(FindingKind.JOIN_BEFORE_DRAIN) == []


@pytest.mark.long
@has("idle_workers.py")
def test_workers_that_have_nothing_to_do(finder: Finder) -> None:
    (found,) = finder.in_the_end(FindingKind.IDLE_WORKERS)
    assert found.sentence.startswith("3 of 4 workers were idle")
    assert ": one task took" in found.sentence


@pytest.mark.long
@nearly("idle_workers.py")
def test_workers_that_are_idle_half_of_the_time(finder: Finder) -> None:
    assert finder.in_the_end(FindingKind.IDLE_WORKERS) == []


@has("same_error.py")
def test_tasks_that_fail_for_one_reason(finder: Finder) -> None:
    (found,) = finder.in_the_end(FindingKind.SAME_ERROR)
    assert found.sentence == "The same exception in 12 tasks: ValueError: no milk"


@nearly("same_error.py")
def test_tasks_that_fail_for_reasons_of_their_own(finder: Finder) -> None:
    assert finder.in_the_end(FindingKind.SAME_ERROR) == []


GATHERED = """
import asyncio, os

async def brew(cup):
    while not os.path.exists("shown"):
        await asyncio.sleep(0.01)
    raise ValueError("no milk")

async def main():
    await asyncio.gather(*map(brew, range(5)), return_exceptions=True)

asyncio.run(main())
"""


def test_tasks_of_an_event_loop_that_fail_for_one_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    program = tmp_path / "gathered.py"
    program.write_text(GATHERED)
    with run(sys.executable, str(program), every=EVERY, hook=True) as seen:
        all_brew = "6 tasks now: main, brew, brew, brew, brew, brew"
        seen.until(lambda: all_brew in map(task_text, seen.floor.makers.values()))
        (tmp_path / "shown").touch()
        (found,) = Finder(seen).in_the_end(FindingKind.SAME_ERROR)
    assert found.sentence == "The same exception in 5 tasks: ValueError: no milk"
    assert "5 × brew" in found.evidence
    (maker,) = seen.floor.makers.values()
    assert maker.tasks == 6  # those with which asyncio.run() ends are none of the program's
