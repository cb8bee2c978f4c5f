"""Kitchens worth looking at, told as stories: for pictures and for screenshot tests."""

from __future__ import annotations

from chai_tui.model.engine import Engine
from chai_tui.model.events import Exited, Failed, Paused, Resumed, Said, Stopping
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from chai_tui.state.floor import Floor
from tests.actors import Part, station_of
from tests.builders import floor_of
from tests.stories import story

MASALA, GRIND, NATIVE = BUILT_IN["masala"], BUILT_IN["grind"], BUILT_IN["native"]

KADAK = Recipe(
    "kadak",
    (
        Step("boil water", StepKind.WAIT, 0.8),
        Step("grind cardamom", StepKind.COMPUTE, 1.2),
        Step("grind ginger", StepKind.COMPUTE, 0.9),
        Step("churn milk", StepKind.NATIVE, 1.0),
        Step("steep tea", StepKind.WAIT, 1.5),
        Step("pour", StepKind.WAIT, 0.4),
    ),
)

TRACEBACK = """\
Traceback (most recent call last):
  File "/home/asha/chai/recipes.py", line 31, in brew
    pot = add_milk(pot, litres=fridge["milk"])
                               ~~~~~~^^^^^^^^
  File "/home/asha/chai/fridge.py", line 12, in __getitem__
    raise ValueError(f"no {name}")
ValueError: no milk
"""


def said(number: int, at: float, words: str, stream: str = "out") -> Said:
    """A line that a process maker said, so many seconds after its seat."""
    return Said(at, number, words, stream, number)


def lively(seconds: float = 6.25) -> Floor:
    """Two processes that served, a killed one, three that brew, and three threads; two cores."""
    thread, chai = Engine.THREAD, BUILT_IN["chai"]
    parts = [
        Part(1, chai, then=(said(1, 0.5, "the water sings"),)),
        Part(2, MASALA, 0.2, then=(said(2, 2.0, "cloves are hard"),)),
        Part(3, NATIVE, 2.0, then=(Exited(1.1, 3, -9, ours=False),)),
        Part(4, GRIND, 3.2, then=(said(4, 0.4, "the mortar is warm"),)),
        Part(5, MASALA, 3.7, then=(said(5, 1.3, "who took the ginger?", "err"),)),
        Part(6, GRIND, 4.0, then=(Paused(1.1, 6, ours=True),)),
        Part(7, MASALA, 4.4, thread),
        Part(8, GRIND, 4.4, thread),
        Part(9, chai, 4.4, thread),
    ]
    return floor_of(*story(parts, cores=2, seconds=seconds, seed=4))


def lesson(seconds: float = 1.5) -> Floor:
    """The lesson: three processes that wait."""
    chai = BUILT_IN["chai"]
    return floor_of(*story([Part(n, chai) for n in (1, 2, 3)], cores=2, seconds=seconds))


def engines() -> Floor:
    """The same work by processes, threads, tasks of one event loop, and one after another."""
    parts = [
        *(Part(n, GRIND) for n in (1, 2)),
        *(Part(n, GRIND, 0.1, Engine.THREAD) for n in (3, 4, 5)),
        *(Part(n, MASALA, 0.2, Engine.ASYNCIO) for n in (6, 7, 8)),
        *(Part(n, NATIVE, 0.3, Engine.SERIAL) for n in (9, 10)),
    ]
    return floor_of(*story(parts, cores=4, seconds=2.75))


def troubled() -> Floor:
    """Every way to end badly, or to be on the way there."""
    thread = Engine.THREAD
    grinding = station_of(9, thread)
    parts = [
        Part(1, GRIND, then=(Exited(1.1, 1, -9, ours=False),)),
        Part(
            2,
            MASALA,
            then=(
                said(2, 0.2, "looking for milk"),
                Failed(1.2, 2, "ValueError: no milk", TRACEBACK, 0.4),
                Exited(1.22, 2, 1, ours=False),
            ),
        ),
        Part(3, GRIND, then=(Paused(0.8, 3, ours=True),)),
        Part(4, GRIND, then=(Stopping(1.7, 4, 15, 2.0), said(4, 1.71, "one moment"))),
        Part(5, NATIVE, then=(Stopping(1.0, 5, 15, 2.0), Exited(1.05, 5, -15, ours=True))),
        Part(6, NATIVE, then=(Exited(1.6, 6, -11, ours=False),)),
        Part(7, MASALA, then=(Exited(1.3, 7, 3, ours=False),)),
        Part(8, MASALA, then=(Paused(0.9, 8, ours=False), Stopping(1.8, 8, 15, 2.0))),
        Part(9, GRIND, 0.2, thread, then=(Stopping(1.4, 9, None, None),)),
        Part(10, GRIND, 0.2, thread, then=(Said(0.5, 10, "my turn?", "out", grinding),)),
    ]
    return floor_of(*story(parts, cores=2, seconds=2.25, seed=3))


def all_served() -> Floor:
    """Everybody served."""
    parts = [Part(n, MASALA, 0.2 * n) for n in range(1, 5)]
    return floor_of(*story(parts, cores=2, seconds=6.25))


def kadak() -> Floor:
    """One maker with a long story, and two who want its cores."""
    words = (
        (0.85, "the water boils"),
        (1.4, "cardamom: 12 pods"),
        (2.0, "cardamom is done"),
        (2.6, "ginger is tough"),
        (3.6, "ginger is done"),
        (4.3, "the milk is warm"),
    )
    long = Part(
        1,
        KADAK,
        then=(
            *(said(1, at, line) for at, line in words),
            said(1, 2.3, "the mortar slipped", "err"),
            Paused(2.75, 1, ours=True),
            Resumed(3.2, 1, ours=True),
        ),
    )
    parts = [long, Part(2, GRIND, 0.5), Part(3, MASALA, 0.7), Part(4, MASALA, 2.6)]
    return floor_of(*story(parts, cores=2, seconds=5.0, seed=2))


def morning() -> Floor:
    """Processes, then the same work by threads, then waiting tasks; on four cores."""
    thread, task = Engine.THREAD, Engine.ASYNCIO
    parts = [
        *(Part(n, GRIND, 0.15 * n) for n in range(1, 5)),
        Part(5, MASALA, 0.9, then=(Exited(2.4, 5, -9, ours=True),)),
        Part(6, MASALA, 1.0, then=(Paused(1.2, 6, ours=True), Resumed(3.2, 6, ours=True))),
        *(Part(n, GRIND, 4.2 + 0.1 * n, thread) for n in range(7, 11)),
        *(Part(n, BUILT_IN["chai"], 10.1 + 0.3 * n, task) for n in range(11, 15)),
    ]
    return floor_of(*story(parts, cores=4, seconds=19.0, seed=5))


def crowd() -> Floor:
    """Two hundred processes on sixty-four cores."""
    recipes = (MASALA, GRIND, BUILT_IN["chai"], NATIVE, MASALA)
    parts = [
        Part(n, recipes[n % len(recipes)], 0.012 * n, then=_fate_in_crowd(n)) for n in range(1, 201)
    ]
    return floor_of(*story(parts, cores=64, seconds=4.0, seed=6))


def _fate_in_crowd(number: int) -> tuple[Exited | Paused | Failed, ...]:
    if number % 23 == 11:
        return (Exited(1.3, number, -9, ours=False),)
    if number % 37 == 5:
        return (Paused(1.1, number, ours=True),)
    if number % 41 == 9:
        return (
            Failed(1.5, number, "ValueError: no milk", TRACEBACK, 0.5),
            Exited(1.52, number, 1, ours=False),
        )
    return ()
