"""Pictures of the main screen, over floors made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chai_tui.model.engine import Engine
from chai_tui.model.events import CoreUse, Event, MakerUse, Said, Sampled
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State
from tests import kitchens
from tests.builders import BEGAN, brewing, failed, floor_in_states, floor_of, sampled
from tests.still import Prepare, Size, pressing, still_app
from tests.thorough import briefly

Compare = Callable[..., bool]
SIZES = [(40, 12), (80, 24), (120, 40), (200, 50)]
LARGE = (120, 40)
STATES = tuple(state for state in State if state is not State.DONE)  # of makers of ours


def same(snap_compare: Compare, floor: Floor, size: Size, *keys: str, **options: Any) -> bool:
    """Compare the app over a floor, after some keys, with its picture."""
    prepare: Prepare = pressing(*keys)
    return snap_compare(still_app(floor, **options), terminal_size=size, run_before=prepare)


@briefly("size", SIZES, ids=lambda size: "x".join(map(str, size)), keep=(1, 2))
def test_processes_and_threads_side_by_side(snap_compare: Compare, size: Size) -> None:
    assert same(snap_compare, kitchens.lively(), size, recipe=BUILT_IN["grind"])


def test_the_lesson(snap_compare: Compare) -> None:
    """What somebody sees who starts it for the first time."""
    assert same(snap_compare, kitchens.lesson(), (80, 24))


def test_all_served(snap_compare: Compare) -> None:
    assert same(snap_compare, kitchens.all_served(), LARGE)


def test_every_engine(snap_compare: Compare) -> None:
    """A frame round each station that is shared, none round a process."""
    assert same(snap_compare, kitchens.engines(), (120, 50), cores=4, engine=Engine.ASYNCIO)


@briefly("size", [(80, 24), (120, 50)], ids=["80x24", "120x50"])
def test_every_trouble(snap_compare: Compare, size: Size) -> None:
    """Killed, failed, paused, stopped, asked to stop: of processes and of threads."""
    assert same(snap_compare, kitchens.troubled(), size, "3")


def test_nobody(snap_compare: Compare) -> None:
    assert same(snap_compare, Floor(), (80, 24))


def test_too_small(snap_compare: Compare) -> None:
    assert same(snap_compare, kitchens.lesson(), (28, 7))


@briefly("size", [(200, 50), LARGE], ids=["cards-200x50", "rows-120x40"])
def test_a_hundred(snap_compare: Compare, size: Size) -> None:
    floor = floor_in_states(*(STATES[n % len(STATES)] for n in range(100)))
    assert same(snap_compare, floor, size, "right")


def test_a_crowded_station(snap_compare: Compare) -> None:
    """Cards in one frame."""
    floor = floor_in_states(*(STATES[n % len(STATES)] for n in range(36)), engine=Engine.THREAD)
    assert same(snap_compare, floor, LARGE)


def test_a_thousand_are_scrolled(snap_compare: Compare) -> None:
    floor = floor_in_states(*(STATES[n % len(STATES)] for n in range(1_000)))
    assert same(snap_compare, floor, LARGE, "end", "pageup", "up")


@briefly("cores", [8, 64, 192], keep=2)
def test_many_cores(snap_compare: Compare, cores: int) -> None:
    floor = floor_of(*(event for n in range(1, 7) for event in brewing(n)), *busy_cores(cores))
    assert same(snap_compare, floor, (120, 30), cores=cores)


def busy_cores(count: int) -> list[Event]:
    """Six makers on every other core, and something else on each third."""
    shares = [(0.9 if n % 2 else 0.0, (n % 3) * 0.3) for n in range(count)]
    uses = (
        MakerUse(1 + n // 2, n, 0.9, 0.0, 1.2, 4_100_000, stopped=False) for n in range(1, 12, 2)
    )
    return [
        Sampled(
            BEGAN + 2.0,
            tuple(
                CoreUse(n, min(1.0, makers + other), makers)
                for n, (makers, other) in enumerate(shares)
            ),
            tuple(uses if count > 12 else list(uses)[: count // 2]),
        )
    ]


def test_a_system_that_tells_no_cores(snap_compare: Compare) -> None:
    """As on macOS, in a container with a quota, with a Python that has no GIL."""
    uses = tuple(MakerUse(n, None, 0.6, None, 1.1, 6_000_000, stopped=False) for n in range(1, 4))
    cores = tuple(CoreUse(n, 0.2 * n, None) for n in range(1, 5))
    events = [event for n in range(1, 4) for event in brewing(n)]
    floor = floor_of(*events, Sampled(BEGAN + 2.0, cores, uses))
    options: dict[str, Any] = {"cores": 4, "quota": 1.5, "maps_cores": False, "has_gil": False}
    assert same(snap_compare, floor, LARGE, start_method="spawn", **options)


def test_frozen_filtered_and_sorted(snap_compare: Compare) -> None:
    keys = ("space", "greater_than_sign", "greater_than_sign", "slash", *"grind")
    assert same(snap_compare, kitchens.lively(), LARGE, *keys)


def test_nobody_matches(snap_compare: Compare) -> None:
    assert same(snap_compare, kitchens.lively(), (80, 24), "slash", *"milk", "enter")


def test_words_from_outside(snap_compare: Compare) -> None:
    """Long names, wide characters and what looks like markup: each keeps its place."""
    odd = Recipe(
        "кардамон 豆蔻 [bold]chai[/bold] with a name that goes on and on and on",
        (
            Step("磨碎小豆蔻和生姜直到厨房里都是香味", StepKind.COMPUTE, 1.0),
            Step("[red]steep[/red] until nobody remembers how long", StepKind.WAIT, 9.0),
        ),
    )
    lines = (
        "[b]not bold[/b] [@click=app.quit]not a link[/]",
        "茶が入りました。どうぞ、熱いうちに召し上がってください。おかわりもあります。",
        "e\u0301 and 👩‍🍳 and \u202eright to left",
        "a line that is so long that no panel of any size could ever show the end of it, " * 2,
    )
    events = [
        *brewing(1, recipe=odd, said=lines),
        *brewing(2, recipe=odd, step=1, said=lines[:2]),
        *failed(3, recipe=odd, error=f"KeyError: '{lines[0]}'", said=lines[1:2]),
        *sampled({0: [1], 1: [2]}),
    ]
    events.append(Said(BEGAN + 2, 1, "\x1b[31mred?\x1b[0m\ttab", "err", 1))
    assert same(snap_compare, floor_of(*events), LARGE, recipe=odd)


def test_every_state_in_rows(snap_compare: Compare) -> None:
    """Rows of a small screen: their columns line up."""
    assert same(snap_compare, floor_in_states(*STATES, *STATES, *STATES), (80, 24), "down", "down")
