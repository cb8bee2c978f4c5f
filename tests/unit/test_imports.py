"""Who may import whom: the arrows of the design, and what a child pays for."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import chai_tui

PACKAGE = Path(chai_tui.__file__).parent
WORDS = {"recipe", "engine", "events", "source", "text"}
"""What everybody may speak of."""
READING = {"toml_file"}
ALLOWED: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"brew", "cli", "limits", "startup", "terminal"},
    "startup": set(),
    "text": set(),
    "engine": set(),
    "recipe": set(),
    "events": {"engine", "recipe"},
    "source": WORDS,
    "state": WORDS,
    "rounds": {"state"},
    "floor": WORDS | {"state", "rounds"},
    "words": WORDS | {"floor", "state"},
    "endings": WORDS | {"state"},
    "toml_file": WORDS,
    "recipe_file": WORDS | READING,
    "settings": WORDS | READING,
    "terminal": set(),
    "samplers": WORDS | {"cores"},
    "cores": WORDS | {"samplers"},
    "limits": set(),
    "ending_signals": set(),
    "inherited": set(),
    "stations": WORDS | {"limits"},
    "lookout": WORDS | {"cores", "stations"},
    "kitchen": WORDS | {"cores", "stations", "lookout"},
    "plain": WORDS | {"ending_signals", "floor", "state", "words"},
    # Of cores the screen takes only what they are called and how many: UsableCores.
    "tui": WORDS
    | {"floor", "state", "words", "endings", "settings", "cores", "startup", "limits"}
    | {"ending_signals"},
    "views": WORDS | {"inherited", "kitchen", "plain", "settings", "startup", "terminal", "tui"},
    "brew": WORDS | READING | {"settings", "recipe_file", "views", "plain"},
    "cli_parts": WORDS | READING | {"settings", "recipe_file"},
    "cli": WORDS | {"brew", "cli_parts", "plain", "settings"},
}
"""Which parts of the package each part may import; its own are always allowed."""


def part_of(module: str) -> str:
    """Return the part that a dotted name of the package belongs to."""
    return module.split(".")[1] if "." in module else "__init__"


def imports_of(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield what a file imports, and whether it does so when it is itself imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        at_top = id(node) not in inside
        if isinstance(node, ast.Import):
            yield from ((alias.name, at_top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, at_top
            if node.module == "chai_tui":
                yield from ((f"chai_tui.{alias.name}", at_top) for alias in node.names)


def said_by(code: str) -> list[str]:
    """Return the words that a Python of its own prints."""
    result = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    return result.stdout.split()


SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_point_one_way(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    wanted = {
        part_of(name)
        for name, _ in imports_of(path)
        if name.startswith("chai_tui.") and name != "chai_tui.__version__"
    }
    assert wanted - ALLOWED[own] - {own} == set()


def test_only_one_view_imports_the_screen_and_only_inside_a_function() -> None:
    for path in SOURCES:
        own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for name, at_top in imports_of(path):
            if own != "tui" and (name.startswith(("chai_tui.tui", "textual", "rich"))):
                assert own == "views", path
                assert not at_top, path


def test_a_station_needs_the_standard_library_alone() -> None:
    code = (
        "import sys\n"
        "import chai_tui.stations.station\n"
        "print(*sorted(name.partition('.')[0] for name in sys.modules))\n"
    )
    loaded = set(said_by(code))
    for heavy in ("textual", "rich", "click", "psutil", "platformdirs", "asyncio", "tomllib"):
        assert heavy not in loaded
    assert len(loaded) < 150


def test_importing_the_package_imports_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); import chai_tui\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    assert said_by(code) == ["chai_tui"]


def test_the_version_is_looked_up_when_asked_for() -> None:
    assert chai_tui.__version__
    with pytest.raises(AttributeError, match="no attribute 'flavour'"):
        chai_tui.flavour  # noqa: B018


def test_the_screen_is_imported_without_openssl_and_nothing_else_misses_it() -> None:
    code = (
        "import sys\n"
        "from chai_tui import startup\n"
        "startup.import_asyncio_without_ssl()\n"
        "import chai_tui.tui.running\n"
        "print('ssl' in sys.modules)\n"
        "import ssl\n"
        "ssl.create_default_context()\n"
    )
    assert said_by(code) == ["False"]


def test_threads_take_turns_as_usual_once_all_is_started() -> None:
    code = (
        "import gc, sys\n"
        "usual = sys.getswitchinterval()\n"
        "from chai_tui import startup\n"
        "startup.begin()\n"
        "print(sys.getswitchinterval() < usual, gc.isenabled())\n"
        "startup.done(); startup.done()\n"
        "print(sys.getswitchinterval() == usual, gc.isenabled())\n"
    )
    assert said_by(code) == ["True", "False", "True", "True"]
