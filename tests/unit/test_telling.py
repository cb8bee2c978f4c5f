"""What a function tells of itself: nothing outside of a kitchen, and never too much inside."""

from __future__ import annotations

import subprocess
import sys
import threading
import timeit
from collections.abc import Callable, Iterator
from contextvars import copy_context

import pytest

import chai_tui
from chai_tui.model.events import Progress, Served, StepBegan
from chai_tui.model.recipe import MAX_STEPS, Recipe, Step, StepKind
from chai_tui.sources.live.decoding import decode
from chai_tui.sources.live.station import recipe_runner
from chai_tui.sources.live.station.calls import telling
from chai_tui.sources.live.station.calls.result import RESULT_LIMIT, result_text
from chai_tui.sources.live.station.recipe_runner import AskedToStop, RecipeRunner
from chai_tui.sources.live.station.reporter import Reporter
from chai_tui.sources.live.station.wire import Seat


class Clock:
    """Stands still until a test moves it."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Queue:
    """Keeps what was reported."""

    def __init__(self) -> None:
        self.items: list[object] = []

    def put(self, item: object) -> None:
        self.items.append(item)

    def told(self, *kinds: type) -> list[object]:
        events = [decode(item) for item in self.items]
        return [event for event in events if isinstance(event, kinds)]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(telling, "_now", clock)
    return clock


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture(autouse=True)
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(telling, "_alone", None)
    monkeypatch.setattr("os.register_at_fork", lambda **_: None, raising=False)
    yield
    telling._stop_listening()


def brew(queue: Queue, *calls: Callable[[], object], asked: bool = False) -> RecipeRunner:
    """Brew as a station does, in a context of its own."""
    steps = tuple(Step("act", StepKind.CALL, call=call) for call in calls)
    runner = RecipeRunner(Seat(1, "Chai Maker #1", Recipe("test", steps)), Reporter(queue), int)
    telling.listen()
    if asked:
        runner.ask()
    copy_context().run(runner.run)
    return runner


def cost(statement: str) -> float:
    """Seconds of a call, the best of several."""
    names = {"step": chai_tui.step, "progress": chai_tui.progress, "empty": lambda _: None}
    rounds = 20_000
    return min(timeit.repeat(statement, globals=names, repeat=25, number=rounds)) / rounds


@pytest.mark.parametrize("statement", ["step('load')", "progress(0.5)"])
def test_outside_of_a_kitchen_telling_costs_next_to_nothing(statement: str) -> None:
    telling._stop_listening()
    assert cost(statement) < max(0.2e-6, 2.5 * cost("empty(0.5)"))


def test_outside_of_a_kitchen_nothing_happens_whatever_is_told() -> None:
    code = (
        "import sys, chai_tui\n"
        "before = set(sys.modules)\n"
        "chai_tui.step('load'); chai_tui.progress(0.5); chai_tui.step(3); chai_tui.progress('x')\n"
        "print(*(set(sys.modules) - before))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert (ran.stdout.strip(), ran.stderr) == ("", "")


def test_steps_that_are_named_come_after_the_one_that_names_them(queue: Queue) -> None:
    def first() -> None:
        chai_tui.step("load")
        chai_tui.step("save")

    brew(queue, first, lambda: chai_tui.step("clean up"))
    assert [(event.step, event.name) for event in queue.told(StepBegan)] == [  # type: ignore[attr-defined]
        (0, ""), (1, "load"), (2, "save"), (3, ""), (4, "clean up"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "name"),
    [("load", "load"), ("  ", "step"), ("", "step"), ("x" * 99, "x" * 59 + "…"), (7, "7"),
     ("\x1b[1m", "␛[1m"), ("\udcff", "\\udcff")],
)  # fmt: skip
def test_a_step_may_have_any_name(queue: Queue, told: str, name: str) -> None:
    brew(queue, lambda: chai_tui.step(told))
    assert queue.told(StepBegan)[1].name == name  # type: ignore[attr-defined]


def test_steps_without_end_are_summed_up(queue: Queue) -> None:
    def name_many() -> None:
        for number in range(3 * MAX_STEPS):
            chai_tui.step(f"step {number}")

    brew(queue, name_many)
    names = [event.name for event in queue.told(StepBegan)]  # type: ignore[attr-defined]
    assert len(names) == 1 + MAX_STEPS
    assert names[-2:] == [f"step {MAX_STEPS - 2}", "all further steps"]


def test_who_tells_seldom_is_heard_each_time_and_who_floods_ten_times_a_second(
    queue: Queue, clock: Clock
) -> None:
    def seldom() -> None:
        for number in range(telling.AT_ONCE):
            chai_tui.progress(number / 10)

    def flood() -> None:
        clock.now += 100
        for number in range(100_000):
            clock.now += 0.0001
            chai_tui.progress(number / 100_000)

    brew(queue, seldom)
    assert len(queue.told(Progress)) == telling.AT_ONCE
    queue.items.clear()
    brew(queue, flood)
    assert 100 <= len(queue.told(Progress)) <= 100 + telling.AT_ONCE + 1


@pytest.mark.parametrize(
    ("told", "fraction"), [(0.25, 0.25), (7, 1.0), (-1, 0.0), (True, 1.0), ("0.5", 0.5)]
)
def test_progress_is_from_nothing_to_all(queue: Queue, told: float, fraction: float) -> None:
    brew(queue, lambda: chai_tui.progress(told))
    assert [event.fraction for event in queue.told(Progress)] == [fraction]  # type: ignore[attr-defined]


@pytest.mark.parametrize("told", [float("nan"), "much", None, object(), [1]])
def test_nonsense_is_no_progress_and_no_error(queue: Queue, told: float) -> None:
    brew(queue, lambda: chai_tui.progress(told))
    assert queue.told(Progress) == []
    assert len(queue.told(Served)) == 1


@pytest.mark.parametrize("tell", [lambda: chai_tui.step("x"), lambda: chai_tui.progress(0.5)])
def test_who_is_asked_to_stop_does_so_when_it_next_tells(
    queue: Queue, tell: Callable[[], None]
) -> None:
    reached: list[str] = []

    def act() -> None:
        runner.ask()
        try:
            tell()
        except Exception:  # noqa: BLE001 - as careless code does
            reached.append("swallowed")
        reached.append("went on")

    recipe = Recipe("test", (Step("act", StepKind.CALL, call=act),))
    runner = RecipeRunner(Seat(1, "Chai Maker #1", recipe), Reporter(queue), int)
    telling.listen()
    copy_context().run(runner.run)
    assert reached == []
    assert queue.told(Served) == []
    assert issubclass(AskedToStop, BaseException)


def test_threads_of_a_maker_that_is_alone_speak_for_it(queue: Queue) -> None:
    def in_a_thread() -> None:
        thread = threading.Thread(target=chai_tui.step, args=("in a thread",))
        thread.start()
        thread.join()

    recipe = Recipe("test", (Step("act", StepKind.CALL, call=in_a_thread),))
    # A free-threaded Python hands a thread the context of whoever starts it, which knows the maker.
    knows = bool(getattr(sys.flags, "thread_inherit_context", False))
    for alone, count in ((False, 1 + knows), (True, 2)):
        queue.items.clear()
        runner = RecipeRunner(Seat(1, "#1", recipe), Reporter(queue), int, alone=alone)
        telling.listen()
        copy_context().run(runner.run)
        assert len(queue.told(StepBegan)) == count


class Unshowable:
    def __repr__(self) -> str:
        raise ValueError("no")


class Endless:
    def __repr__(self) -> str:
        return "x" * 100_000


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (42, "42"),
        (None, "None"),
        ({"b": 1, "a": [2]}, "{'b': 1, 'a': [2]}"),
        (list(range(10**6)), "[0, 1, 2"),
        ("x" * 10**6, "'xxx"),
        ({number: number for number in range(10**5)}, "{0: 0, 1: 1"),
        # Newer versions of Python's own reprlib show it.
        (10**5_000, ("<a int whose repr raises ValueError>", "<int instance with roughly 5001")),
        (Unshowable(), "<Unshowable instance at"),
        (Endless(), "xxx"),
        ("\udcff", "'\\udcff'"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_result_is_cut_and_shown_whatever_it_is(
    result: object, text: str | tuple[str, ...]
) -> None:
    shown = result_text(result)
    assert shown.startswith(text)
    assert len(shown) <= RESULT_LIMIT
    shown.encode()


def test_a_recipe_without_a_function_has_no_result(queue: Queue) -> None:
    brew(queue, lambda: 42)
    assert [event.result for event in queue.told(Served)] == [""]  # type: ignore[attr-defined]
    assert recipe_runner.PROGRESS_SECONDS == 0.1
