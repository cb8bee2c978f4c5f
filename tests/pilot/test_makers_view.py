"""The view of all makers: selecting, clicking, scrolling, resizing, drawing only what changed."""

from __future__ import annotations

import pytest
from textual.events import MouseEvent, MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from chai_tui.config.settings import Settings
from chai_tui.model.commands import KillMaker
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, MakerUse, Progress, Said, Sampled, Signalled
from chai_tui.tui.canvas.painted import Painted
from chai_tui.tui.canvas.styles import STYLES
from chai_tui.tui.detail.screen import DetailScreen
from chai_tui.tui.makers.arranging import SEEN_SECONDS
from chai_tui.tui.makers.layout import Shape
from chai_tui.tui.makers.view import AIM_SECONDS, MakersView
from chai_tui.tui.run_app import GREETING
from tests.builders import BEGAN, brewing, killed, sampled, seated, served
from tests.pilot.kitchen import LAUNCH, Kitchen, kitchen
from tests.still import resize
from tests.thorough import briefly


def many(count: int) -> list[Event]:
    return [event for number in range(1, count + 1) for event in brewing(number)]


def order(shown: Kitchen) -> list[int]:
    return [slot.number for slot in shown.app.kitchen.makers._arrangement.slots]


def shape(shown: Kitchen) -> Shape:
    return shown.app.kitchen.makers._arrangement.shape


def wheel(turned: type[MouseScrollUp | MouseScrollDown], over: Widget) -> MouseEvent:
    return turned(over, 1, 0, 0, 0, 0, shift=False, meta=False, ctrl=False)


async def test_keys_move_the_selection() -> None:
    async with kitchen(*many(7)) as shown:
        seen = [shown.selected]
        for key in (
            "right", "down", "left", "up", "end", "home", "tab", "shift+tab", "5", "pagedown",
            "pageup",
        ):  # fmt: skip
            await shown.press(key)
            seen.append(shown.selected)
        assert seen == [1, 2, 5, 4, 1, 7, 1, 2, 1, 5, 7, 2]
        await shown.press("9")
        assert shown.selected == 2
        assert shown.notices == ["Chai Maker #9 is not on the screen"]


async def test_a_click_selects_and_a_second_one_zooms() -> None:
    async with kitchen(*many(3)) as shown:
        await shown.pilot.click("#makers", offset=(50, 2))
        assert shown.selected == 2
        await shown.pilot.double_click("#makers", offset=(90, 2))
        await shown.until(lambda: isinstance(shown.app.screen, DetailScreen))
        assert isinstance(shown.app.screen, DetailScreen)
        assert shown.app.screen.number == 3


async def test_a_click_between_makers_selects_nobody_else() -> None:
    async with kitchen(*many(2)) as shown:
        await shown.pilot.click("#log", offset=(2, 1))
        assert shown.selected == 1


async def test_a_click_in_a_frame_hits_who_is_there() -> None:
    events = [e for n in (1, 2) for e in brewing(n, engine=Engine.THREAD)]
    async with kitchen(*events) as shown:
        await shown.pilot.click("#makers", offset=(80, 3))
        assert shown.selected == 2


async def test_footer_keys_can_be_clicked() -> None:
    async with kitchen(*many(3)) as shown:
        keys = shown.screen_text().splitlines()[-1]
        await shown.pilot.click("#keys", offset=(keys.index("Kill"), 0))
        await shown.pilot.pause()
        assert shown.submitted == [KillMaker(1)]


async def test_the_wheel_scrolls_and_the_selection_comes_into_view() -> None:
    async with kitchen(*many(200), size=(80, 24)) as shown:
        view = shown.app.kitchen.makers
        assert shape(shown) is Shape.ROW
        view.scroll_relative(y=50, animate=False)
        await shown.pilot.pause()
        assert "#1 " not in shown.makers_text()
        await shown.press("down")
        assert shown.selected == 2
        assert "#2 " in shown.makers_text()
        await shown.press("end")
        assert "#200" in shown.makers_text()


async def test_the_selection_follows_the_maker_when_the_order_changes() -> None:
    async with kitchen(*many(4)) as shown:
        await shown.press("2", "greater_than_sign", "greater_than_sign")
        shown.clock.passes(AIM_SECONDS)
        await shown.happens(Progress(BEGAN + 2, 4, 0.6, 9.0), *sampled({0: [4]}, at=BEGAN + 2))
        view = shown.app.kitchen.makers
        assert view._arrangement.slots[0].number == 4
        assert shown.selected == 2


