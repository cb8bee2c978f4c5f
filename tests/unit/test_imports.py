"""Who may import whom: the arrows of the design, and what a child pays for."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import chai_tui

PACKAGE = Path(chai_tui.__file__).parent
WORDS = ("explain", "explain.wording", "explain.program")
"""The rooms that make sentences of what happened."""
FOUND = ("findings", "findings.evidence")
"""The rooms that find what is wrong with a program."""
RACE = ("race", "race.rounds")
"""The rooms of a tasting's figures."""
STATE = ("state", "state.makers")
"""The rooms of the state that events are folded into."""
ALLOWED: dict[str, set[str]] = {
    "__main__": {"cli", "cli.common", "host"},
    "model": set(),
    "race.rounds": {"model"},
    "race": {"model", "race.rounds"},
    "state.makers": {"model"},
    "state": {"model", "race.rounds", "state.makers"},
    "explain.wording": {"model", *STATE},
    "explain.program": {"model", *STATE, "explain.wording"},
    "explain": {"model", *RACE, *STATE, "explain.wording", "explain.program"},
    "explain.tasting": {"model", *RACE, *WORDS},
    "findings.evidence": {"model", *STATE, *WORDS},
    "findings": {"model", *STATE, "findings.evidence", *WORDS},
    "recording": {"model", *STATE, *WORDS},
    "recording.playing": {"model", *STATE, *FOUND, "recording"},
    "recording.export": {
        "model", *RACE, *STATE, *WORDS, "explain.tasting", *FOUND, "recording"
    },
    "recording.export.traces": {"model", *RACE, "explain.tasting", "recording.export"},
    "recording.export.page": {
        "model", *STATE, *WORDS, "explain.tasting", *FOUND, "recording.export"
    },
    "recording.diff": {"model", *STATE, *WORDS, "recording.export"},
    "host": {"model"},
    "samplers.waiting": {"model"},
    "samplers.frames": {"model"},
    "samplers.gil": {"model", "samplers.waiting"},
    "samplers.kernel": {"model", "samplers.gil"},
    "samplers": {
        "model", "host", "samplers.waiting", "samplers.frames", "samplers.gil", "samplers.kernel"
    },
    "sources.live.station.calls": {"model"},
    "sources.live.station": {"model", "host", "sources.live.station.calls"},
    "sources.live.processes": {"model", "host", "sources.live.station"},
    "sources.live": {
        "model", "host", "samplers", "sources.live.station", "sources.live.processes"
    },
    "sources.simulated": {"model"},
    "sources.replay": {"model", "recording", "recording.playing"},
    "sources.taste.runner": set(),
    "sources.taste.runner._chai_taste.subject": set(),
    "sources.taste.runner._chai_taste": {"sources.taste.runner._chai_taste.subject"},
    "sources.program.hook": set(),
    "sources.program.hook._chai_hook": set(),
    "sources.program.hook._chai_hook.waits": {"sources.program.hook._chai_hook"},
    "sources.program.processes": {"model", "host", "samplers.kernel"},
    "sources.program.hearing": {"model", "sources.live"},
    "sources.program.stations": {
        "model", "host", "samplers", "samplers.gil", "samplers.kernel", "sources.program.processes"
    },
    "sources.program": {
        "model", "host", "samplers", "sources.live", "sources.program.hearing",
        "sources.program.processes", "sources.program.stations",
    },
    "sources.taste": {
        "model", *RACE, "explain.tasting", "host", "samplers", "samplers.gil",
        "sources.live.station",
    },
    "views": {"model", *RACE, *STATE, *WORDS, "explain.tasting", *FOUND, "host"},
    "config": {"model"},
    "tui.canvas": {"model", *STATE, *WORDS},
    "tui.keys": {"model", *STATE, *WORDS, "tui.canvas"},
    "tui.terminal": {"host"},
    "tui.shell": {"model", *STATE, *WORDS, "host", "tui.canvas", "tui.keys", "tui.terminal"},
    "tui.dialogs": {"model", *STATE, *WORDS, *FOUND, "tui.canvas", "tui.keys"},
    "tui.detail": {"model", *STATE, *WORDS, "tui.canvas", "tui.keys"},
    "tui.timeline": {"model", *STATE, *WORDS, "tui.canvas", "tui.keys", "tui.detail"},
    "tui.panels": {"model", *STATE, *WORDS, "tui.canvas"},
    "tui.makers": {"model", *STATE, *WORDS, "tui.canvas", "tui.keys", "tui.panels"},
    "tui.kitchen": {
        "model", *STATE, *WORDS, "tui.canvas", "tui.keys", "tui.makers", "tui.detail",
        "tui.timeline",
    },
    "tui.taste": {
        "model", *RACE, *STATE, *WORDS, "explain.tasting", "tui.canvas", "tui.keys",
        "tui.kitchen", "tui.timeline",
    },
    "tui.replay": {
        "model", *RACE, *STATE, *WORDS, "recording", "recording.playing", "tui.canvas",
        "tui.keys", "tui.dialogs",
    },
    "tui.help": {
        "model", *STATE, *WORDS, "tui.canvas", "tui.keys", "tui.kitchen", "tui.timeline"
    },
    "tui.common": {
        "model", *STATE, "explain.wording", "host", "config", "recording", "tui.keys", "tui.shell"
    },
    "tui": {
        "model", *RACE, *STATE, *WORDS, "explain.tasting", *FOUND, "host", "config",
        "tui.canvas", "tui.keys", "tui.shell", "tui.terminal",
        "tui.dialogs", "tui.detail", "tui.timeline", "tui.makers", "tui.kitchen", "tui.taste",
        "tui.replay", "tui.help", "tui.common", "recording", "recording.playing",
    },
    "cli.common": {"model", "config", "host", "views", "recording"},
    "cli.recordings": {
        "model", *WORDS, "recording", "recording.playing", "recording.export",
        "recording.export.traces", "recording.export.page", "recording.diff", "host",
        "sources.replay", "views", "config", "tui", "tui.common", "cli.common",
    },
    "cli.programs": {
        "model", "config", "host", *STATE, "views", "sources.program", "recording", "tui",
        "tui.common", "cli.common",
    },
    "cli": {
        "model", "config", "host", "views", "sources.live.station.calls", "sources.live",
        "sources.simulated", "sources.taste", "recording", "tui", "tui.common", "cli.common",
        "cli.recordings", "cli.programs",
    },
    "tasting": {"model", *RACE, *STATE, "explain.tasting", "config", "sources.taste"},
    "": {"tasting"},  # the package itself, lazily
}  # fmt: skip
"""From the words at the bottom to the command line at the top: which rooms each room may import;
its own modules are always allowed. Every arrow goes to a room that stands above it in this list."""
MOST_MODULES = 15


