"""The help of a tasting as lines: what is on the screen, words and keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chai_tui.model.events import RunBegan
from chai_tui.tui.help.drawing import entry, key_entry
from chai_tui.tui.help.pages import Section
from chai_tui.tui.keys.rows import keys_now
from chai_tui.tui.keys.screen_keys import HELP, LOG, TIMELINE, TIMELINE_ROWS, Place
from chai_tui.tui.keys.taste_keys import PRINTED, ROUNDS, TASTE
from chai_tui.tui.kitchen.core_drawing import LEGEND_NAMED, LEGEND_UNMAPPED

_SEEN = (
    ("GIL held", "strong", "for how much of a call the GIL is held: Python bytecode runs. It is "
        "looked at from outside, at random moments; where it cannot be, “about” is said"),
    ("▐█▌", "brewing", "the rounds of a lane, on one clock for all of them. Lanes take turns, and "
        "their order is drawn anew in each round"),
    ("▐█▌", "dim", "a round of the beginning: it only warms up, and does not count"),
    ("12/16", "strong", "calls of the round that have returned, of so many"),
    ("▕███▒░░▏", "brewing", "the speed-up: full until what it is at least, shaded until what it is "
        "at most, 95 % sure; grey while that is wide"),
    ("1.93×", "strong", "so many times as fast as a plain loop; bold once it is known within 3 %"),
    ("!", "failed", "this lane returned something else than a call made alone"),
)  # fmt: skip
_WORDS = (
    ("call", "one call of the function, with one of the arguments"),
    ("lane", "an engine with so many workers: processes ×2"),
    ("round", "every lane makes the same calls once"),
    ("corrected", "a round without the time in which its threads were ready to run, but others had "
        "the cores"),
    ("plain loop", "one call after another: what the others are compared with"),
    ("asyncio", "all calls at once on one event loop: for an async function"),
    ("threads", "of one process: they share its memory and its GIL"),
    ("interpreters", "threads with an interpreter, and so a GIL, each: from Python 3.14 on"),
    ("processes", "what they are given and what they return is pickled"),
)  # fmt: skip


def tasting_sections(
    keymap: Mapping[str, str], width: int, run: RunBegan, places: Sequence[Place] = (TASTE,)
) -> list[Section]:
    """Return everything that is explained, as lines of exactly ``width`` cells.

    Args:
        keymap: keys of the rows that a user gave others, by the row's id.
        width: of each line, in cells.
        run: where the function is tasted.
        places: the keys of the first screen.
    """
    cores = LEGEND_NAMED if run.maps_cores else LEGEND_UNMAPPED
    seen = [("core 0", "strong", cores), *_SEEN]
    sections = [
        Section("the race", [entry(word, style, text, 15, width) for word, style, text in seen]),
        Section("words", [entry(word, "strong", text, 14, width) for word, text in _WORDS]),
    ]
    for place in (*places, ROUNDS, PRINTED, TIMELINE, TIMELINE_ROWS, LOG, HELP):
        rows = [(keys_now(row, keymap), row.label, row.tooltip) for row in place.rows]
        entries = [key_entry(*row, width) for row in rows if row[0]]
        if sections[-1].title == f"keys: {place.name}":
            sections[-1].entries.extend(entries)
        else:
            sections.append(Section(f"keys: {place.name}", entries))
    return sections
