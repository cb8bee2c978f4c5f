"""The main screen: what runs, what that means, where, who, when, what happened, what to do."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.widget import MountError

from chai_tui.explain.main_text import main_text
from chai_tui.state.floor import Floor
from chai_tui.tui.canvas.notice import LEAST_HEIGHT, LEAST_WIDTH, is_too_small
from chai_tui.tui.canvas.program_facts import stations_at_work
from chai_tui.tui.keys.commands import bindings
from chai_tui.tui.keys.key_line import foot, foot_lines
from chai_tui.tui.keys.move import Move
from chai_tui.tui.kitchen.core_bar import CoreBar
from chai_tui.tui.kitchen.event_log import EventLog
from chai_tui.tui.kitchen.paced import Paced
from chai_tui.tui.kitchen.room import Boxes, boxes_in, least_log_lines, room_with_boxes, story_lines
from chai_tui.tui.kitchen.text_line import TextLine
from chai_tui.tui.kitchen.title_line import Setup, Title, TitleLine
from chai_tui.tui.makers.arranging import Room
from chai_tui.tui.makers.sort_filter import Sort
from chai_tui.tui.makers.view import MakersView

if TYPE_CHECKING:
    from textual.widgets import Input

    from chai_tui.tui.timeline.dock import TimelineDock


TOLD_AT_ONCE, STORY_PAUSE = 50, 0.003
"""Of more makers than so many, it is looked what the story is only so many seconds for each of them
after the last time: to look at 1,000 takes 20 ms."""
NEWS_SECONDS = 0.9
"""The story and the timeline of a program are drawn so often while nothing but samples tells of it:
they may come ten times a second."""


class KitchenScreen(Screen[None], inherit_bindings=False):
    """Header, story, cores, main, makers, timeline and log, keys: from the top down."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("screen")]
    AUTO_FOCUS = ""
    SAYS_TOO_SMALL = True
    """So that it needs not be covered: it says so itself, from the first frame on."""
    # Textual declares these two without ClassVar.
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (LEAST_WIDTH, "-usable")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (LEAST_HEIGHT, "-usable-height")]  # noqa: RUF012

    def __init__(
        self,
        floor: Floor,
        setup: Setup,
        hint: str = "",
        *,
        key: Callable[[str], str] = str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Show a floor.

        Args:
            floor: read, never changed.
            setup: likewise; the app changes it.
            hint: what to say while the kitchen is empty.
            key: returns how the key of a row of the table of commands is written.
            clock: seconds of whoever looks.
        """
        super().__init__()
        self._floor = floor
        self._setup = setup
        self._cores_drawn = (-1, 0)
        self.makers = MakersView(floor, self._room_for_makers, hint, clock=clock)
        self.log_view = EventLog(floor)
        self._dock = Container(id="dock")
        self._timeline: TimelineDock | None = None  # comes after the first screen
        self._title_line = TitleLine(self._title())
        self._core_bar = CoreBar(floor.run)
        self._story = TextLine(lambda _: self._tell(floor, key("engine")), "story", id="story")
        self._tell: Callable[[Floor, str], str] = lambda _floor, _key: ""
        self._main = TextLine(self._main_text, "", id="main")
        self._has_filter = False  # whether a line is there to type one in
        self._boxes: Boxes | None = None
        self._told: tuple[object, ...] = ()  # what main's line was drawn for
        self._news: tuple[object, ...] = ()  # what the story and the timeline were drawn for
        self._story_pace = Paced(self, self._draw_story, clock)
        self._timeline_pace = Paced(self, self._draw_timeline, clock)
        self._key = key
        self._found = 0  # how much was found to be wrong with a program
        self._dock.border_title = Content.assemble((key("timeline"), "bold"), " timeline")
        self._entitle_log()

    def compose(self) -> ComposeResult:
        """Put the screen together."""
        yield self._title_line
        yield self._story
        yield self._core_bar
        yield self._main
        yield self.makers
        with Container(id="boxes"):
            yield self._dock
            yield self.log_view
        yield from foot(self.app)

    def _room_for_makers(self) -> Room:
        """The lines that makers can have, so that everything else fits too."""
        size = self.app.size
        if is_too_small(*size):
            return Room(size.height, size.height)  # nothing else is shown
        free = self._free_lines()
        has_log = not self._setup.large
        boxed = room_with_boxes(free, *size, len(self._floor.makers), has_log=has_log)
        return Room(boxed, max(1, free - (least_log_lines(size.height) if has_log else 0)))

    def _free_lines(self) -> int:
        """Lines that makers and boxes share."""
        size = self.app.size
        core_lines = self._core_bar.get_content_height(size, size, size.width)
        others = 2 + foot_lines(self.app) + story_lines(size.width) + core_lines  # header, main
        return size.height - others - self._has_filter

    def on_makers_view_arranged(self, _event: MakersView.Arranged) -> None:
        """Give the makers the lines they need; the boxes get the rest."""
        self._share_lines()
        self.setup_changed()

    def _share_lines(self, *, is_first: bool = False) -> None:
        """Give everything its lines; at first Textual looks up all styles afterwards anyway."""
        self._story.styles.height = story_lines(self.app.size.width)
        lines = self.makers.lines_needed
        self.makers.styles.height = lines
        makers = len(self._floor.makers)
        width, free = self.app.size.width, self._free_lines() - lines
        boxes = boxes_in(width, free, makers, has_log=not self._setup.large)
        if boxes == self._boxes:
            return
        self._boxes = boxes
        dock, box = self._dock, self.query_one("#boxes")
        update = not is_first  # each time looks up the styles of all that is inside
        box.set_class(not (boxes.has_timeline or boxes.has_log), "-empty", update=update)
        dock.display = boxes.has_timeline
        self.log_view.display = boxes.has_log
        box.set_class(boxes.is_beside, "-beside", update=update)
        self.set_class(boxes.has_edges, "-boxed", update=update)
        dock.styles.width = boxes.timeline if boxes.is_beside else "1fr"
        dock.styles.height = "1fr" if boxes.is_beside else boxes.timeline

    def on_resize(self) -> None:
        """Share the lines anew, before anything is laid out."""
        self.makers.rearrange()
        self._share_lines()

    def floor_changed(self) -> None:
        """Draw what changed."""
        drawn = (self._floor.cores_version, self._floor.rewound)
        if self._cores_drawn != drawn:
            self._cores_drawn = drawn
            cores = self._floor.cores
            shown = [cores[number] for number in sorted(cores)]
            if self._core_bar.show(self._floor.run, shown) and self.is_mounted:
                self.makers.rearrange()
                self._share_lines()
        self.makers.floor_changed()
        self.setup_changed()  # how many are in sight is known only now
        self.log_view.floor_changed()
        self._tell_news()

    def _tell_news(self) -> None:
        """Draw what changes when something is sampled or told, not with every bit of progress."""
        floor = self._floor
        newest = next(reversed(floor.makers), None)
        told = (floor.rewound, floor.logged, floor.renamed, len(floor.makers), newest)
        is_told = told != self._told
        if is_told:
            self._told = told
            self._main.repaint()
        steps = 0
        if len(floor.makers) <= TOLD_AT_ONCE:
            steps = sum(len(maker.step_times) for maker in floor.makers.values())
        waits = self._waits_of_few()
        news = (*told, floor.cores_version, steps, waits, self.makers.selected)
        if news != self._news:
            # Another moment has another story, and so has another end of one of few.
            many = max(0, len(floor.makers) - TOLD_AT_ONCE)
            at_once = news[:1] != self._news[:1] or (is_told and not many)
            pause = NEWS_SECONDS if floor.run.is_program else 0.0
            is_chosen = news[-1:] != self._news[-1:]
            waits_anew = news[-2:-1] != self._news[-2:-1]  # panels say so already
            self._news = news
            is_due = at_once or waits_anew
            self._story_pace.after(0.0 if is_due else max(pause, STORY_PAUSE * many))
            self._timeline_pace.after(0.0 if at_once or is_chosen else pause)

    def _waits_of_few(self) -> tuple[object, ...]:
        """What those of a program wait for, if they are few."""
        makers = self._floor.makers
        if not self._floor.run.is_program or len(makers) > TOLD_AT_ONCE:
            return ()
        return tuple((maker.waits, maker.blocked, maker.state) for maker in makers.values())

    def _draw_story(self) -> None:
        self._story.repaint()
        if self._floor.run.is_program:  # both tell what it waits for
            self._main.repaint()

    def _main_text(self, width: int) -> str:
        return main_text(self._floor, width, has_pid=not self._setup.large)

    def _draw_timeline(self) -> None:
        if self._timeline is not None and self._boxes is not None and self._boxes.has_timeline:
            self._timeline.choose(self.makers.selected)
            self._timeline.floor_changed()

    def complete(self) -> None:
        """Add what the first screen did without: it was there sooner for that."""
        from chai_tui.explain.story import story_line  # noqa: PLC0415 - not for the first screen
        from chai_tui.tui.timeline.dock import TimelineDock  # noqa: PLC0415 - likewise

        self._tell = story_line
        self._story_pace.at_once()  # until here there was nothing to tell it
        timeline = TimelineDock(self._floor)
        with contextlib.suppress(MountError):  # somebody leaves already
            self._dock.mount(timeline)
            self._timeline = timeline
            self.call_after_refresh(self._draw_timeline)

    def setup_changed(self) -> None:
        """Draw the header again, and in large print what is to be."""
        if self.makers.is_large != self._setup.large:
            self.makers.print_large(is_large=self._setup.large)
            self._main.repaint()
            self._share_lines()
        self._title_line.show(self._title())

    def announce(self, text: str, style: str) -> None:
        """Let a line stand out in the log."""
        self.log_view.floor_changed()
        self.log_view.announce(text, style)

    def show_found(self, count: int) -> None:
        """Say above the log how much was found to be wrong with a program."""
        if count != self._found:
            self._found = count
            self._entitle_log()

    def _entitle_log(self) -> None:
        key, found = self._key, f" {self._found:,} found"
        more = (" · ", (key("findings"), "bold"), found) if self._found else ()
        self.log_view.border_title = Content.assemble((key("log"), "bold"), " log", *more)

    @property
    def shows_log(self) -> bool:
        """Whether the log can be read here: it has a line."""
        return self.log_view.region.height > 0

    @property
    def number(self) -> int | None:
        """The number of the maker that keys act on: the selected one, if it is shown."""
        return self.makers.aimed

    def _title(self) -> Title:
        floor, makers = self._floor, self.makers
        counts, processes, threads = floor.counts, 0, 0
        if floor.run.is_program:
            counts = {s: count + floor.forgotten.get(s, 0) for s, count in counts.items()}
            processes, threads = floor.processes_ever, floor.threads_ever
            if at_work := floor.unjoined:
                processes, threads = stations_at_work(at_work.values()), len(at_work)
        return Title(
            self._setup,
            floor.run,
            counts=counts,
            elapsed=floor.elapsed,
            at_once=floor.cores_at_once,
            is_over=floor.all_joined,
            sorted_by="" if makers.sort is Sort.NUMBER else makers.sort,
            wanted=makers.wanted,
            is_flat=floor.run.is_program and not makers.is_tree,
            seen=makers.seen,
            processes=processes,
            threads=threads,
        )

    def on_mount(self) -> None:
        """Show a floor that was folded before."""
        self.floor_changed()
        self._share_lines(is_first=True)

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was shown."""
        self.floor_changed()

    # What keys do

    def action_move(self, move: str) -> None:
        """Move the selection."""
        self.makers.move(Move(move))

    def action_choose(self, number: int) -> None:
        """Select a maker by its number."""
        if not self.makers.select(number):
            who = "" if self._floor.run.is_program else "Chai Maker "
            self.notify(f"{who}#{number} is not on the screen", timeout=2, markup=False)

    def action_zoom(self) -> None:
        """Show the selected maker whole; who was looked at last stays selected."""
        if (number := self.makers.aimed) is not None:
            self.zoom(number)

    def zoom(self, number: int) -> None:
        """Show a maker whole."""
        from chai_tui.tui.detail.screen import DetailScreen  # noqa: PLC0415 - not for the first screen

        detail = DetailScreen(self._floor, number)
        self.app.push_screen(detail, lambda _: self.select(detail.number))

    def select(self, number: int | None) -> None:
        """Select a maker, if it is still there and shown."""
        if number is not None:
            self.makers.select(number)

    def on_makers_view_opened(self, _event: MakersView.Opened) -> None:
        """A double click shows the maker whole."""
        self.action_zoom()

    def action_sort(self, step: int) -> None:
        """Sort by the next or the previous of what can be sorted by."""
        is_program = self._floor.run.is_program
        self.makers.sort_by(self.makers.sort.next(step, is_program=is_program))
        self.setup_changed()

    def check_action(
        self,
        action: str,
        parameters: tuple[object, ...],  # noqa: ARG002 - Textual passes them
    ) -> bool | None:
        """Dim what only a program that is not ours has."""
        return True if action != "tree" or self._floor.run.is_program else None

    def action_tree(self) -> None:
        """Show processes under those that started them, or in one list."""
        self.makers.nest(is_tree=not self.makers.is_tree)
        self.setup_changed()

    async def action_filter(self) -> None:
        """Ask what to show only."""
        from chai_tui.tui.keys.fields import FilterField  # noqa: PLC0415 - not for the first screen

        if not self.query(FilterField):
            is_program = self._floor.run.is_program
            field = FilterField(self.makers.wanted, is_program=is_program)
            self._has_filter = True
            with contextlib.suppress(MountError):  # somebody leaves already
                await self.mount(field, before="#keys")
                self.set_focus(field)  # at once: the next key may have been typed already

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        self.makers.show_only(event.value)
        self.setup_changed()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter and give the keys back."""
        await event.input.remove()
        self._has_filter = False

    async def action_show_all(self) -> None:
        """Leave the filter."""
        await self.query("#filter").remove()
        self._has_filter = False
        self.makers.show_only("")
        self.setup_changed()
