"""Draws the pictures in ``assets``: ``python -m tests.pictures``; ``--check`` only compares.

Each is the app itself over a story, so a picture shows what the app draws today, and the same
bytes come out wherever it is drawn. No picture loads anything: fonts are those of the reader.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from textual.pilot import Pilot

from chai_tui.model.engine import Engine
from chai_tui.model.recipe import BUILT_IN
from chai_tui.tui.common.watching import WatchingApp
from tests import kitchens, program_floors, races, replays
from tests.program_floors import still_program
from tests.races import still_race
from tests.replays import still_replay
from tests.still import Size, freeze, pressing, still_app

ASSETS = Path(__file__).parents[1] / "assets"
FONTS = "Fira Code, Cascadia Mono, Menlo, Consolas, DejaVu Sans Mono, monospace"


class Picture(NamedTuple):
    """A picture to draw.

    Attributes:
        name: of its file.
        size: columns and rows.
        app: makes the app.
        keys: what is pressed before it is taken.
    """

    name: str
    size: Size
    app: Callable[[], WatchingApp]
    keys: tuple[str, ...] = ()


PICTURES = (
    Picture(
        "kitchen.svg",
        (120, 36),
        lambda: still_app(kitchens.lively(), recipe=BUILT_IN["masala"], engine=Engine.THREAD),
    ),
    Picture("lesson.svg", (80, 24), lambda: still_app(kitchens.lesson(3.6))),
    Picture("large.svg", (100, 26), lambda: still_app(kitchens.kadak()), ("L",)),
    Picture("log.svg", (100, 24), lambda: still_app(kitchens.troubled()), ("l",)),
    Picture("help.svg", (100, 30), lambda: still_app(kitchens.lively()), ("question_mark",)),
    Picture("engine.svg", (100, 24), lambda: still_app(kitchens.lesson()), ("e",)),
    Picture("signal.svg", (100, 24), lambda: still_app(kitchens.lively()), ("4", "f9")),
    Picture("zoom.svg", (120, 30), lambda: still_app(kitchens.kadak()), ("enter",)),
    Picture("timeline.svg", (120, 22), lambda: still_app(kitchens.morning(), cores=4), ("t",)),
    Picture("taste.svg", (100, 30), lambda: still_race(races.verdict())),
    Picture("program.svg", (120, 32), lambda: still_program(program_floors.lesson())),
    Picture("threads.svg", (120, 34), lambda: still_program(program_floors.training_beside_make())),
    Picture("replay.svg", (120, 32), lambda: still_replay(replays.told(), replays.marked)),
    Picture(
        "crowd.svg",
        (160, 48),
        lambda: still_app(kitchens.crowd(), cores=64, recipe=BUILT_IN["masala"]),
    ),
)


def drawn(picture: Picture) -> str:
    """Return a picture as the text of an SVG file."""
    prepare = pressing(*picture.keys)
    taken: list[str] = []
    app = picture.app()

    async def take(pilot: Pilot[object]) -> None:
        await prepare(pilot)
        taken.append(app.export_screenshot(simplify=True))
        app.exit()

    app.run(headless=True, size=picture.size, auto_pilot=take)
    return _self_contained(taken[0], Path(picture.name).stem)


def _self_contained(svg: str, name: str) -> str:
    """Leave out fonts from the network, and name what is in the picture after it."""
    svg = re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}")
    svg = svg.replace("font-family: arial", "font-family: arial, sans-serif")
    svg = re.sub(r"\bterminal-\d+-", f"{name}-", svg)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Draw the pictures, or say which ones are not as they would be drawn now.

    Args:
        arguments: none, or ``--check``.

    Returns:
        The exit code: 1 if a picture is not current.
    """
    if arguments not in ([], ["--check"]):
        print("usage: python -m tests.pictures [--check]", file=sys.stderr)
        return 2
    stale = 0
    with pytest.MonkeyPatch.context() as patch:
        freeze(patch)
        for picture in PICTURES:
            path, svg = ASSETS / picture.name, drawn(picture)
            if path.is_file() and path.read_text(encoding="utf-8") == svg:
                continue
            if arguments:
                stale += 1
                print(f"{path.name} is not current: run python -m tests.pictures")
            else:
                path.parent.mkdir(exist_ok=True)
                path.write_text(svg, encoding="utf-8", newline="\n")
                print(f"drew {path.name}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
