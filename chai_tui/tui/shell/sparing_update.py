"""Draws of a screen only what changed on it.

Textual asks every widget that is anywhere between the first line that changed and the last for all
its lines, and then uses those that changed. With a header that ticks and a timeline at the bottom
these are all widgets, also those behind others, and most of what a picture takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import wraps
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from textual.geometry import Region

if TYPE_CHECKING:
    from textual._compositor import Compositor
    from textual.strip import Strip
    from textual.widget import Widget


def sparing(original: Any) -> Any:
    """Return what replaces ``Compositor.render_partial_update``."""
    from textual._compositor import ChopsUpdate  # noqa: PLC0415 - a Textual may have none

    @wraps(original)
    def render_partial_update(self: Compositor) -> ChopsUpdate | None:
        """Render what changed since the last time; None if nothing did."""
        spans = [*self._regions_to_spans(self._dirty_regions)]
        self._dirty_regions.clear()
        if not spans:
            return None
        cuts = self.cuts
        chops: list[dict[int, Strip | None]] = [dict.fromkeys(line[:-1]) for line in cuts]
        for y, x, strip in _drawn(self, spans):
            chops[y][x] = strip
        return ChopsUpdate(chops, spans, [line[1:] for line in cuts])

    return render_partial_update


def _drawn(
    compositor: Compositor, spans: list[tuple[int, int, int]]
) -> Iterator[tuple[int, int, Strip]]:
    """Yield line, column and strip of whatever is in front in some spans of the screen."""
    cuts = compositor.cuts
    missing: dict[int, set[int]] = {}  # of each line the chops that nobody drew yet
    for y, left, right in spans:
        begun = {x for x, end in pairwise(cuts[y]) if x < right and end > left}
        missing.setdefault(y, set()).update(begun)
    for widget, (region, clip) in compositor.visible_widgets.items():  # from front to back
        shown = region.intersection(clip)
        left, right = shown.column_span
        lines = [y for y in shown.line_range if any(left <= x < right for x in missing.get(y, ()))]
        for y, strip in zip(lines, _strips(widget, lines, shown, region), strict=True):
            within = [x for x in cuts[y] if left <= x <= right]
            for x, piece in zip(within, strip.divide([x - left for x in within[1:]]), strict=False):
                if x in missing[y]:
                    missing[y].remove(x)
                    yield y, x, piece


def _strips(widget: Widget, lines: list[int], shown: Region, region: Region) -> list[Strip]:
    """Some lines of a widget, as far as it is shown; asked for together."""
    if not lines:
        return []
    first, last = lines[0], lines[-1]
    strips = widget.render_lines(
        Region(shown.x - region.x, first - region.y, shown.width, last - first + 1)
    )
    return [strips[y - first] for y in lines]
