"""What every key of the kitchen does, against a source that only listens."""

from __future__ import annotations

from chai_tui.config.settings import Settings
from chai_tui.model.commands import (
    AddMakers,
    BrewAgain,
    Command,
    KillMaker,
    PauseMaker,
    ResumeMaker,
    SignalMaker,
    StopMaker,
)
from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    Event,
    Paused,
    Progress,
    Resumed,
)
from chai_tui.model.recipe import BUILT_IN
from chai_tui.tui.detail.screen import DetailScreen
from chai_tui.tui.dialogs.shown import ConfirmDialog, EngineDialog, SignalDialog
from chai_tui.tui.help.screen import HelpScreen
from chai_tui.tui.timeline.screen import TimelineScreen
from tests.builders import (
    ALL_COMMANDS,
    BEGAN,
    brewing,
    failed,
    killed,
    paused,
    served,
)
from tests.pilot.kitchen import THREE, kitchen
from tests.thorough import briefly

CHAI = BUILT_IN["chai"]
SHARED: list[Event] = [
    *brewing(1, engine=Engine.THREAD),
    *brewing(2, engine=Engine.THREAD),
    *brewing(3, engine=Engine.THREAD),
    *served(4, engine=Engine.THREAD),
]


async def test_a_key_becomes_a_command() -> None:
    async with kitchen(*THREE) as shown:
        await shown.press("a", "A", "k", "K", "z", "r")
        assert shown.submitted == [
            AddMakers(1, CHAI, Engine.PROCESS),
            AddMakers(10, CHAI, Engine.PROCESS),
            StopMaker(1),
            KillMaker(1),
            PauseMaker(1),
            BrewAgain(1),
        ]


async def test_z_lets_a_paused_maker_run_again() -> None:
    async with kitchen(*paused(1)) as shown:
        await shown.press("z")
        assert shown.submitted == [ResumeMaker(1)]


async def test_z_takes_back_a_pause_that_was_not_answered_yet() -> None:
    async with kitchen(*THREE) as shown:
        await shown.press("space", "z", "z", "z")
        assert shown.submitted == [PauseMaker(1), ResumeMaker(1), PauseMaker(1)]
        await shown.press("space")
        await shown.happens(Paused(BEGAN + 2, 1, ours=True))
        await shown.happens(Resumed(BEGAN + 3, 1, ours=False))
        await shown.press("z")
        assert shown.submitted[-1] == PauseMaker(1)


async def test_f9_sends_the_signal_that_is_chosen() -> None:
    async with kitchen(*THREE) as shown:
        await shown.press("f9")
        assert isinstance(shown.app.screen, SignalDialog)
        shown.app.screen.dismiss(10)
        await shown.until(lambda: shown.submitted)
        assert shown.submitted == [SignalMaker(1, 10)]


async def test_a_signal_goes_to_whom_it_was_asked_about() -> None:
    async with kitchen(*THREE) as shown:
        await shown.press("f9")
        shown.app.kitchen.select(2)
        shown.app.screen.dismiss(10)
        await shown.until(lambda: shown.submitted)
        assert shown.submitted == [SignalMaker(1, 10)]


@briefly(
    ("events", "words"),
    [
        (served(1), "Chai Maker #1 has already served"),
        (killed(1), "Chai Maker #1 was already killed by SIGKILL"),
        (failed(1), "Chai Maker #1 has already failed: ValueError: no milk"),
        ([], "No maker is selected"),
    ],
    keep=(0, 3),
)
async def test_what_cannot_be_done_is_said(events: list[Event], words: str) -> None:
    async with kitchen(*events) as shown:
        await shown.press("k", "K", "z", "f9")
        assert shown.submitted == []
        assert shown.notices == [words] * 4


async def test_nobody_can_brew_again_in_an_empty_kitchen() -> None:
    async with kitchen() as shown:
        await shown.press("r")
        assert shown.submitted == []
        assert shown.notices == ["No maker is selected"]


