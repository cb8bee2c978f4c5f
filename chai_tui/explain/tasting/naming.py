"""What a tasted function is called, and why it cannot be tasted; pure."""

from __future__ import annotations

import re

from chai_tui.explain.wording.formatting import percent
from chai_tui.model.text import printable
from chai_tui.race.rounds.records import Race

RECIPES = "chai_tui."
"""The functions in which recipes are brewed are ours: nobody knows their names."""
_VERB = re.compile(r"(?!(?:its|this|items)\b)[a-z]+s\b")
_FILE = re.compile(r"^\S*[\w/\\]\.\w+\b|\S*[/\\]\S")


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
