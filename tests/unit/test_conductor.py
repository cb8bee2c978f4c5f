"""What a tasting asks for and tells, beside a runner that is only modelled."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, Seated
from chai_tui.model.race_events import (
    Differed,
    GilSeen,
    Judged,
    LaneOpened,
    LaneOut,
    Phase,
    PhaseBegan,
    RoundEnded,
    TasteBegan,
    TasteFailed,
)
from chai_tui.model.tasting import TasteRequest
from chai_tui.race.rounds.records import Race
from chai_tui.sources.taste.conductor import Conductor
from chai_tui.sources.taste.dialogue import Answer
from chai_tui.sources.taste.seats import Seats
from tests.unit.modelled_runner import ENGINES, Machine, of, on_two_cores


def conducted(machine: Machine, *, serves: bool = True, **asked: Any) -> list[Event]:
    """Return what is told of a whole tasting."""
    return driven(conductor_of(machine, **asked), machine, serves=serves)


def conductor_of(machine: Machine, before: Race | None = None, **asked: Any) -> Conductor:
    """Return who leads a tasting; it has asked for nothing yet."""
    request = TasteRequest("work.py:grind", {"path": "work.py"}, "python3", workers=2, **asked)
    return Conductor(request, 2.0, itertools.count(1), machine.clock, before)


def driven(conductor: Conductor, machine: Machine, *, serves: bool = True) -> list[Event]:
    """Return what is told until nothing more is asked for."""
    script = conductor.script()
    answer: Any = None
    if serves:
        conductor.teller.note({"note": "serving"})
    try:
        while True:
            answer = machine.answer(script.send(answer))
    except StopIteration:
        pass
    return [*conductor.teller.take_events(), *conductor.teller.end()]


def race_began(events: list[Event]) -> PhaseBegan:
    """Return what was told when the race proper began."""
    began = [event for event in events if isinstance(event, PhaseBegan)]
    return next(event for event in began if event.phase is Phase.RACE)


def blocks_of(machine: Machine, engine: str = "") -> list[dict[str, Any]]:
    """Return the rounds that were asked for: of one engine, or of all."""
    blocks = [request for request in machine.asked if request["do"] == "block"]
    return [block for block in blocks if engine in block["engine"]]


def problem(code: str, text: str, **more: Any) -> Callable[[Any], Answer]:
    """Return what answers with a problem."""
    return lambda _request: Answer("problem", {"code": code, "text": text, **more})


def test_the_phases_come_one_after_another_and_the_verdict_is_the_last_word() -> None:
    events = conducted(Machine())
    phases = [event.phase for event in of(PhaseBegan, events)]
    assert phases == [Phase.IMPORT, Phase.TASTE, Phase.START, Phase.RACE, Phase.OVER]
    (judged,) = of(Judged, events)
    assert judged.engine is Engine.PROCESS
    (seen,) = of(GilSeen, events)  # nobody may look at this one's memory
    assert (seen.share, seen.is_about) == (0.99, True)
    assert judged.sentence


def test_in_every_round_every_lane_makes_the_same_calls_in_an_order_drawn_anew() -> None:
    machine = Machine()
    conducted(machine)
    blocks = blocks_of(machine)
    rounds = [blocks[start : start + 3] for start in range(0, len(blocks), 3)]
    assert len(rounds) >= 7
    assert all({block["engine"] for block in one} == set(ENGINES) for one in rounds)
    assert all(len({(block["first"], block["count"]) for block in one}) == 1 for one in rounds)
    assert rounds[0][0]["engine"] == "serial"  # what is right is known before the others
    assert len({tuple(block["engine"] for block in one) for one in rounds}) > 1


def test_the_first_rounds_only_warm_up() -> None:
    ended = of(RoundEnded, conducted(Machine()))
    assert {event.round for event in ended if not event.counts} == {1, 2}


def test_the_race_ends_as_soon_as_it_is_sure_and_within_the_budget_otherwise() -> None:
    machine = Machine()
    conducted(machine, budget=60.0)
    assert machine.now < 100 + 30
    noisy = Machine()
    usual = noisy.block
    noisy.instead["block"] = lambda request: _shaken(usual(request), noisy)
    events = conducted(noisy, budget=8.0)
    assert noisy.now < 100 + 8 * 1.3 + 1
    assert of(Judged, events)


def _shaken(answer: Answer, machine: Machine) -> Answer:
    wall = answer.value["wall"] * machine._noise.uniform(0.3, 3)
    return answer._replace(value={**answer.value, "wall": wall})


def test_a_call_too_long_for_the_budget_is_said_to_be_so_and_no_worker_is_started() -> None:
    machine = Machine(call=9.0)
    events = conducted(machine, budget=8.0)
    (judged,) = of(Judged, events)
    assert (judged.engine, judged.reason) == (None, "too_long")
    assert not of(LaneOpened, events)


def test_a_function_that_uses_several_cores_is_raced_again_with_limits_within_the_budget() -> None:
    machine = Machine()
    on_two_cores(machine)
    first = conductor_of(machine, budget=8.0)
    events = driven(first, machine)
    assert first.wants_limits
    assert not of(Judged, events)
    assert of(RoundEnded, events)
    assert race_began(events).left < 4
    again = conductor_of(machine, first.teller.race, budget=8.0)
    events = driven(again, machine)
    assert not again.wants_limits
    assert of(TasteBegan, events)[0].limited
    assert race_began(events).left < 4
    assert of(Judged, events)
    assert again.teller.race.unlimited is not None
    assert machine.now < 100 + 8 * 1.3 + 1


def test_an_engine_that_cannot_start_is_left_out_and_the_others_race() -> None:
    def no_processes(request: Any) -> Answer | None:
        if request["engine"] != "process":
            return None
        return Answer("out", "a lambda cannot be pickled")

    events = conducted(Machine(instead={"open": no_processes}))
    told = {event.engine: event.text for event in of(LaneOut, events)}
    assert told[Engine.PROCESS] == "a lambda cannot be pickled"
    assert of(Judged, events)[0].engine is Engine.SERIAL


def test_an_engine_that_breaks_in_a_round_is_left_out_and_its_workers_end() -> None:
    def dies(request: Any) -> Answer | None:
        if request["engine"] != "process":
            return None
        return Answer("problem", {"code": "worker_died", "text": "a worker was killed"})

    events = conducted(Machine(instead={"block": dies}))
    assert "a worker was killed" in {event.text for event in of(LaneOut, events)}
    assert of(Judged, events)[0].engine is Engine.SERIAL
    seated = [event.maker for event in of(Seated, events)]
    assert sorted(seated) == sorted(event.maker for event in of(Exited, events))
    assert of(Exited, events)[0].at < events[-1].at  # those of processes at once


@pytest.mark.parametrize(
    ("instead", "told"),
    [
        ({"load": problem("no_function", "work.py has no gring", is_usage=True)}, "gring"),
        ({"load": lambda _: Answer("silent")}, "the import did not end within 60 s"),
        ({"load": lambda _: Answer("ended", 3)}, "while its module was imported: exit code 3"),
        ({"taste": problem("raised", "item 3: ValueError: no milk")}, "no milk"),
        ({"taste": lambda _: Answer("silent")}, "did not return within 60 s"),
        ({"taste": lambda _: Answer("ended", -9)}, "killed by SIGKILL"),
        ({"block": lambda _: Answer("ended", -11)}, "killed by SIGSEGV"),
        ({"block": lambda _: Answer("nonsense", 1)}, "nonsense"),
    ],
)
def test_what_goes_wrong_is_told_once_and_ends_it(
    instead: dict[str, Callable[[Any], Answer | None]], told: str
) -> None:
    events = conducted(Machine(instead=instead))
    (failed,) = of(TasteFailed, events)
    assert told in failed.text
    assert not of(Judged, events)
    assert of(PhaseBegan, events)[-1].phase is Phase.OVER


def test_what_differs_is_told_with_the_item_once_results_have_settled() -> None:
    machine = Machine()
    usual = machine.block

    def differs(request: Any) -> Answer:
        answer = usual(request)
        if request["engine"] == "process":
            answer.value.update(differs=[[3, "12", "7\x1b[2J"]], times=2)
        return answer

    machine.instead["block"] = differs
    events = conducted(machine)
    event = of(Differed, events)[0]
    weighed = [ended for ended in of(RoundEnded, events) if ended.counts]
    assert len(of(Differed, events)) == len(weighed) / len(ENGINES)
    assert (event.item, event.expected, event.times) == (3, "12", 2)
    assert "\x1b" not in event.found


def test_a_function_on_several_cores_that_there_is_no_time_to_race_is_judged_at_once() -> None:
    machine = Machine(call=9.0)
    on_two_cores(machine)
    conductor = conductor_of(machine, budget=8.0)
    assert of(Judged, driven(conductor, machine))
    assert not conductor.wants_limits


def test_a_function_that_fails_beside_its_own_threads_is_raced_no_more() -> None:
    machine = Machine(instead={"block": lambda _: Answer("ended", 1)})
    on_two_cores(machine)
    conductor = conductor_of(machine)
    assert of(TasteFailed, driven(conductor, machine))
    assert not conductor.wants_limits


def test_only_what_was_asked_for_races_beside_a_loop() -> None:
    machine = Machine()
    events = conducted(machine, engines=(Engine.PROCESS,))
    opened = [event.engine for event in of(LaneOpened, events)]
    assert opened == [Engine.SERIAL, Engine.PROCESS]
    assert not of(LaneOut, events)


def test_what_an_interpreter_lacks_is_out_with_its_reason() -> None:
    (out,) = of(LaneOut, conducted(Machine()))
    assert (out.engine, out.text) == (Engine.INTERPRETER, "expected Python 3.14 or newer")


def test_why_an_engine_is_out_is_plain_text() -> None:
    def no_processes(request: Any) -> Answer | None:
        return Answer("out", "no\x1b[2J") if request["engine"] == "process" else None

    told = of(LaneOut, conducted(Machine(instead={"open": no_processes})))
    assert any(event.engine is Engine.PROCESS for event in told)
    assert all("\x1b" not in event.text for event in told)


def test_who_is_out_is_started_no_more() -> None:
    machine = Machine()
    usual = machine.taste

    def waits(request: Any) -> Answer:
        answer = usual(request)
        answer.value.update(thread_cpu=0.0, process_cpu=0.0)
        return answer

    machine.instead["taste"] = waits
    machine.instead["open"] = lambda request: (
        Answer("out", "no threads") if request["engine"] == "thread" else None
    )
    conducted(machine)
    opened = [request for request in machine.asked if request["do"] == "open"]
    assert [request["engine"] for request in opened] == ENGINES  # once, not also with more threads


def test_where_there_is_no_time_for_all_items_each_round_takes_the_next_ones() -> None:
    machine = Machine(call=0.05)
    usual = machine.load

    def with_items(request: Any) -> Answer:
        answer = usual(request)
        answer.value["items"] = 1_000
        return answer

    machine.instead["load"] = with_items
    conducted(machine)
    rounds = blocks_of(machine, "serial")
    assert len(rounds) > 2
    assert all(block["mixed"] for block in rounds)
    followed = itertools.pairwise(rounds)
    assert all(after["first"] == one["first"] + one["count"] for one, after in followed)


def _taking(machine: Machine, factors: dict[str, float]) -> None:
    """Have the engines take so many times as long from the second round on."""
    usual = machine.block

    def block(request: Any) -> Answer:
        is_first = len(blocks_of(machine)) <= len(ENGINES)
        answer = usual(request)
        factor = 1.0 if is_first else factors.get(request["engine"], 1.0)
        wall = answer.value["wall"]
        machine.now += wall * (factor - 1)
        answer.value.update(wall=wall * factor, at=machine.now)
        return answer

    machine.instead["block"] = block


def test_who_is_surely_slower_than_a_loop_makes_no_more_rounds() -> None:
    machine = Machine()
    _taking(machine, {"process": 8.0})
    conducted(machine)
    assert len(blocks_of(machine, "process")) < len(blocks_of(machine, "serial"))
    assert len(blocks_of(machine, "thread")) == len(blocks_of(machine, "serial"))


def test_a_round_that_takes_far_too_long_is_not_finished() -> None:
    machine = Machine()
    _taking(machine, dict.fromkeys(ENGINES, 1_000.0))
    events = conducted(machine)
    assert len(blocks_of(machine)) == len(ENGINES) + 1
    assert of(Judged, events)[0].reason == "too_long"


# The GIL


class Watch:
    """Notes when somebody wants to know of the GIL, and of which stretch."""

    share, looks, due_at = 0.7, 500, float("inf")

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.began: list[float] = []
        self.counted: list[tuple[float, float]] = []
        self.closed = 0

    def begin(self) -> None:
        self.began.append(self._clock())

    def end(self, began: float, ended: float) -> None:
        self.counted.append((began, ended))

    def close(self) -> None:
        self.closed += 1


def test_of_the_gil_counts_what_was_seen_while_calls_were_made_alone() -> None:
    machine = Machine()
    conductor = conductor_of(machine)
    teller, watch = conductor.teller, Watch(machine.clock)
    alone: list[tuple[float, float]] = []
    asked_at: list[float] = []

    def taste(request: Any) -> Answer:
        teller.gil = watch  # type: ignore[assignment]
        machine.now += 3.0  # before the runner calls
        teller.note({"note": "calling", "at": machine.now})
        alone.append((machine.now, machine.now + 0.64))
        answer = Machine.taste(machine, request)
        machine.now += 3.0  # afterwards
        return answer

    def block(request: Any) -> Answer:
        if request["engine"] == "serial":
            asked_at.append(machine.now)
        machine.now += 0.01
        answer = Machine.block(machine, request)
        if request["engine"] == "serial":
            alone.append((machine.now - answer.value["wall"], machine.now))
        machine.now += 0.01
        return answer

    machine.instead.update(taste=taste, block=block)
    events = driven(conductor, machine)
    assert len(alone) > 5
    assert watch.counted == [pytest.approx(stretch) for stretch in alone]
    assert watch.began == [alone[0][0], *asked_at]
    seen = of(GilSeen, events)
    assert {(event.share, event.looks, event.is_about) for event in seen} == {(0.7, 500, False)}
    assert watch.closed == 1


def test_memory_that_may_not_be_read_leaves_a_guess() -> None:
    machine = Machine()
    usual = machine.load

    def hidden(request: Any) -> Answer:
        answer = usual(request)
        answer.value.update(word=4_096, pid=2**40)  # no process has such a number
        return answer

    machine.instead["load"] = hidden
    (seen,) = of(GilSeen, conducted(machine))
    assert seen.is_about


# Who works


def test_who_works_now_comes_first_of_those_who_share_a_thread() -> None:
    seats = Seats(itertools.count(1))
    seats.begin(4_700, 4_700, 0.0)
    seats.open(1, Engine.SERIAL, (), 0.0)
    seats.open(2, Engine.ASYNCIO, [(4_700, 4_700)], 0.0)
    for running in (1, 2):
        assert seats.watched([running])[0].maker == seats.makers_of(running)[0]


@pytest.mark.parametrize("answer", [Answer("ended", 0), Answer("silent")])
def test_what_is_no_python_is_said_to_be_none(answer: Answer) -> None:
    machine = Machine(instead={"load": lambda _: answer})
    (failed,) = of(TasteFailed, conducted(machine, serves=False))
    assert failed.is_usage
    assert "python3: expected a Python" in failed.text