@briefly(("key", "command"), [("K", KillMaker(2)), ("z", PauseMaker(2))])
async def test_those_who_share_a_process_are_named_first(key: str, command: Command) -> None:
    async with kitchen(*SHARED) as shown:
        await shown.press("2", key)
        assert isinstance(shown.app.screen, ConfirmDialog)
        assert "Chai Maker #1 and #3 share it (pid 4720)" in shown.screen_text()
        await shown.press("n")
        assert shown.submitted == []
        await shown.press(key, "y")
        assert shown.submitted == [command]


async def test_a_thread_is_asked_to_stop_without_a_question() -> None:
    async with kitchen(*SHARED) as shown:
        await shown.press("k")
        assert shown.submitted == [StopMaker(1)]


async def test_nothing_is_asked_when_nobody_else_is_left() -> None:
    async with kitchen(*brewing(1, engine=Engine.THREAD), *SHARED[-6:]) as shown:
        await shown.press("K")
        assert shown.submitted == [KillMaker(1)]


async def test_a_signal_to_a_shared_process_is_asked_about_too() -> None:
    async with kitchen(*SHARED) as shown:
        await shown.press("f9")
        shown.app.screen.dismiss(15)
        await shown.until(lambda: isinstance(shown.app.screen, ConfirmDialog))
        await shown.press("y")
        assert shown.submitted == [SignalMaker(1, 15)]


async def test_who_ends_while_it_is_asked_about_is_left_alone() -> None:
    async with kitchen(*SHARED) as shown:
        await shown.press("K")
        await shown.happens(*served(1, engine=Engine.THREAD)[-2:])
        await shown.press("y")
        assert shown.submitted == []
        assert "Chai Maker #1 has already served" in shown.notices


async def test_enter_zooms_and_who_was_looked_at_last_is_selected() -> None:
    async with kitchen(*THREE) as shown:
        await shown.press("enter")
        assert isinstance(shown.app.screen, DetailScreen)
        await shown.press("right", "escape")
        assert shown.in_kitchen
        assert shown.selected == 2


async def test_t_shows_the_timeline() -> None:
    async with kitchen(*THREE) as shown:
        await shown.press("t")
        assert isinstance(shown.app.screen, TimelineScreen)


async def test_the_timeline_begins_and_ends_at_the_selected_maker() -> None:
    crowd = [event for number in range(1, 101) for event in brewing(number)]
    async with kitchen(*crowd) as shown:
        await shown.press("end", "t")
        assert isinstance(shown.app.screen, TimelineScreen)
        assert shown.app.screen.number == 100
        assert "#100" in shown.screen_text()
        await shown.press("up", "t")
        assert shown.in_kitchen
        assert shown.selected == 99


async def test_help_explains() -> None:
    async with kitchen(*THREE) as shown:
        for key in ("question_mark", "f1"):
            await shown.press(key)
            assert isinstance(shown.app.screen, HelpScreen)
            await shown.press("escape")


async def test_e_chooses_recipe_and_engine_of_the_next() -> None:
    async with kitchen(*THREE) as shown:
        await shown.press("e")
        assert isinstance(shown.app.screen, EngineDialog)
        shown.app.screen.dismiss((BUILT_IN["grind"], Engine.THREAD))
        await shown.until(lambda: shown.in_kitchen)
        await shown.press("a")
        assert shown.submitted == [AddMakers(1, BUILT_IN["grind"], Engine.THREAD)]
        assert "grind · thread" in shown.screen_text()


async def test_space_freezes_the_display_and_catches_up() -> None:
    async with kitchen(*THREE) as shown:
        await shown.press("space")
        assert "FROZEN" in shown.screen_text()
        before = shown.makers_text()
        shown.source.feed(Progress(BEGAN + 2, 1, 0.9, 0.2))
        await shown.until(lambda: shown.app._backlog._events)
        assert shown.makers_text() == before
        assert "FROZEN +" not in shown.screen_text()  # figures are nothing that happened
        shown.source.feed(*brewing(4)[:2], Progress(BEGAN + 2, 1, 0.9, 0.2))
        await shown.until(lambda: "FROZEN +2 " in shown.screen_text())
        await shown.press("space")
        assert "FROZEN" not in shown.screen_text()
        assert "90 %" in shown.makers_text()


