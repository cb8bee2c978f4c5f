"""The dialogs, by key and by mouse."""

from __future__ import annotations

import signal

import pytest

from chai_tui.explain.engine_text import engine_text, recipe_text
from chai_tui.model.engine import Engine
from chai_tui.model.events import RunBegan
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from chai_tui.state.floor import Floor
from chai_tui.state.floor_facts import COMMON_SIGNALS
from chai_tui.tui.dialogs.shown import ConfirmDialog, EngineDialog, SignalDialog
from chai_tui.tui.dialogs.signal_menu import SignalChoice, matching, preselected, signal_choices
from tests.pilot.screen_app import NO_ANSWER, showing
from tests.thorough import briefly, in_parts

SIZES = [(80, 24), (40, 12)]
RECIPES = list(BUILT_IN.values())
CHOICES = [
    SignalChoice(1, "SIGHUP", ""),
    SignalChoice(9, "SIGKILL", ""),
    SignalChoice(15, "SIGTERM", ""),
    SignalChoice(19, "SIGSTOP", ""),
    SignalChoice(91, "SIGKILLALL", ""),
]


def sure() -> ConfirmDialog:
    return ConfirmDialog("Kill the process of Chai Maker #6?", "[b]#5[/b] and #7 share it\x1b.")


# Are you sure?


@in_parts(6)
async def test_confirm_by_key(part: slice) -> None:
    expectations: list[tuple[list[str], bool]] = [
        (["y"], True),
        (["n"], False),
        (["escape"], False),
        (["enter"], False),
        (["tab", "enter"], True),
        (["right", "enter"], True),
        (["right", "left", "enter"], False),
        (["down", "up", "enter"], False),
    ]
    async with showing(sure) as (app, pilot):
        for keys, expected in expectations[part]:
            answer = await app.ask(pilot, sure, *keys)
            assert answer is expected, keys


@pytest.mark.parametrize(("button", "answer"), [("#yes", True), ("#no", False)])
@briefly("size", SIZES)
async def test_confirm_by_mouse(size: tuple[int, int], button: str, answer: bool) -> None:
    async with showing(sure, size) as (app, pilot):
        assert "Kill the process of Chai Maker #6?" in app.text
        assert "[b]#5[/b] and #7 share it␛." in app.text
        await pilot.click(button)
        await pilot.pause()
        assert app.answer is answer


async def test_a_long_detail_leaves_room_for_the_answer() -> None:
    names = ", ".join(f"Chai Maker #{number}" for number in range(1_000))
    async with showing(lambda: ConfirmDialog("Kill?", names), (40, 12)) as (app, pilot):
        await pilot.click("#yes")
        await pilot.pause()
        assert app.answer is True


# Which signal?


def menu() -> SignalDialog:
    return SignalDialog("Chai Maker #3", [(int(one), one.name) for one in signal.Signals])


def test_the_menu_has_the_signals_of_the_run() -> None:
    here = signal_choices(Floor().signals)
    assert [choice.number for choice in here] == sorted(COMMON_SIGNALS)
    floor = Floor()
    floor.fold([RunBegan(0.0, signals=((30, "SIGUSR1"), (15, "SIGTERM")))])
    assert [choice.name for choice in signal_choices(floor.signals)] == ["SIGTERM", "SIGUSR1"]
    term = next(choice for choice in here if choice.name == "SIGTERM")
    assert term == (15, "SIGTERM", "asks it to end")
    assert all(choice.meaning for choice in here)


def test_a_signal_without_a_meaning_says_so() -> None:
    (fault,) = matching(signal_choices([(16, "SIGSTKFLT")]), "STKFLT")
    assert fault.meaning == "no usual meaning"


def test_typing_narrows_by_number_or_name() -> None:
    def names(typed: str) -> list[str]:
        return [choice.name for choice in matching(CHOICES, typed)]

    assert names("9") == ["SIGKILL", "SIGKILLALL"]
    assert names("1") == ["SIGHUP", "SIGTERM", "SIGSTOP"]
    assert names("kill") == ["SIGKILL", "SIGKILLALL"]
    assert names("sigst") == ["SIGSTOP"]
    assert names("nothing") == []
    assert len(names(" ")) == len(CHOICES)


def test_sigterm_is_preselected() -> None:
    assert preselected(CHOICES, typed="") == 2
    assert preselected(CHOICES[:2], typed="") == 0
    assert preselected(CHOICES, typed="9") == 0
    assert preselected([], typed="") is None


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows has no such signals")
@in_parts(5)
async def test_signal_by_key(part: slice) -> None:
    expectations: list[tuple[list[str], int | None]] = [
        (["enter"], 15),
        (["up", "enter"], 14),
        (["9", "enter"], 9),
        ([*"int", "enter"], 2),
        ([*"hup", "backspace", "backspace", "backspace", "enter"], 15),
        ([*"usr", "down", "enter"], int(signal.SIGUSR2)),
        (["pageup", "pageup", "enter"], 1),
        (["pageup", "pageup", "pagedown", "up", "down", "pageup", "enter"], 1),
        (["escape"], None),
        (["9", "escape"], None),
        (["tab", "enter"], None),  # the Cancel button
    ]
    async with showing(menu) as (app, pilot):
        for keys, expected in expectations[part]:
            answer = await app.ask(pilot, menu, *keys)
            assert answer == expected, keys


async def test_nothing_found_sends_nothing() -> None:
    async with showing(menu) as (app, pilot):
        await pilot.press(*"zzz", "enter")
        await pilot.click("#send")
        await pilot.pause()
        assert app.answer is NO_ANSWER


