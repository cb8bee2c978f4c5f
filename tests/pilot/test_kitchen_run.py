"""What the kitchen tells as a run goes on, and how it is left."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import pytest

from chai_tui.config.settings import Settings
from chai_tui.explain.event_text import closing_line
from chai_tui.model.commands import (
    AddMakers,
    Command,
)
from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    Event,
    Progress,
    StepBegan,
    Stopping,
    Trouble,
    Unseated,
)
from chai_tui.model.recipe import Recipe, Step, StepKind
from chai_tui.state.makers.records import State
from chai_tui.tui.app import ChaiApp
from chai_tui.tui.common.bridge import Bridge
from tests.builders import (
    BEGAN,
    FakeSource,
    brewing,
    floor_of,
    killed,
    sampled,
    seated,
    served,
)
from tests.pilot.kitchen import LEAVES, THREE, kitchen
from tests.thorough import briefly


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
        assert self.ends.wait(60)
        return super().close()


async def test_leaving_says_whom_it_ends_until_they_have_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "chai_tui.tui.common.watching.LEAVING_SECONDS", 60.0
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
    monkeypatch.setattr("chai_tui.tui.common.watching.LEAVING_SECONDS", 60.0)
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


@briefly("key", ["t", "enter", "question_mark", "e"])
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