async def test_the_order_stays_while_somebody_aims_however_the_floor_s_time_goes() -> None:
    async with kitchen(*many(4)) as shown:
        await shown.press("greater_than_sign", "greater_than_sign", "2")
        shown.clock.passes(AIM_SECONDS / 2)
        await shown.happens(Progress(shown.floor.now + 1_000, 4, 0.6, 9.0))
        assert order(shown) == [1, 2, 3, 4]


async def test_the_order_is_put_right_when_it_is_time_though_nothing_happens_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chai_tui.tui.makers.view.AIM_SECONDS", 0.05)
    monkeypatch.setattr("chai_tui.tui.makers.view.RESORT_SECONDS", 0.05)
    async with kitchen(*many(4)) as shown:
        await shown.press("greater_than_sign", "greater_than_sign", "2")
        await shown.happens(Progress(shown.floor.now, 4, 0.6, 9.0))
        stands = shown.floor.now
        assert order(shown) == [1, 2, 3, 4]
        shown.clock.passes(0.06)
        await shown.until(lambda: order(shown) == [4, 1, 2, 3])
        assert shown.floor.now == stands


async def test_who_ended_stays_selected_until_it_is_cleared_away() -> None:
    async with kitchen(*many(3)) as shown:
        await shown.press("2")
        await shown.happens(*killed(2)[-1:])
        assert shown.selected == 2
        await shown.press("c")
        assert shown.selected == 3, "its neighbour"


async def test_a_new_maker_takes_no_selection_away() -> None:
    async with kitchen(*many(2)) as shown:
        await shown.press("2")
        await shown.happens(*seated(3))
        assert shown.selected == 2
        assert "#3 chai" in shown.screen_text()


async def test_the_first_maker_is_selected_by_itself() -> None:
    async with kitchen() as shown:
        assert shown.selected is None
        await shown.happens(*seated(1))
        assert shown.selected == 1


async def test_panels_become_cards_and_rows_when_the_screen_shrinks() -> None:
    async with kitchen(*many(9), size=(120, 40)) as shown:
        shapes = [shape(shown)]
        for size in ((80, 24), (40, 12), (120, 40)):
            await resize(shown.pilot, *size)
            shapes.append(shape(shown))
            assert shown.app.kitchen.makers.size.height == shown.app.kitchen.makers.lines_needed
        assert shapes == [Shape.PANEL, Shape.CARD, Shape.ROW, Shape.PANEL]


async def test_who_was_looked_at_stays_in_place_when_another_comes() -> None:
    async with kitchen(*many(3)) as shown:
        shown.clock.passes(SEEN_SECONDS)
        before = shown.makers_text().split("\n")
        await shown.happens(*seated(4))
        after = shown.makers_text().split("\n")
        assert after[0] == before[0]
        assert "#4" in "\n".join(after)
        await resize(shown.pilot, 121, 40)
        assert "#3" not in shown.makers_text().split("\n")[0]


@briefly("size", [(39, 20), (100, 11)])
async def test_a_screen_that_is_too_small_says_so(size: tuple[int, int]) -> None:
    async with kitchen(*many(2), size=size) as shown:
        text = shown.screen_text()
        assert "Too small" in text
        assert f"{size[0]}×{size[1]}" in text
        await resize(shown.pilot, 80, 24)
        assert "Too small" not in shown.screen_text()
        assert "#1" in shown.screen_text()


async def test_it_is_said_in_the_middle_with_nothing_beside_it() -> None:
    async with kitchen(*many(200), size=(28, 7)) as shown:
        lines = [line.rstrip() for line in shown.screen_text().split("\n")]
        assert lines == [
            "",
            "",
            "         Too small",
            " 28×7, chai-tui needs 40×12",
            "",
            "",
            "",
        ]


async def test_an_empty_kitchen_says_which_key_adds_a_maker() -> None:
    async with kitchen() as shown:
        assert "The kitchen is empty." in shown.screen_text()
        assert "Press a to add a maker, A for ten." in shown.screen_text()


async def test_nobody_is_told_of_an_empty_kitchen_while_makers_are_coming() -> None:
    async with kitchen(launch=LAUNCH) as shown:
        assert "empty" not in shown.screen_text()
        await shown.happens(*seated(1))
        assert "#1 Chai Maker" in shown.screen_text()


async def test_the_first_frame_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    first: dict[tuple[str, int], str] = {}

    def watched(kind: type[Widget]) -> None:
        render_line = kind.render_line

        def render(self: Widget, y: int) -> Strip:
            strip = render_line(self, y)
            first.setdefault((self.id or "", y), strip.text)
            return strip

        monkeypatch.setattr(kind, "render_line", render)

    watched(Painted)
    watched(MakersView)
    async with kitchen(*many(3)):
        for name, text in {
            "title": "chai-tui",
            "cores": "core 0",
            "makers": "#1 chai",
            "log": "#1 started",
            "keys": "Quit",
        }.items():
            assert text in first[name, 0]


