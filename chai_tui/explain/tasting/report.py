"""A tasting in words: what it is doing, and what came of it, as lines; pure."""

from __future__ import annotations

import re

from chai_tui.explain.formatting import counted, percent, span_text, speed_text
from chai_tui.explain.tasting.notes import engine_noun, listed, others_text, two_digits
from chai_tui.explain.tasting.table import (
    HEADINGS,
    Row,
    lane_rows,
    legend_text,
    phase_text,
    table_lines,
)
from chai_tui.explain.tasting.verdict import kind_text, verdict_sentence
from chai_tui.model.engine import Engine
from chai_tui.model.race_events import PRINTED_AT_MOST
from chai_tui.model.text import printable
from chai_tui.race.forecast import (
    CORES,
    Forecast,
    call_seconds,
    forecast,
    items_allow,
    lane_of,
    pays_from,
    would_not_help,
)
from chai_tui.race.kind import Nature, kind_of
from chai_tui.race.records import Race
from chai_tui.race.statistics import standings

__all__ = [
    "HEADINGS",
    "Row",
    "failure_text",
    "forecast_text",
    "kind_text",
    "lane_rows",
    "legend_text",
    "others_text",
    "pays_text",
    "phase_text",
    "report_lines",
    "table_lines",
    "verdict_sentence",
    "what_text",
]

CUTS = 0.99
"""Items are told to set a limit if a speed-up reaches this part of it."""
RECIPES = "chai_tui."
"""The functions in which recipes are brewed are ours: nobody knows their names."""
_VERB = re.compile(r"(?!(?:its|this|items)\b)[a-z]+s\b")
_FILE = re.compile(r"^\S*[\w/\\]\.\w+\b|\S*[/\\]\S")


def report_lines(race: Race) -> list[str]:
    """Return what came of it: the function, the table, what follows from it, the verdict."""
    lines = [_what(race)]
    if race.lanes:
        lines += ["", *table_lines(race)]
        if legend := legend_text(race):
            lines.append(f"  {legend}")
    texts = (pays_text, forecast_text, others_text, printed_text)
    if notes := [note for text in texts if (note := text(race))]:
        lines += ["", *notes]
    if race.judged is not None:
        lines += ["", race.judged.sentence]
    return lines


def _what(race: Race) -> str:
    name = what_text(race)
    return " ".join(filter(None, (f"{name}." if name else "", kind_text(race))))


def printed_text(race: Race) -> str:
    """Return how many lines the function printed; empty if none."""
    if not race.printed_count:
        return ""
    lines = counted(race.printed_count, "line")
    more = " or more" if race.printed_count >= PRINTED_AT_MOST else ""
    return f"The function printed {lines}{more}: that takes time, too."


# Other calls, other machines


def pays_text(race: Race) -> str:
    """Return from which length of a call on processes pay on this machine; empty if unknown.

    Nor is it said where the race shows otherwise.
    """
    least, call, lane = pays_from(race), call_seconds(race), lane_of(race, Engine.PROCESS)
    if least is None or call is None or lane is None:
        return ""
    raced = next(one for one in standings(race) if one.lane is lane)
    if call > least and raced.high < 1.0:
        return ""
    how = ", handed over one at a time" if call < least and raced.low > 1.0 else ""
    return (
        "Processes are worth it on this machine once a call takes over about "
        f"{span_text(two_digits(least))}{how}; here it takes {span_text(call)}."
    )


def forecast_text(race: Race) -> str:
    """Return what more cores would give at most; empty if that is unknown."""
    kind, ahead = kind_of(race), forecast(race)
    if not ahead or kind is None:
        return ""
    if kind.nature is Nature.USES_CORES:
        return "What more cores would give is not known: the function uses several by itself."
    useless = listed([engine_noun(engine) for engine in would_not_help(race)], "or")
    what = "workers" if kind.nature is Nature.WAITS else "cores"
    gives = _gives(ahead)
    if not gives:
        return f"More {useless} would not help." if useless else ""
    law = f"by Amdahl's law{_items(race, ahead)}"
    text = f"With {listed([f'{cores}' for cores in CORES])} {what}: {'; '.join(gives)} ({law})."
    return f"{text} More {useless} would not help." if useless else text


def _gives(ahead: list[Forecast]) -> list[str]:
    """What each engine gives at most that gives anything."""
    named = (
        (Engine.THREAD, [entry.threads for entry in ahead]),
        (Engine.PROCESS, [entry.processes for entry in ahead]),
    )
    return [
        f"{engine_noun(engine)} at most {listed([speed_text(times) for times in speeds if times])}"
        for engine, speeds in named
        if any(speeds)
    ]


def _items(race: Race, ahead: list[Forecast]) -> str:
    """What the items allow, where that is what holds up."""
    most = items_allow(race)
    best = max(max(entry.threads or 0.0, entry.processes or 0.0) for entry in ahead)
    if race.loaded is None or best < CUTS * most:
        return ""
    items = race.loaded.items
    if race.tasted is None or most >= CUTS * items:
        there = f"there {'is' if items == 1 else 'are'} only {counted(items, 'item')}"
        return f"; never over {speed_text(most)}, as {there}"
    longest = span_text(race.tasted.longest)
    return f"; never over {speed_text(most)} with all {items} items, as the longest takes {longest}"


# Its name, and why it failed


def name_text(race: Race) -> str:
    """Return the function's name with its module, or a recipe's; empty if nothing was asked for."""
    target = printable(race.began.target) if race.began else ""
    if race.loaded is None or _is_recipe(race):
        return target
    return race.loaded.name


def _is_recipe(race: Race) -> bool:
    loaded = race.loaded
    return loaded is not None and (loaded.scale != 1 or loaded.name.startswith(RECIPES))


def what_text(race: Race) -> str:
    """Return the name, and of a recipe at which part of its length: ``grind, at 1/75 of …``."""
    name, scale = name_text(race), race.loaded.scale if race.loaded else 1.0
    if not name or scale >= 1 or scale <= 0:
        return name
    times = 1 / scale
    part = f"1/{times:.0f}" if times >= 1.95 else percent(scale)
    return f"{name}, at {part} of its length"


def failure_text(race: Race) -> str:
    """Return why the function cannot be tasted, with its name in front; empty if it can.

    For example ``work.fails raises ValueError: no milk with item 5 ('water')``. A text that begins
    with a file, a path or the name already stays as it is.
    """
    if race.failed is None:
        return ""
    text, name = printable(race.failed.text), name_text(race)
    if not name or _is_named(text, name, race):
        return text
    if text.startswith("it "):
        return f"{name} {text.removeprefix('it ')}"
    return f"{name} {text}" if _VERB.match(text) else f"{name}: {text}"


def _is_named(text: str, name: str, race: Race) -> bool:
    """Whether a text says what it is about."""
    if _VERB.match(text):
        return False
    about = text.partition(": ")[0]
    target = printable(race.began.target) if race.began else name
    last = re.split(r"[.:]", name)[-1]
    begins = re.match(rf"{re.escape(last)}\b", text) is not None
    return name in text or target in text or begins or _FILE.search(about) is not None
