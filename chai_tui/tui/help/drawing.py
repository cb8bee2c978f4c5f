"""The help as lines: states, bars, signs, words and keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len

from chai_tui.explain.engine_text import engine_text
from chai_tui.explain.start_text import MAIN_GUARD, START_METHODS
from chai_tui.explain.wording.formatting import GLYPHS
from chai_tui.model.engine import Engine
from chai_tui.model.text import printable
from chai_tui.state.makers.records import State
from chai_tui.tui.canvas.maker_facts import state_name
from chai_tui.tui.canvas.prose import beside, paragraph, wrapped
from chai_tui.tui.canvas.styles import Line, fit, fit_text
from chai_tui.tui.help import of_program
from chai_tui.tui.help.pages import Section
from chai_tui.tui.keys.rows import Row, keys_now
from chai_tui.tui.keys.screen_keys import PLACES
from chai_tui.tui.kitchen.core_drawing import LEGEND
from chai_tui.tui.timeline.legend import EXPLAINED, GIL_SIGN

_STATES: dict[State, str] = {
    State.SEATED: "has its place, but did not start yet",
    State.BREWING: "follows its recipe",
    State.PAUSED: "the system has stopped its process; it goes on where it was",
    State.SERVED: "followed its whole recipe, and was joined",
    State.FAILED: "raised an exception, or ended itself with an exit code",
    State.STOPPED: "was asked to stop, and did",
    State.KILLED: "was ended by a signal",
    State.ENDED: "is gone, and nobody knows how it ended",
}

_WORDS: tuple[tuple[str, str], ...] = (
    ("maker", "a worker, brewing one recipe"),
    ("recipe", "a workload: named steps"),
    ("wait", "a step that sleeps, like a program that waits for a file or the network (I/O-bound)"),
    ("compute", "a step of Python bytecode: it needs a core, and holds the GIL (CPU-bound)"),
    ("native", "a step of C code that needs a core, but lets go of the GIL"),
    ("station", "a process; the makers in one frame share its memory"),
    ("engine", "an execution model: how makers are seated at stations"),
    ("kitchen", "the supervisor: it starts, watches and joins the processes"),
    ("core", "a CPU that this process may use; its colour is the same everywhere"),
    (
        "GIL",
        "Python's global interpreter lock: in one interpreter, and a process has mostly one, one "
        "thread runs bytecode at a time; a free-threaded Python has none",
    ),
    ("join", "wait until a process or thread has ended; only then is its exit code known"),
    *START_METHODS.items(),
    ("main guard", MAIN_GUARD),
)

_BARS: tuple[tuple[str, str], ...] = (
    ("▕████░░░▏", "how much of the current step is done"),
    ("core 0", LEGEND),
    ("at once", "CPU seconds a second: threads that share a GIL stay under 1, processes do not"),
    ("cpu", "time on a core; a second of it for each second on the clock is 100 %"),
    ("cup 1", "a global variable counts cups: to 1 where a maker has its own, on where many share"),
    ("core 0 75 %", "where it is, and for which share of the last second it was on a core"),
    ("no core", "it is ready to run, but every core is taken: for this share of the last second"),
    ("GIL 25 %", "its share of the GIL: of its time on a core, it has it while it runs bytecode"),
    ("waits", "it has work to do, but another thread of its process holds the GIL"),
    ("held up", "a task that cannot go on: another one computes and keeps the event loop"),
    ("memory", "what only this process has; what it shares with others is left out"),
)  # fmt: skip

_OF_THE_GIL = frozenset({"GIL 25 %", "waits", "no GIL 66 %"})
_MEASURED = "here the kernel tells for which lock it sleeps"
_INFERRED = "inferred here: a step of bytecode that neither runs nor is ready waits for the GIL"

_SPREAD = (
    "A maker is sampled about twice a second, and a cell is one sample or several: how high it is "
    "says for how much of that time it had a core, not when. Why not for the rest stands under it, "
    "or is the colour behind it. Beginnings, ends, pauses and who is held up are told by events, "
    "each in the column in which it lies."
)

_PALETTE = (
    "What the kitchen's keys do can also be found by name in the palette, and a key that is "
    "written on the screen can be clicked."
)

_GROUPS = ("replay", "makers", "selection", "display", "program")
_OPENED_BY = {"engine": "engine", "signal": "signal", "sure?": "kill", "found": "findings"}
"""Which row opens a place that is not everywhere."""
_PROGRAM = {"palette", "help", "quit", "interrupt"}


def group_of(row: Row) -> str:
    """Return the group of keys that a row belongs to."""
    if row.id.startswith("replay-"):
        return "replay"
    if row.needs is not None:
        return "makers"
    if row.id.startswith("select-"):
        return "selection"
    return "program" if row.id in _PROGRAM else "display"


def help_sections(
    rows: Sequence[Row],
    keymap: Mapping[str, str],
    width: int,
    *,
    has_gil: bool = True,
    measures_gil: bool = False,
    is_program: bool = False,
) -> list[Section]:
    """Return the whole help: what is on the screen, then words, then keys.

    Args:
        rows: the table of commands.
        keymap: keys of the rows that a user gave others, by the row's id.
        width: of each line, in cells.
        has_gil: whether this Python has a GIL.
        measures_gil: whether the system tells who waits for it.
        is_program: whether a program that is not ours is shown.
    """
    explained = [
        Section(title, [entry(word, style, meaning, cells, width) for word, style, meaning in all_])
        for title, cells, all_ in _explained(
            has_gil=has_gil, measures_gil=measures_gil, is_program=is_program
        )
    ]
    timeline = next(section for section in explained if section.title == "timeline")
    timeline.entries.append(paragraph(_SPREAD, width, indent=1))
    keys = [*_keys_by_place(rows, keymap, width)]
    palette = paragraph(_PALETTE, width, "dim", indent=1)
    keys[-1].entries.append(palette)
    return [*explained, *keys]


def _keys_by_place(rows: Sequence[Row], keymap: Mapping[str, str], width: int) -> Iterator[Section]:
    places = {group: [row for row in rows if group_of(row) == group] for group in _GROUPS}
    offered = {row.id for row in rows}
    for place in PLACES:
        if _OPENED_BY.get(place.name, "help") in offered:
            places.setdefault(place.name, []).extend(place.rows)
    for name, keys_of_place in places.items():
        listed = [
            (keys, "Select" if name == "selection" else row.label, row.tooltip)
            for row in keys_of_place
            if (keys := keys_now(row, keymap))
        ]
        if listed:
            yield Section(f"keys: {name}", [key_entry(*key, width) for key in listed])


def _explained(
    *, has_gil: bool, measures_gil: bool, is_program: bool
) -> Iterator[tuple[str, int, list[tuple[str, str, str]]]]:
    """What is explained under each heading: words with their styles, and cells for a word."""
    states = [
        (f"{GLYPHS[state]} {state_name(state, is_ours=not is_program)}", str(state), text)
        for state, text in (of_program.STATES if is_program else _STATES).items()
    ]
    yield "states", 12, states
    how = _MEASURED if measures_gil else _INFERRED
    yield (
        "bars and numbers",
        15,
        [
            (sign, "strong", f"{meaning}: {how}" if sign == "waits" else meaning)
            for sign, meaning in (*_BARS, *(of_program.BARS if is_program else ()))
            if (has_gil or sign not in _OF_THE_GIL)
            and not (is_program and sign in of_program.BARS_LEFT_OUT)
        ],
    )
    signs = [sign for sign in EXPLAINED if has_gil or sign is not GIL_SIGN]
    yield "timeline", 15, [(f"{s.span[0]} {s.short}", s.span[1], s.meaning) for s in signs]
    words = _WORDS
    if is_program:
        kept = (pair for pair in _WORDS if pair[0] in of_program.WORDS_KEPT)
        words = (*of_program.WORDS, *kept)
    yield "words", 12, [(word, "strong", meaning) for word, meaning in words]
    if is_program:
        return
    engines = [(engine, engine_text(engine, has_gil=has_gil)) for engine in Engine]
    yield "engines", 12, [(str(one), "strong", text.partition(": ")[2]) for one, text in engines]


def key_entry(keys: str, label: str, tooltip: str, width: int) -> list[Line]:
    """Return a key with what it does, as lines of exactly ``width`` cells."""
    if width < 56:
        return entry(printable(keys), "strong", tooltip, 10, width)
    return entry(f"{fit_text(printable(keys), 9)} {label}", "strong", tooltip, 22, width)


def entry(word: str, style: str, meaning: str, cells: int, width: int) -> list[Line]:
    """Return a word with its meaning beside it, or under it where there is no room beside.

    Args:
        word: what is explained.
        style: of the word.
        meaning: of the word.
        cells: for the word.
        width: of each line, in cells.
    """
    head: Line = [(" ", ""), (word, style)]
    if width < cells + 16 or cell_len(word) >= cells:
        indent = 3 if width < cells + 16 else cells + 1
        return [fit(head, width), *paragraph(meaning, width, indent=indent)]
    pieces: list[Line] = [[(line, "")] for line in wrapped(meaning, width - cells - 1)]
    return beside(fit(head, cells + 1), pieces, width)