async def test_the_selected_maker_stays_visible_when_the_order_changes() -> None:
    async with kitchen(*many(300)) as shown:
        await shown.press("3", *["greater_than_sign"] * 2)  # by CPU time
        await shown.until(lambda: "by cpu" in shown.screen_text())
        use = [MakerUse(n, None, 0.0, 0.0, float(n), None, stopped=False) for n in range(1, 301)]
        shown.clock.passes(AIM_SECONDS)
        await shown.happens(Sampled(shown.floor.now, (), tuple(use)))
        assert order(shown).index(3) > 200
        assert shown.selected == 3
        await shown.until(lambda: "  #3 " in shown.makers_text())


async def test_a_notice_covers_no_maker_on_a_small_screen() -> None:
    async with kitchen(*many(2), size=(40, 12), greeting=GREETING) as shown:
        lines = shown.screen_text().split("\n")
        assert "q leaves." in " ".join(" ".join(lines[-5:]).split())
        assert "#2" in "\n".join(lines[:-5])


async def test_the_log_does_not_tell_of_a_kill_twice() -> None:
    async with kitchen(*many(2)) as shown:
        await shown.happens(
            Signalled(BEGAN + 3, 1, 2), Signalled(BEGAN + 3, 2, 9), *killed(2, ours=True)[-1:]
        )
        assert "#1 was sent SIGINT" in shown.screen_text()
        assert "#2 was sent" not in shown.screen_text()
        assert "#2 killed by SIGKILL" in shown.screen_text()


async def test_only_changed_lines_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with kitchen(*many(3)) as shown:
        view = shown.app.kitchen.makers
        regions: list[Region] = []
        refresh = view.refresh

        def spy(*changed: Region, **options: bool) -> MakersView:
            regions.extend(changed)
            return refresh(*changed, **options)

        monkeypatch.setattr(view, "refresh", spy)
        await shown.happens(Progress(BEGAN + 1, 2, 0.75, 0.1))
        (slot,) = [slot for slot in view._visible_slots() if slot.number == 2]
        assert regions == [Region(slot.x, slot.y + 2, slot.width, 1)]
        regions.clear()
        await shown.happens(Progress(BEGAN + 1.1, 2, 0.75, 0.1))
        assert regions == [], "nothing that is drawn changed"


async def test_who_is_out_of_sight_is_not_drawn() -> None:
    async with kitchen(*many(300), size=(80, 24)) as shown:
        view = shown.app.kitchen.makers
        assert len(view.drawings._drawn) <= view.size.height
        await shown.happens(Said(BEGAN + 1, 300, "hello", "out", 300))
        assert 300 not in view.drawings._drawn


async def test_the_log_has_the_lines_that_makers_do_not_need() -> None:
    async with kitchen(*many(3)) as shown:
        makers, log = shown.app.kitchen.makers, shown.app.kitchen.log_view
        assert makers.region.bottom == log.region.y
        assert log.region.bottom == 39
        assert log.size.height > 15
        await shown.happens(*[event for n in range(4, 60) for event in brewing(n)])
        await shown.until(lambda: log.region.height == 7)


async def test_the_log_can_be_scrolled_back() -> None:
    events = [e for n in range(1, 40) for e in served(n)]
    async with kitchen(*events, size=(80, 24)) as shown:
        log = shown.app.kitchen.log_view
        newest = log._lines[-1]
        shown.app.kitchen.log_view.post_message(wheel(MouseScrollUp, log))
        await shown.until(lambda: log._lines[-1] != newest)
        shown.app.kitchen.log_view.post_message(wheel(MouseScrollDown, log))
        await shown.until(lambda: log._lines[-1] == newest)


@briefly("theme", ["textual-dark", "textual-light", "ansi-dark"])
async def test_every_ink_has_its_colour_in_every_theme(theme: str) -> None:
    async with kitchen(*many(2), settings=Settings(theme="nord")) as shown:
        view = shown.app.kitchen.makers
        before = {style: view._styles.style(style).color for style in STYLES}
        shown.app.theme = theme
        await shown.pilot.pause()
        after = {style: view._styles.style(style).color for style in STYLES}
        for style in set(STYLES) - {"strong"}:
            assert after[style] is not None, style
            is_plain = style == "brewing" or theme == "ansi-dark"
            assert after[style] != after["strong"] or is_plain, style
        assert after != before
        cores = {str(after[f"core-{number}"]) for number in range(8)}
        assert len(cores) == (4 if theme == "ansi-dark" else 8)
