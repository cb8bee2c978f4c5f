"""Who has the GIL of a program that is not ours, and where its threads are, in words."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from chai_tui.explain.program.gil import holder_of, layers_text, whom_it_waits_for
from chai_tui.explain.program.happenings import place_text
from chai_tui.explain.program.story import program_story
from chai_tui.model.events import CoreUse, Event, Exited, MakerUse, Sampled
from chai_tui.model.program_events import Doing, Layer, Place, SeenBy, Wait, WaitKind, Waits
from chai_tui.state.floor import Floor
from chai_tui.tui.canvas.program_facts import does_now, doing_lines
from chai_tui.tui.canvas.styles import as_text
from chai_tui.tui.detail.facts import detail_of, facts_known
from chai_tui.views.program_lines import ProgramLinesView
from tests.builders import BEGAN, floor_of
from tests.made_programs import RUN, process, thread

GIL = (Layer.FUTEX, Layer.WORD)
BY_BOTH = "seen by the kernel's futex rule and the interpreter's own lock word"
PROGRAM: list[Event] = [
    RUN,
    *process(1, "python a.py"),
    *thread(2, 1, "keeper"),
    *thread(3, 1, "wants\x1b it"),
]


def sampled(
    held: Sequence[float | None], *, no_gil: Sequence[float] = (0.0, 0.0, 0.9), cpu: float = 0.9
) -> list[Event]:
    """Samples of a second and a half in which three threads had the GIL for such shares."""
    got = zip(held, no_gil, (0.0, cpu, 0.02), strict=True)
    uses = tuple(
        MakerUse(n, 0 if share > 0.5 else None, share, 0.0, share, None, False, waited, has)
        for n, (has, waited, share) in enumerate(got, 1)
    )
    cores = (CoreUse(0, 0.9, None), CoreUse(1, 0.05, None))
    return [Sampled(BEGAN + step * 0.5, cores, uses) for step in range(1, 4)]


def floor_with(*more: Event, held: Sequence[float | None] = (0.0, 0.95, 0.0)) -> Floor:
    return floor_of(*PROGRAM, *sampled(held), *more)


WAITS = Waits(BEGAN + 1.5, (Wait(3, WaitKind.GIL),))


def facts(floor: Floor, maker: int) -> dict[str, str]:
    return dict(facts_known(detail_of(floor, floor.makers[maker])))


@pytest.mark.parametrize(
    ("layers", "why", "text"),
    [
        (GIL, "", BY_BOTH),
        ((*GIL, Layer.PY_SPY), "", f"{BY_BOTH}; functions by py-spy"),
        (
            (*GIL, Layer.REMOTE),
            "",
            f"{BY_BOTH}; functions by Python's own _remote_debugging",
        ),
        (GIL, "functions are not told: n\x1bo", f"{BY_BOTH}; functions are not told: n␛o"),
        (
            (Layer.FUTEX,),
            "nobody knows",
            "who waits is seen by the kernel's futex rule, not who has it: nobody knows",
        ),
        ((), "not seen: Yama", "not seen: Yama"),
        ((Layer.PY_SPY,), "none: free", "none: free; functions by py-spy"),
        ((Layer.PY_SPY,), "", "functions by py-spy"),
        ((), "", ""),
    ],
)
def test_by_what_it_is_seen_and_why_not_by_more(
    layers: tuple[Layer, ...], why: str, text: str
) -> None:
    assert layers_text(SeenBy(BEGAN, 1, layers, why)) == text
    assert layers_text(None) == ""


def test_who_waits_is_told_for_whom() -> None:
    floor = floor_with(WAITS, SeenBy(BEGAN + 1.5, 1, GIL))
    holder = holder_of(floor, 1)
    assert holder is not None
    assert holder.thread.number == 2
    assert facts(floor, 3)["waits"] == "waits for the GIL, which #2 keeper has"
    assert facts(floor, 3)["GIL"] == f"has it 0 % of the time · {BY_BOTH}"
    assert facts(floor, 2)["GIL"] == f"has it 95 % of the time · {BY_BOTH}"
    assert whom_it_waits_for(floor, floor.makers[2]) == ""  # it waits for nothing


@pytest.mark.parametrize("held", [(None, None, None), (0.0, 0.4, 0.4), (0.0, 0.0, 0.9)])
def test_where_nobody_is_known_to_have_it_nobody_is_named(held: Sequence[float | None]) -> None:
    floor = floor_with(WAITS, held=held)
    assert facts(floor, 3)["waits"] == "waits for the GIL"
    assert holder_of(floor, 99) is None


def test_a_process_alone_in_its_threads_is_not_told_to_have_it() -> None:
    floor = floor_of(RUN, *process(1, "a"), SeenBy(BEGAN, 1, GIL))
    assert facts(floor, 1)["GIL"] == BY_BOTH
    floor.fold([SeenBy(BEGAN, 9, GIL)])  # of nobody who is known


def test_one_that_keeps_it_is_the_story_and_one_that_shares_it_is_not() -> None:
    told = "#2 of python a.py has the GIL nearly always, one thread waits for it: one core is free."
    assert program_story(floor_with()) == told
    asleep = floor_of(*PROGRAM, *sampled((0.0, 1.0, 0.0), cpu=0.0))
    assert program_story(asleep).startswith("#2 of python a.py has the GIL nearly always")
    for held in ((0.0, 0.6, 0.4), (None, None, None)):
        assert "nearly always" not in program_story(floor_with(held=held))
    nobody_waits = floor_of(*PROGRAM, *sampled((0.0, 1.0, 0.0), no_gil=(0.0, 0.0, 0.1)))
    assert "nearly always" not in program_story(nobody_waits)


def test_who_has_it_while_it_computes_is_said_to() -> None:
    assert does_now(floor_with().makers[2]) == "has the GIL"
    assert does_now(floor_with(held=(0.0, 0.3, 0.0)).makers[2]) == "computes"
    ended = floor_with(Exited(BEGAN + 2, 2, 0, ours=False))
    assert holder_of(ended, 1) is None


def test_where_a_thread_is_stands_beside_what_it_does_if_there_is_room() -> None:
    place = Place(2, "brew\x1b_chai", "les\x1bson.py", 12)
    floor = floor_with(Doing(BEGAN + 1.5, (place,)))
    maker = floor.makers[2]
    assert [as_text(line) for line in doing_lines(maker, 60, 2)] == [
        "has the GIL  in brew␛_chai, les␛son.py:12"
    ]
    assert [as_text(line) for line in doing_lines(maker, 24, 2)] == ["has the GIL"]
    assert facts(floor, 2)["function"] == "in brew␛_chai, les␛son.py:12"
    floor.fold([SeenBy(BEGAN + 9.5, 1, GIL)])
    assert facts(floor, 2)["function"] == "in brew␛_chai, les␛son.py:12, seen 8.00 s ago"
    floor.fold([Doing(BEGAN + 10, (Place(2), Place(77, "of nobody")))])
    assert "function" not in facts(floor, 2)


def test_a_place_in_words() -> None:
    assert place_text(Place(1, "f", "a.py", 3)) == "in f, a.py:3"
    assert place_text(Place(1, "f", "a.py")) == "in f, a.py"
    assert place_text(Place(1, "f")) == "in f"
    assert place_text(Place(1)) == place_text(None) == ""


def test_without_a_screen_it_is_told_once_in_each_way() -> None:
    floor, err = floor_of(*PROGRAM), io.StringIO()
    view = ProgramLinesView(io.StringIO(), err)
    ways = [GIL, GIL, (Layer.FUTEX,), GIL, (), (Layer.PY_SPY,), (*GIL, Layer.PY_SPY)]
    for layers in ways:
        view.show([SeenBy(BEGAN + 1, 1, layers, "" if Layer.WORD in layers else "why")], floor)
    lines = [line for line in err.getvalue().splitlines() if "GIL" in line]
    assert len(lines) == 3
    assert lines[0].endswith(f"GIL: {BY_BOTH}")
