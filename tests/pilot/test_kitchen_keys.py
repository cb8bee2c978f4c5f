"""What every key of the kitchen does, against a source that only listens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable

import pytest
from textual.events import Key
from textual.widgets import Input

from chai_tui.config.settings import Settings
from chai_tui.explain.event_text import closing_line
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
    StepBegan,
    Stopping,
    Trouble,
    Unseated,
)
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from chai_tui.state.floor import Floor
from chai_tui.state.records import State
from chai_tui.tui.app import ChaiApp
from chai_tui.tui.bridge import Bridge
from chai_tui.tui.detail.screen import DetailScreen
from chai_tui.tui.dialogs.shown import ConfirmDialog, EngineDialog, SignalDialog
from chai_tui.tui.help.screen import HelpScreen
from chai_tui.tui.makers.sort_filter import Sort, in_order
from chai_tui.tui.shell.type_ahead import TypeAhead
from chai_tui.tui.timeline.screen import TimelineScreen
from tests.builders import (
    ALL_COMMANDS,
    BEGAN,
    FakeSource,
    brewing,
    failed,
    floor_of,
    killed,
    paused,
    sampled,
    seated,
    served,
)
from tests.pilot.kitchen import LEAVES, kitchen

CHAI = BUILT_IN["chai"]
THREE: list[Event] = [*brewing(1), *brewing(2), *brewing(3)]
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


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (served(1), "Chai Maker #1 has already served"),
        (killed(1), "Chai Maker #1 was already killed by SIGKILL"),
        (failed(1), "Chai Maker #1 has already failed: ValueError: no milk"),
        ([], "No maker is selected"),
    ],
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


@pytest.mark.parametrize(("key", "command"), [("K", KillMaker(2)), ("z", PauseMaker(2))])
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


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
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


async def test_the_filter_is_typed_kept_and_left() -> None:
    async with kitchen(*served(1), *brewing(2), *killed(3)) as shown:
        await shown.press("slash", *"kill")
        assert "#2" not in shown.makers_text()
        assert "#3" in shown.makers_text()
        footer = shown.screen_text().split("\n")[-1]
        assert footer.split() == ["⏎", "Keep", "Esc", "All"]
        await shown.press("enter", "a")  # keys are keys again
        assert [type(command) for command in shown.submitted] == [AddMakers]
        assert "/kill" in shown.screen_text()
        assert shown.selected == 3, "nobody acts on what is not seen"
        await shown.press("escape")
        assert "#2" in shown.makers_text()
        assert "/kill" not in shown.screen_text()


@pytest.mark.parametrize(("hint", "wanted"), [("Keep", "kill"), ("All", "")])
async def test_a_footer_key_of_the_field_that_is_typed_in_can_be_clicked(
    hint: str, wanted: str
) -> None:
    """Not the app, nor the screen: the field has the key, and does what it does."""
    async with kitchen(*brewing(2), *killed(3)) as shown:
        await shown.press("slash", *"kill")
        footer = shown.screen_text().split("\n")[-1]
        await shown.pilot.click("#keys", offset=(footer.index(hint), 0))
        await shown.until(lambda: not shown.app.screen.query(Input))
        assert shown.app.kitchen.makers.wanted == wanted


async def test_who_leaves_the_filter_by_itself_is_not_acted_on() -> None:
    async with kitchen(*brewing(1), *brewing(2)) as shown:
        await shown.press("slash", *"brewing", "enter")
        shown.clock.passes(10)
        await shown.happens(*served(1)[-2:])
        assert "#1" not in shown.makers_text()
        await shown.press("K")
        assert shown.submitted == []
        assert "No maker is selected" in shown.notices


async def test_a_filter_that_nobody_matches_says_how_to_leave_it() -> None:
    async with kitchen(*THREE) as shown:
        await shown.press("slash", *"zzz")
        text = shown.screen_text()
        assert "No maker matches “zzz”." in text
        assert "Esc shows all again." in text


async def test_who_begins_to_match_is_shown_at_once() -> None:
    async with kitchen(*brewing(1), *brewing(2)) as shown:
        await shown.press("slash", *"paused", "enter")
        assert "No maker matches “paused”." in shown.screen_text()
        await shown.happens(Paused(shown.floor.now + 0.001, 2, ours=True))
        assert "No maker matches" not in shown.screen_text()
        assert "#2" in shown.makers_text()
        assert "#1" not in shown.makers_text()


async def test_of_a_thousand_it_is_looked_ten_times_a_second_who_matches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[str] = []

    def counted(floor: Floor, sort: Sort = Sort.NUMBER, wanted: str = "") -> list[int]:
        looks.append(wanted)
        return in_order(floor, sort, wanted)

    async with kitchen(*(event for n in range(1, 1_001) for event in brewing(n))) as shown:
        await shown.press("slash", *"paused", "enter")
        monkeypatch.setattr("chai_tui.tui.makers.view.in_order", counted)
        now = shown.floor.now
        for step in range(1, 101):
            shown.clock.passes(1 / 100)
            shown.floor.fold([Progress(now + step / 100, 7, 0.6, 0.1)])
            shown.app.kitchen.makers.floor_changed()
        assert 9 <= len(looks) <= 11
        shown.clock.passes(1)
        await shown.happens(Paused(now + 1.2, 2, ours=True))
        assert "#2" in shown.makers_text()


@pytest.mark.parametrize(("key", "code"), [("q", 1), ("ctrl+q", 1), ("ctrl+c", 130)])
async def test_keys_that_leave(key: str, code: int) -> None:
    async with kitchen(*THREE) as shown:
        await shown.press(key)
        await shown.until(lambda: not shown.app.is_running)
        assert shown.app.exit_code([]) == code


class SlowSource(FakeSource):
    """Takes until ``ends`` is set to end everybody."""

    def __init__(self, *last_words: Event) -> None:
        super().__init__(last_words=last_words)
        self.ends = threading.Event()

    def close(self) -> list[Event]:
        assert self.ends.wait(5)
        return super().close()


async def test_leaving_says_whom_it_ends_until_they_have_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "chai_tui.tui.watching.LEAVING_SECONDS", 60.0
    )  # a loaded machine needs more
    source = SlowSource(*(killed(number)[-1] for number in (1, 2, 3)))
    async with kitchen(*THREE, source=source) as shown:
        await shown.press("q")
        await shown.until(lambda: "Ending 3 makers…" in shown.screen_text())
        await shown.press("a")
        assert shown.app.is_running
        source.ends.set()
        await shown.until(lambda: not shown.app.is_running)
        assert shown.submitted == []
        assert shown.floor.all_joined
        assert shown.app.exit_code([]) == 1


async def test_asking_twice_leaves_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chai_tui.tui.watching.LEAVING_SECONDS", 60.0)
    source = SlowSource()
    async with kitchen(*THREE, source=source) as shown:
        await shown.press("q")
        assert shown.app.is_running
        await shown.press("q")
        await shown.until(lambda: not shown.app.is_running)
        source.ends.set()


async def test_ctrl_c_leaves_even_while_something_is_typed() -> None:
    async with kitchen(*THREE) as shown:
        await shown.press("slash", "a", "ctrl+c")
        await shown.until(lambda: not shown.app.is_running)
        assert shown.app.exit_code([]) == 130


@pytest.mark.parametrize(
    ("events", "code"),
    [([], 0), (served(1), 0), ([*served(1), *killed(2)], 1), ([*served(1), *brewing(2)], 1)],
)
def test_the_exit_code_tells_whether_all_was_served(events: list[Event], code: int) -> None:
    app = ChaiApp(Bridge(FakeSource()), floor=floor_of(*events))
    assert app.exit_code([]) == code


def test_the_last_words_count() -> None:
    app = ChaiApp(Bridge(FakeSource()), floor=floor_of(*brewing(1)))
    assert app.exit_code(served(1)[-2:]) == 0


async def test_who_was_cleared_away_still_counts() -> None:
    async with kitchen(*served(1), *killed(2)) as shown:
        await shown.press("c")
        assert shown.floor.makers == {}
        assert shown.app.exit_code([]) == 1


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


async def test_the_answer_to_a_key_is_on_the_screen() -> None:
    def answer(command: Command) -> Iterable[Event]:
        if isinstance(command, AddMakers):
            return seated(4)
        return [Stopping(BEGAN + 2, 1, 15, 2.0)]

    async with kitchen(*THREE, answer=answer) as shown:
        await shown.press("a")
        await shown.until(lambda: "#4 Chai Maker" in shown.screen_text())
        await shown.press("k")
        await shown.until(lambda: "SIGTERM sent, SIGKILL in" in shown.screen_text())


async def test_troubles_are_told_and_never_parsed() -> None:
    async with kitchen(*THREE) as shown:
        trouble = Trouble(BEGAN + 1, 1, "no [bold]permission[/bold] [oops")
        await shown.happens(trouble)
        assert "no [bold]permission[/bold] [oops" in shown.screen_text()
        await shown.press("t")
        await shown.happens(trouble)
        assert shown.notices == ["no [bold]permission[/bold] [oops"]
        assert "no [bold]permission[/bold] [oops" in shown.screen_text()


async def test_a_round_is_announced_once() -> None:
    async with kitchen(*brewing(1)) as shown:
        await shown.happens(*served(1)[-2:])
        assert shown.log_text().count("All chai served") == 1
        await shown.happens(*sampled({0: []}, at=BEGAN + 5))
        assert shown.log_text().count("All chai served") == 1
        await shown.happens(*killed(2, at=BEGAN + 9))
        told = "1 of 2 chai served: Chai Maker #2 was killed by SIGKILL"
        assert shown.log_text().count(told) == 1
        assert shown.notices == []


@pytest.mark.parametrize("key", ["t", "enter", "question_mark", "e"])
async def test_where_no_log_is_a_notice_tells_of_the_round(key: str) -> None:
    async with kitchen(*brewing(1)) as shown:
        await shown.press(key)
        await shown.happens(*served(1)[-2:])
        await shown.until(lambda: "All chai served" in shown.screen_text())
        assert shown.notices == ["All chai served"]


async def test_on_the_log_itself_no_notice_repeats_it() -> None:
    async with kitchen(*brewing(1)) as shown:
        await shown.press("l")
        await shown.happens(*served(1)[-2:])
        await shown.until(lambda: "All chai served" in shown.screen_text())
        assert shown.notices == []


async def test_it_leaves_by_itself_if_asked_to() -> None:
    async with kitchen(*brewing(1), launch=LEAVES) as shown:
        shown.source.feed(*served(1)[-2:])
        await shown.until(lambda: not shown.app.is_running)
        assert shown.app.exit_code([]) == 0


async def test_a_source_that_breaks_ends_the_app() -> None:
    async with kitchen(*brewing(1)) as shown:
        shown.app._bridge.error = OSError("no kitchen")
        shown.source.feed(Progress(BEGAN, 1, 0.1, 0.1))
        await shown.until(lambda: not shown.app.is_running)
        assert isinstance(shown.app.crash, OSError)
        shown.app._exception = None  # the pilot would raise it
        assert shown.app.exit_code([]) == 1


async def test_warnings_and_a_greeting_are_shown() -> None:
    async with kitchen(warnings=["config.toml: [theme]"], greeting="Welcome: ? helps") as shown:
        assert shown.notices == ["config.toml: [theme]", "Welcome: ? helps"]


async def test_of_many_warnings_one_is_a_notice_and_the_others_are_in_the_log() -> None:
    async with kitchen(*THREE, warnings=[f"config.toml: no. {n}" for n in range(5)]) as shown:
        assert shown.notices == ["config.toml: no. 0\n… and 4 more: see the log"]
        text = shown.screen_text()
        assert [text.count(f"config.toml: no. {n}") for n in range(5)] == [1] * 5


async def test_a_key_of_another_command_is_left_to_it_with_a_word() -> None:
    async with kitchen(*THREE, settings=Settings(keys={"add": "k", "zoom-find": "x"})) as shown:
        (notice,) = shown.notices
        assert notice.endswith('keys.add: key "k" is taken by keys.stop')
        await shown.press("k", "a")
        assert [type(command) for command in shown.submitted] == [StopMaker, AddMakers]


@pytest.mark.parametrize("name", ["nosuchkey", "contrl+x", "a+b+c", "ctrl+"])
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


async def test_a_bad_theme_warns_and_falls_back() -> None:
    async with kitchen(settings=Settings(theme="no-such-theme")) as shown:
        assert shown.app.theme == "textual-dark"
        assert any("no-such-theme" in notice for notice in shown.notices)


async def test_a_theme_is_used() -> None:
    async with kitchen(*THREE, settings=Settings(theme="textual-light")) as shown:
        assert shown.app.theme == "textual-light"
        await shown.press("a")
        shown.app.theme = "ansi-dark"
        await shown.pilot.pause()
        assert "#1 chai" in shown.screen_text()
        assert shown.floor.counts[State.BREWING] == 3


async def test_a_frames_figure_follows_the_samples() -> None:
    async with kitchen(*brewing(1, engine=Engine.THREAD)) as shown:
        assert "one process · pid 4720 · shared memory, 0 cups · one GIL ─" in shown.screen_text()
        await shown.happens(*sampled({0: [1]}, busy=0.8, others=0.1))
        assert "one GIL · 0.7 cores ─" in shown.screen_text()


async def test_who_is_held_up_is_seen_as_soon_as_another_computes() -> None:
    recipe = Recipe(
        "both", (Step("boil", StepKind.WAIT, 1.0), Step("grind", StepKind.COMPUTE, 1.0))
    )
    makers = [event for n in (1, 2) for event in brewing(n, engine=Engine.ASYNCIO, recipe=recipe)]
    async with kitchen(*makers) as shown:
        assert "held up" not in shown.screen_text()
        await shown.happens(StepBegan(BEGAN + 1, 2, 1))
        assert "held up by #2" in shown.screen_text()


async def test_those_who_could_not_be_seated_are_missed_at_the_end() -> None:
    async with kitchen(*brewing(1), launch=LEAVES) as shown:
        await shown.happens(Unseated(BEGAN + 1, 700, "700 makers could not be seated: no memory"))
        assert shown.log_text().count("700 makers could not be seated: no memory") == 1
        assert shown.app._exit is False
        await shown.happens(*served(1)[2:])
        await shown.until(lambda: shown.app._exit)
    assert shown.app.exit_code([]) == 1
    assert closing_line(shown.floor).startswith("1 of 701 chai served")


async def test_it_leaves_although_nobody_could_be_seated() -> None:
    async with kitchen(launch=LEAVES) as shown:
        shown.source.feed(Unseated(BEGAN + 1, 3, "3 makers could not be seated: no memory"))
        await shown.until(lambda: shown.app._exit)
    assert shown.app.exit_code([]) == 1


@pytest.mark.parametrize("keys", ["/serve", "\r/serve"], ids=["filter", "search"])
async def test_what_is_typed_in_a_burst_goes_where_it_is_meant_to_go(keys: str) -> None:
    """As a quick typist or a paste does: no letter may be taken for a command."""
    async with kitchen(*THREE) as shown:
        for key in keys:
            name = {"/": "slash", "\r": "enter"}.get(key, key)
            shown.app.post_message(Key(name, key))
        await shown.until(
            lambda: [field.value for field in shown.app.screen.query(Input)] == ["serve"]
        )
        assert shown.submitted == []


async def test_letters_keep_their_order_while_the_field_opens() -> None:
    """Whenever they come: the first may be on its way elsewhere when the field has the focus."""
    async with kitchen(*THREE) as shown:
        for turns in ((0, 0), (0, 2), (0, 5), (0, 9), (1, 1), (2, 1)):
            await shown.press("slash", *"none", "enter")  # what was there is replaced whole
            assert shown.app.kitchen.makers.wanted == "none", turns
            shown.app.post_message(Key("slash", "/"))
            for letter, wait in zip("serve", (*turns, 0, 0, 0), strict=True):
                for _ in range(wait):
                    await asyncio.sleep(0)
                shown.app.post_message(Key(letter, letter))
            await shown.until(
                lambda: [field.value for field in shown.app.screen.query(Input)] == ["serve"], turns
            )
            assert shown.submitted == [], turns
            await shown.press("enter")


async def test_a_command_that_is_typed_in_a_burst_is_the_one_that_acts() -> None:
    """Enter stays behind the letters: else it would run what the palette shows first."""
    async with kitchen(*brewing(1)) as shown:
        for turns in ((0, 0), (0, 1), (3, 0), (9, 2), (40, 0)):
            for key, wait in zip(["ctrl+p", *"freeze", "enter"], (*turns, *[0] * 6), strict=True):
                character = {"ctrl+p": None, "enter": "\r"}.get(key, key)
                shown.app.post_message(Key(key, character))
                for _ in range(wait):
                    await asyncio.sleep(0)
            await shown.until(lambda: shown.in_kitchen and shown.app.setup.frozen, turns)
            assert shown.submitted == [], turns
            await shown.press("space")
            assert not shown.app.setup.frozen, turns


async def test_a_filter_that_is_typed_in_a_burst_is_kept() -> None:
    async with kitchen(*THREE) as shown:
        for key in ["slash", *"kill", "enter"]:
            character = {"slash": "/", "enter": "\r"}.get(key, key)
            shown.app.post_message(Key(key, character))
        await shown.until(lambda: shown.app.kitchen.makers.wanted == "kill")
        await shown.until(lambda: not shown.app.screen.query(Input))
        assert shown.submitted == []


async def test_keys_go_on_where_what_they_wait_for_never_passes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(TypeAhead, "on__passed", lambda _app: None)
    monkeypatch.setattr("chai_tui.tui.shell.type_ahead.HELD_AT_MOST", 0.1)
    async with kitchen(*THREE) as shown:
        await shown.press("slash", *"serve")
        await shown.until(
            lambda: [field.value for field in shown.app.screen.query(Input)] == ["serve"]
        )