def room_of(module: str) -> str:
    """Return the room that a dotted name of the package belongs to: the longest that is listed."""
    parts = module.split(".")[1:]
    rooms = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((room for room in rooms if room in ALLOWED), "")


def module_name(path: Path) -> str:
    """Return the dotted name of a file of the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(("chai_tui", *parts)).removesuffix(".__init__")


@cache
def imports_of(path: Path) -> list[tuple[str, bool]]:
    """Return what a file imports, and whether it does so when it is itself imported."""
    return [*_imports_of(path)]


def _imports_of(path: Path) -> Iterator[tuple[str, bool]]:
    todo: list[tuple[ast.AST, bool]] = [(ast.parse(path.read_text(encoding="utf-8")), True)]
    while todo:
        node, at_top = todo.pop()
        within = at_top and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        todo += (
            (child, within)
            for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case)  # no expression
        )
        if isinstance(node, ast.Import):
            yield from ((alias.name, at_top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, at_top
            if node.module == "chai_tui":
                yield from ((f"chai_tui.{alias.name}", at_top) for alias in node.names)


@cache
def said_by(code: str) -> list[str]:
    """Return the words that a Python of its own prints."""
    result = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    return result.stdout.split()


SOURCES = sorted(PACKAGE.rglob("*.py"))


def test_arrows_point_one_way() -> None:
    wrong = {}
    for path in SOURCES:
        own = room_of(module_name(path))
        wanted = {
            room_of(name)
            for name, _ in imports_of(path)
            if name.startswith("chai_tui.") and name != "chai_tui.__version__"
        }
        if beyond := wanted - ALLOWED.get(own, set()) - {own}:
            wrong[str(path.relative_to(PACKAGE))] = beyond
    assert wrong == {}


def test_no_room_imports_one_that_stands_below_it() -> None:
    order = list(ALLOWED)
    for room, allowed in ALLOWED.items():
        if room != "__main__":
            assert all(order.index(other) < order.index(room) for other in allowed), room


def test_there_is_no_circle_of_imports() -> None:
    modules = {module_name(path): path for path in SOURCES}
    del modules["chai_tui"]  # whoever asks it for what it hands out lazily, imports that then
    wanted = {
        name: {other for other, _ in imports_of(path) if other in modules} - {name}
        for name, path in modules.items()
    }
    while leaves := {name for name, others in wanted.items() if not others & wanted.keys()}:
        wanted = {name: others for name, others in wanted.items() if name not in leaves}
    assert not wanted


def test_every_room_is_listed_and_small_enough_to_be_known() -> None:
    for folder in {path.parent for path in SOURCES} - {PACKAGE, PACKAGE / "sources"}:
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert ".".join(folder.relative_to(PACKAGE).parts) in ALLOWED, folder
        assert len(modules) <= MOST_MODULES, folder


TELLS_OF_THIS_MACHINE = {"os", "platform", "psutil", "resource", "signal", "socket", "sys"}
"""What a view would ask of the system and the interpreter that it runs on itself."""
OF_THIS_TERMINAL = {"chai_tui.tui.run_app", "chai_tui.views.run"}
"""They drive a view in this process: its signals, its streams, its end."""


def test_what_shows_a_run_asks_nothing_of_the_machine_it_is_shown_on() -> None:
    for path in SOURCES:
        name = module_name(path)
        room = room_of(name)
        driving = {"tui.shell", "tui.terminal"}  # this machine's terminal
        shows = room.split(".")[0] in {"state", "explain", "views", "tui"} and room not in driving
        if shows and name not in OF_THIS_TERMINAL:
            asked = {wanted.partition(".")[0] for wanted, _ in imports_of(path)}
            assert not asked & TELLS_OF_THIS_MACHINE, name


def test_only_the_command_line_imports_the_screen_and_only_inside_a_function() -> None:
    for path in SOURCES:
        own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for name, at_top in imports_of(path):
            if own != "tui" and (name.startswith(("chai_tui.tui", "textual", "rich"))):
                assert own == "cli", path
                assert not at_top, path


def test_a_station_needs_the_standard_library_alone() -> None:
    code = (
        "import sys\n"
        "import chai_tui.sources.live.station.main\n"
        "print(*sorted(name.partition('.')[0] for name in sys.modules))\n"
    )
    loaded = set(said_by(code))
    for heavy in ("textual", "rich", "click", "psutil", "platformdirs", "asyncio", "tomllib"):
        assert heavy not in loaded
    assert len(loaded) < 150


OF_THE_RUNNER = sorted((PACKAGE / "sources" / "taste" / "runner").rglob("*.py"))


@pytest.mark.parametrize("path", OF_THE_RUNNER, ids=lambda path: path.stem)
def test_the_runner_is_python_3_9_and_needs_the_standard_library_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert all(alias.name in sys.stdlib_module_names for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            top = (node.module or "").partition(".")[0]
            assert top in sys.stdlib_module_names or path.stem == "__main__"


OF_THE_HOOK = sorted((PACKAGE / "sources" / "program" / "hook").rglob("*.py"))


@pytest.mark.parametrize("path", OF_THE_HOOK, ids=lambda path: path.stem)
def test_the_hook_is_python_3_8_and_needs_little_of_the_standard_library(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    wanted = {name.partition(".")[0] for name, _ in imports_of(path)}
    wanted -= {other.stem for other in OF_THE_HOOK} | {"_chai_hook"}
    # Anything else would take its milliseconds of every process.
    light = {"__future__", "_socket", "_thread", "atexit", "errno", "fcntl", "os", "select", "sys"}
    light |= {
        "_imp",
        "_signal",
        "termios",
        "itertools",
        "_functools",
        "_operator",
        "_weakref",
    }  # of C
    typing_only = {"collections", "types", "typing"}  # under TYPE_CHECKING
    assert wanted <= light | typing_only | {"time"}
    top = {name.name for node in tree.body if isinstance(node, ast.Import) for name in node.names}
    assert not top & typing_only


def test_the_runner_hears_no_audit_events() -> None:
    # A hook cannot be taken back; one makes copy.deepcopy() several times slower where it is.
    assert not any("addaudithook" in path.read_text(encoding="utf-8") for path in OF_THE_RUNNER)


def test_importing_the_package_imports_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); import chai_tui\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    assert said_by(code) == ["chai_tui"]


def test_the_screen_is_imported_without_openssl_and_nothing_else_misses_it() -> None:
    code = (
        "import sys\n"
        "from chai_tui.host import startup\n"
        "startup.import_asyncio_without_ssl()\n"
        "import chai_tui.tui.run_app\n"
        "print('ssl' in sys.modules)\n"
        "import ssl\n"
        "ssl.create_default_context()\n"
    )
    assert said_by(code) == ["False"]


def test_threads_take_turns_as_usual_once_all_is_started() -> None:
    code = (
        "import gc, sys\n"
        "usual = sys.getswitchinterval()\n"
        "from chai_tui.host import startup\n"
        "startup.begin()\n"
        "print(sys.getswitchinterval() < usual, gc.isenabled())\n"
        "startup.done(); startup.done()\n"
        "print(sys.getswitchinterval() == usual, gc.isenabled())\n"
    )
    assert said_by(code) == ["True", "False", "True", "True"]
