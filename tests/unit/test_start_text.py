"""What it took until a maker began, in words."""

from __future__ import annotations

import pytest

from chai_tui.explain.start_text import start_text
from chai_tui.model.engine import Engine
from chai_tui.model.events import Started
from tests.builders import BEGAN, floor_of, seated


@pytest.mark.parametrize(
    ("engine", "seconds", "modules", "text"),
    [
        (Engine.PROCESS, 0.036, 158, "after 36 ms, 158 modules imported"),
        (Engine.PROCESS, 0.036, 1, "after 36 ms, 1 module imported"),
        (Engine.PROCESS, 2.5, 0, "after 2,500 ms"),
        (Engine.PROCESS, -0.1, 0, "after 0.0 ms"),
        (Engine.INTERPRETER, 0.024, 90, "after 24 ms, 90 modules imported"),
        (Engine.THREAD, 0.0004, 158, "after 0.4 ms"),
        (Engine.ASYNCIO, 0.0004, 158, "after 0.4 ms"),
    ],
)
def test_it_tells_how_long_it_took_and_what_was_imported_for_it(
    engine: Engine, seconds: float, modules: int, text: str
) -> None:
    floor = floor_of(*seated(1, engine=engine), Started(BEGAN + seconds, 1, 1, 1, modules))
    assert start_text(floor.makers[1]) == text


def test_nothing_is_told_of_one_that_did_not_start() -> None:
    assert start_text(floor_of(*seated(1)).makers[1]) == ""
