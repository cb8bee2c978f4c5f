"""What the running program may import later was imported before, where nobody waits for it."""

from __future__ import annotations

import sys

import pytest

from chai_tui.tui.replay_app import TasteReplayApp
from chai_tui.tui.shell.preloading import LATER, LATER_OF_TASTING
from tests.unit.test_imports import SOURCES, imports_of, module_name, room_of, said_by

ROOMS = {"model", "state", "explain", "host", "config", "samplers", "tui"}
"""What runs beside the screen, in its process; a test of the process has sources too."""
AT_START = {
    "tomllib",  # settings and recipes are read then
    "difflib",
    "psutil",  # for systems that have no other way
    "chai_tui.samplers.linux",  # a kitchen and a program choose one of them
    "chai_tui.samplers.linux_program",
    "_remote_debugging",  # by a thread that keeps nobody waiting
    "chai_tui.samplers.portable",
    "chai_tui.tui.terminal.ascii_drawing",  # and the driver what it draws with
    "chai_tui.__version__",  # no module
    "chai_tui.tui.taste_app",  # the other apps
    "chai_tui.tui.replay_app",
    "chai_tui.tui.program_app",
    "chai_tui.recording.playing.player",  # in a thread that nobody waits for
}
"""What is needed before the first screen is shown, if at all."""
STARTED = f"""
import sys
from importlib import import_module
import chai_tui.sources.live.kitchen, chai_tui.tui.run_app, chai_tui.tui.terminal.driver
for name in {LATER}:
    import_module(name)
print(*sys.modules)
"""
TASTING = f"""
import sys
from importlib import import_module
import chai_tui.tui.run_app, chai_tui.tui.taste_app, chai_tui.tui.terminal.driver
for name in {(*LATER, *LATER_OF_TASTING)}:
    import_module(name)
print(*sys.modules)
"""
"""The same of a tasting."""
REPLAY = f"""
import sys
from importlib import import_module
import chai_tui.tui.run_app, chai_tui.tui.replay_app, chai_tui.tui.terminal.driver
for name in {TasteReplayApp.later}:
    import_module(name)
print(*sys.modules)
"""
"""The same of a recording of a tasting, whose app has everything that one of a kitchen has."""


@pytest.mark.skipif(sys.platform == "win32", reason="a module or two are not there")
def test_every_import_inside_a_function_is_over_before_it_is_needed() -> None:
    kitchen, tasting = set(said_by(STARTED)), set(said_by(TASTING))
    replay = set(said_by(REPLAY))
    late = {
        (module, name)
        for path in SOURCES
        for name, at_top in imports_of(path)
        if room_of(module := module_name(path)).split(".")[0] in ROOMS
        and not at_top
        and name not in AT_START
        and name
        not in (replay if is_of_replay(module) else tasting if is_of_tasting(module) else kitchen)
    }
    assert late == set()


def is_of_tasting(module: str) -> bool:
    """Whether a module is for a tasting's screen alone."""
    return module.removeprefix("chai_tui.").startswith(("tui.taste", "tui.help.tasting"))


def is_of_replay(module: str) -> bool:
    """Whether a module is for a recording's screens alone."""
    return module.removeprefix("chai_tui.").startswith("tui.replay")


def test_nothing_is_listed_that_is_there_anyway_or_nowhere() -> None:
    first = "import sys, chai_tui.tui.run_app; print(*sys.modules)"
    assert set(said_by(first)) & set(LATER) <= {"platformdirs", "resource"}
    assert set(LATER) <= set(said_by(STARTED))
    app = "import sys, chai_tui.tui.run_app, chai_tui.tui.taste_app; print(*sys.modules)"
    assert not set(said_by(app)) & set(LATER_OF_TASTING)
    assert set(LATER_OF_TASTING) <= set(said_by(TASTING))


def test_a_report_of_rich_needs_nothing_more() -> None:
    code = (
        f"{STARTED.strip().removesuffix('print(*sys.modules)')}\n"
        "from chai_tui.tui.shell.crash_report import rendered\n"
        "from rich.traceback import Traceback\n"
        "before = set(sys.modules)\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    text = rendered([Traceback()])\n"
        "print(*set(sys.modules) - before)\n"
    )
    assert said_by(code) == []