@briefly("size", SIZES)
async def test_a_click_chooses_a_signal_and_another_sends_it(size: tuple[int, int]) -> None:
    async with showing(menu, size) as (app, pilot):
        await pilot.press(*"int")
        await pilot.pause()
        await pilot.click(offset=app.at("SIGINT"))
        await pilot.pause()
        assert app.answer is NO_ANSWER
        assert "Send SIGINT" in app.text
        await pilot.click(offset=app.at("SIGINT"))
        await pilot.pause()
        assert app.answer == signal.SIGINT


@briefly("size", SIZES)
@pytest.mark.parametrize(("button", "answer"), [("#send", signal.SIGTERM), ("#cancel", None)])
async def test_signal_by_button(size: tuple[int, int], button: str, answer: int | None) -> None:
    async with showing(menu, size) as (app, pilot):
        assert "Send Chai Maker #3 a signal" in app.text
        assert "SIGTERM" in app.text
        assert "Send SIGTERM" in app.text
        await pilot.click(button)
        await pilot.pause()
        assert app.answer == answer


# Which recipe and engine?


def choice(recipe: str = "grind", engine: Engine = Engine.PROCESS) -> EngineDialog:
    return EngineDialog(RECIPES, BUILT_IN[recipe], engine)


@in_parts(4)
async def test_engine_by_key(part: slice) -> None:
    expectations: list[tuple[list[str], tuple[str, Engine]]] = [
        (["enter"], ("grind", Engine.PROCESS)),
        (["tab", "down", "enter"], ("grind", Engine.THREAD)),
        (["right", "end", "enter"], ("grind", Engine.INTERPRETER)),
        (["down", "enter"], ("native", Engine.PROCESS)),
        (["down", "tab", "down", "enter"], ("native", Engine.THREAD)),
        (["home", "right", "down", "down", "enter"], ("chai", Engine.ASYNCIO)),
        (["tab", "tab", "down", "enter"], ("native", Engine.PROCESS)),  # round to the recipes
        (["left", "down", "shift+tab", "down", "enter"], ("native", Engine.THREAD)),
    ]
    async with showing(choice) as (app, pilot):
        for keys, expected in expectations[part]:
            answer = await app.ask(pilot, choice, *keys)
            assert answer == (BUILT_IN[expected[0]], expected[1]), keys


async def test_engine_can_be_left_alone() -> None:
    async with showing(choice) as (app, pilot):
        for keys in [["escape"], ["down", "escape"], ["tab", "escape"]]:
            answer = await app.ask(pilot, choice, *keys)
            assert answer is None, keys


@briefly("size", SIZES)
async def test_engine_by_mouse(size: tuple[int, int]) -> None:
    async with showing(choice, size) as (app, pilot):
        await pilot.click(offset=app.at("masala"))
        await pilot.click(offset=app.at("asyncio"))
        await pilot.pause()
        assert app.answer is NO_ANSWER
        assert "asyncio: a task each" in app.text
        await pilot.click("#choose")
        await pilot.pause()
        assert app.answer == (BUILT_IN["masala"], Engine.ASYNCIO)


async def test_engine_cancelled_by_mouse() -> None:
    async with showing(choice) as (app, pilot):
        await pilot.click("#cancel")
        await pilot.pause()
        assert app.answer is None


async def test_what_is_under_the_hand_is_explained() -> None:
    async with showing(choice, (40, 12)) as (app, pilot):
        assert "grind: grind cardamom" in app.text
        await pilot.press("tab")
        await pilot.pause()
        assert "process: one each" in app.text


@pytest.mark.parametrize(
    ("size", "hints"),
    [
        ((80, 24), "↑ ↓ choose · Tab other list · ⏎ take both · Esc cancel"),
        ((40, 12), "Tab list · ⏎ both · Esc cancel"),
    ],
)
async def test_the_keys_of_the_choice_are_written_under_it(
    size: tuple[int, int], hints: str
) -> None:
    async with showing(choice, size) as (app, _):
        assert hints in app.text


async def test_a_recipe_from_elsewhere_is_offered_too() -> None:
    recipe = Recipe("[i]mine[/i]", (Step("\x1b stir", StepKind.WAIT, 1.0),))
    async with showing(lambda: EngineDialog(RECIPES, recipe, Engine.SERIAL)) as (app, pilot):
        assert "[i]mine[/i]" in app.text
        assert "␛ stir" in app.text
        await pilot.press("enter")
        await pilot.pause()
        assert app.answer == (recipe, Engine.SERIAL)


@pytest.mark.parametrize("engine", list(Engine))
@pytest.mark.parametrize("has_gil", [True, False])
def test_every_engine_is_explained(engine: Engine, has_gil: bool) -> None:
    words = engine_text(engine, has_gil=has_gil)
    assert words.startswith(f"{engine}: ")
    assert has_gil or "one GIL" not in words


def test_recipes_are_explained() -> None:
    assert recipe_text(BUILT_IN["chai"]) == (
        "chai: boil water (wait 1 s), steep tea (wait 1.5 s), pour (wait 0.5 s) (3.00 s in all)"
    )
    assert "(wait 0.8 s ±20%)" in recipe_text(BUILT_IN["masala"])
    long = Recipe("long", tuple(Step(f"s{n}", StepKind.WAIT, 1.0) for n in range(1_000)))
    assert "s7 (wait 1 s) and 992 more" in recipe_text(long)
    call = Recipe("mine", (Step("call it", StepKind.CALL),))
    assert "call it (a call)" in recipe_text(call)
