"""How the kitchen's screen is used: no half of it stays empty, and large print has fewer facts."""

from __future__ import annotations

import re
from itertools import pairwise

from textual.color import Color

from chai_tui.config.settings import Settings
from chai_tui.model.events import Event, Said
from chai_tui.model.recipe import BUILT_IN
from chai_tui.state.makers.records import State
from chai_tui.tui.makers.layout import Shape
from chai_tui.tui.makers.sort_filter import Sort
from tests.builders import BEGAN, brewing, in_states, killed, paused, served
from tests.pilot.kitchen import LAUNCH, Kitchen, kitchen
from tests.still import settle
from tests.thorough import briefly

SIZES = [(40, 12), (80, 24), (120, 40), (200, 50)]


def lesson(makers: int = 3, already: int = 0) -> list[Event]:
    """Makers that wait, numbered on from those who are there already."""
    numbers = range(already + 1, makers + 1)
    return [event for n in numbers for event in brewing(n, recipe=BUILT_IN["chai"])]


async def more_come(shown: Kitchen, *events: Event) -> None:
    """Let makers come, and wait until everybody has a place."""
    await shown.happens(*events)
    await settle(shown.pilot)


async def test_timeline_and_log_are_both_seen_with_three_makers() -> None:
    async with kitchen(*lesson()) as shown:
        await shown.until(lambda: "t timeline" in shown.screen_text())
        top = next(line for line in shown.screen_text().splitlines() if "t timeline" in line)
        assert re.match(r"╭─ +t timeline .*╮╭─ +l log .*╮$", top)


@briefly("size", SIZES, ids=str, keep=(1,))
async def test_every_line_of_the_screen_is_used(size: tuple[int, int]) -> None:
    """From the header to the keys no line is left between widgets, and nothing overlaps."""
    async with kitchen(size=size) as shown:
        for already, makers in pairwise((0, 1, 3, 4, 20, 100)):
            await more_come(shown, *lesson(makers, already))
            assert len(shown.app.kitchen.makers._arrangement.slots) == makers
            rows = ["#title", "#story", "#cores", "#main", "#makers", "#boxes", "#keys"]
            regions = [shown.app.kitchen.query_one(row).region for row in rows]
            for above, below in pairwise(regions):
                assert above.bottom == below.y, makers
            assert regions[-1].bottom == size[1], makers
            assert {region.width for region in regions} == {size[0]}, makers


@briefly(("size", "panels"), [((80, 24), 4), ((120, 40), 7), ((200, 50), 7)], ids=str)
async def test_panels_fill_their_lines(size: tuple[int, int], panels: int) -> None:
    """No half of a line stays empty beside the last of them, nor more than a line in them."""
    async with kitchen(size=size) as shown:
        for already, makers in pairwise(each for each in (0, 1, 2, 3, 4, 5, 7) if each <= panels):
            words = [
                Said(BEGAN + 0.5, n, "Start", "out", n) for n in range(already + 1, makers + 1)
            ]
            await more_come(shown, *lesson(makers, already), *words)
            arrangement = shown.app.kitchen.makers._arrangement
            assert len(arrangement.slots) == makers
            assert arrangement.shape is Shape.PANEL
            for y in {slot.y for slot in arrangement.slots}:
                in_line = arrangement.slots_between(y, y + 1)
                assert sum(slot.width for slot in in_line) == size[0], makers
                assert max(s.width for s in in_line) - min(s.width for s in in_line) <= 1, makers
            for slot in arrangement.slots:
                lines = shown.app.kitchen.makers.drawings.lines_of(slot.number)
                inside = ["".join(text for text, _ in line)[1:-1].strip() for line in lines[1:-1]]
                assert inside.count("") <= 1, makers


async def test_panels_of_unlike_recipes_tell_the_same_and_stay_short() -> None:
    long, short = BUILT_IN["masala"], BUILT_IN["native"]
    events = [*brewing(1, recipe=long), *brewing(2, recipe=short), *brewing(3, recipe=long)]
    async with kitchen(*events) as shown:
        lines = [shown.app.kitchen.makers.drawings.lines_of(n) for n in (1, 2, 3)]
        assert {len(panel) for panel in lines} == {5}
        assert all("1/" in "".join(text for text, _ in panel[2]) for panel in lines)