async def test_c_takes_the_finished_off_the_screen() -> None:
    async with kitchen(*served(1), *brewing(2), *killed(3)) as shown:
        await shown.press("c")
        assert list(shown.floor.makers) == [2]
        assert shown.selected == 2
        assert "#1" not in shown.makers_text()
        await shown.press("c")
        assert "Nobody has finished yet" in shown.notices


@briefly("size", [(120, 40), (80, 24), (40, 12)])
async def test_whoever_clears_all_away_is_told_how_to_go_on(size: tuple[int, int]) -> None:
    for engine in (Engine.PROCESS, Engine.THREAD):
        async with kitchen(*served(1, engine=engine), size=size) as shown:
            for numbers in (range(2, 4), range(4, 64)):
                await shown.happens(*(e for n in numbers for e in served(n, engine=engine)))
                assert len(shown.app.kitchen.makers._arrangement.slots) >= len(numbers)
                await shown.press("end", "c")
                text = " ".join(shown.screen_text().split())
                assert "The kitchen is empty. Press a to add a maker, A for ten." in text


async def test_sorting_goes_round_and_is_told() -> None:
    async with kitchen(*served(1), *brewing(2)) as shown:
        await shown.press("greater_than_sign")
        assert "by state" in shown.screen_text()
        assert [slot.number for slot in shown.app.kitchen.makers._arrangement.slots] == [2, 1]
        await shown.press("less_than_sign")
        assert "by state" not in shown.screen_text()
        await shown.press("less_than_sign")
        assert "by place" in shown.screen_text()


async def test_what_a_source_does_not_accept_is_dimmed_and_does_nothing() -> None:
    async with kitchen(*THREE, commands=ALL_COMMANDS - {PauseMaker, AddMakers}) as shown:
        await shown.press("z", "a", "e")
        assert shown.submitted == []
        assert shown.in_kitchen
        bindings = shown.app.screen.active_bindings
        assert not bindings["z"].enabled
        assert bindings["k"].enabled


async def test_users_may_give_commands_other_keys() -> None:
    settings = Settings(keys={"stop": "x", "add": "plus,insert"})
    async with kitchen(*THREE, settings=settings) as shown:
        await shown.press("x", "insert", "plus", "k")
        assert [type(command) for command in shown.submitted] == [StopMaker, AddMakers, AddMakers]
        assert "x Stop" in shown.screen_text()


async def test_users_may_give_other_screens_other_keys_too() -> None:
    settings = Settings(keys={"zoom-back": "b", "timeline-back": "b"})
    async with kitchen(*THREE, settings=settings) as shown:
        assert shown.notices == []
        for key in ("enter", "t"):
            await shown.press(key)
            assert not shown.in_kitchen
            await shown.press("b")
            assert shown.in_kitchen


async def test_a_key_of_another_command_is_left_to_it_with_a_word() -> None:
    async with kitchen(*THREE, settings=Settings(keys={"add": "k", "zoom-find": "x"})) as shown:
        (notice,) = shown.notices
        assert notice.endswith('keys.add: key "k" is taken by keys.stop')
        await shown.press("k", "a")
        assert [type(command) for command in shown.submitted] == [StopMaker, AddMakers]


@briefly("name", ["nosuchkey", "contrl+x", "a+b+c", "ctrl+"])
async def test_a_key_that_there_is_not_falls_back_with_a_word(name: str) -> None:
    async with kitchen(*THREE, settings=Settings(keys={"add": name})) as shown:
        (notice,) = shown.notices
        assert f'found "{name}"' in notice
        await shown.press("a")
        assert [type(command) for command in shown.submitted] == [AddMakers]


async def test_a_key_that_may_have_been_meant_is_named() -> None:
    async with kitchen(*THREE, settings=Settings(keys={"add": "entr"})) as shown:
        assert shown.notices[0].endswith('found "entr"; did you mean "enter"?')


async def test_keys_may_be_written_as_people_write_them() -> None:
    async with kitchen(*THREE, settings=Settings(keys={"add": "Ctrl+X, +"})) as shown:
        assert shown.notices == []
        await shown.press("ctrl+x", "plus")
        assert len(shown.submitted) == 2
