"""Parts the help into pages that fit the screen, so that nothing needs to be scrolled. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from chai_tui.tui.canvas.prose import heading
from chai_tui.tui.canvas.styles import Line


class Section(NamedTuple):
    """What is explained under one heading.

    Attributes:
        title: the heading.
        entries: the lines of each; lines of one entry stay together.
    """

    title: str
    entries: list[list[Line]]


@dataclass
class Page:
    """What is shown at once.

    Attributes:
        first: which entry of the whole help it begins with.
        titles: of its sections.
        lines: to draw, with headings and blank lines.
    """

    first: int
    titles: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def pages(sections: Iterable[Section], width: int, height: int) -> list[Page]:
    """Return the pages of the help, at least one.

    A section that fits a page stays whole, one that does not goes on under its heading on the next.

    Args:
        sections: in order.
        width: of a page, in cells.
        height: in lines; an entry that is higher has a page of its own and is cut where it is
            drawn.
    """
    made = [Page(0)]
    number = 0
    for title, entries in sections:
        page = made[-1]
        needed = 1 + sum(len(entry) for entry in entries)
        if page.lines and len(page.lines) + 1 + needed > height:
            page = Page(number)
            made.append(page)
        _begin(page, title, width)
        for entry in entries:
            if len(page.lines) + len(entry) > height and page.first < number:
                page = Page(number)
                made.append(page)
                _begin(page, title, width)
            page.lines += entry
            number += 1
    return made


def _begin(page: Page, title: str, width: int) -> None:
    if page.lines:
        page.lines.append([])
    page.titles.append(title)
    page.lines.append(heading(title, width))


def page_with(entry: int, made: list[Page]) -> int:
    """Return the index of the page that an entry of the help is on."""
    return max(0, bisect_right(made, entry, key=attrgetter("first")) - 1)


def contents(made: list[Page], index: int) -> str:
    """Return ``2/6 · words · engines``."""
    return " · ".join([f"{index + 1}/{len(made)}", *made[index].titles])