async def test_the_title_says_how_many_of_how_many_are_in_sight() -> None:
    async with kitchen(*lesson(3)) as shown:
        assert not re.search(r"\d+ of \d+", shown.screen_text().splitlines()[0])
        await shown.happens(*[event for n in range(4, 101) for event in brewing(n)])
        view = shown.app.kitchen.makers
        await shown.until(lambda: len(view._arrangement.slots) == 100)
        assert view.seen is not None
        in_sight = sum(
            f"#{n} " in shown.makers_text() or f"#{n}  " in shown.makers_text()
            for n in range(1, 101)
        )
        assert view.seen == (in_sight, 100)
        assert f"  {in_sight} of 100  " in shown.screen_text().splitlines()[0]


@briefly("size", SIZES, ids=str, keep=2)
async def test_the_title_says_it_on_every_screen(size: tuple[int, int]) -> None:
    async with kitchen(*lesson(400), size=size) as shown:
        assert re.search(r"\b\d+ of 400\b", shown.screen_text().splitlines()[0])


@briefly("size", SIZES, ids=str)
async def test_large_print_has_no_pid_and_fewer_facts(size: tuple[int, int]) -> None:
    events = [*lesson(2), *killed(3), *paused(4)]
    async with kitchen(*events, size=size) as shown:
        small = shown.screen_text()
        await shown.press("L")
        large = shown.screen_text()
        assert "pid" not in large
        assert "MB" not in large
        assert "tid" not in large
        for word in ("brewing", "killed", "paused"):
            assert word in large
        await shown.press("L")
        assert shown.screen_text() == small


async def test_large_print_says_name_state_step_share_and_why() -> None:
    async with kitchen(*in_states(State.BREWING, State.FAILED, State.PAUSED)) as shown:
        await shown.press("L")
        panels = shown.app.kitchen.makers.drawings
        lines = {n: ["".join(t for t, _ in line) for line in panels.lines_of(n)] for n in (1, 2, 3)}
        assert {len(panel) for panel in lines.values()} == {6}
        assert re.search(r"#1 Chai Maker .*● brewing", lines[1][1])
        assert re.search(r"▕.*▏ +\d+ %", lines[1][3])
        assert "ValueError" in lines[2][4]


async def test_the_log_opens_whole_and_follows_what_happens() -> None:
    async with kitchen(*[e for n in range(1, 40) for e in served(n)], size=(80, 24)) as shown:
        await shown.press("l")
        assert not shown.in_kitchen
        assert "#39" in shown.screen_text()
        await shown.press("home")
        assert "#1 started" in shown.screen_text()
        await shown.press("end")
        await shown.happens(*brewing(60, at=BEGAN + 9))
        await shown.until(lambda: "#60 started" in shown.screen_text())
        await shown.press("escape")
        assert shown.in_kitchen


async def test_to_sort_by_place_is_offered_when_all_are_served() -> None:
    async with kitchen(*served(1, joined=False, after=2.0), *served(2, after=1.0)) as shown:
        assert "by place" not in shown.screen_text()
        await shown.happens(*served(1, after=2.0)[-1:])
        await shown.until(lambda: "Press < to sort them by place" in shown.screen_text())
        await shown.press("<")
        assert shown.app.kitchen.makers.sort is Sort.PLACE
        assert [slot.number for slot in shown.app.kitchen.makers._arrangement.slots] == [2, 1]


async def test_it_is_not_offered_where_somebody_did_not_serve() -> None:
    async with kitchen(*served(1), *killed(2)) as shown:
        assert "by place" not in shown.screen_text()


async def test_a_run_may_begin_in_large_print() -> None:
    async with kitchen(*brewing(1), launch=LAUNCH._replace(large=True)) as shown:
        assert shown.app.kitchen.makers.is_large
        assert "pid" not in shown.screen_text()


@briefly("theme", ["textual-dark", "textual-light", "ansi-dark"])
async def test_large_print_has_more_contrast(theme: str) -> None:
    """What explains is as strong as text, and lines as what explains was."""
    async with kitchen(*brewing(1), settings=Settings(theme=theme)) as shown:
        before = dict(shown.app.theme_variables)
        await shown.press("L")
        after = shown.app.theme_variables
        assert after["ink-dim"] == before["foreground"]
        assert after["ink-frame"] == before["ink-dim"]
        style = shown.app.kitchen.makers._styles.style("dim")
        assert style.color == Color.parse(before["foreground"]).rich_color
        await shown.press("L")
        assert shown.app.theme_variables == before
