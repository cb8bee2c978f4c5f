"""The installation is removed while the screen runs: a package manager at work, or ``rm -r``."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.storm import removable_program
from tests.storm.promise import Force, Promise, require
from tests.terminal import Terminal

NEEDED = (
    "chai_tui",
    "textual",
    "rich",
    "pygments",
    "platformdirs",
    "markdown_it",
    "mdurl",
    "mdit_py_plugins",
    "typing_extensions",
    "click",
    "setproctitle",
    "psutil",
)
"""What stands on the program's path, besides the standard library."""
SLOW = '[[steps]]\nname = "steep"\nwait = 600\n'


class Removable:
    """chai-tui in a terminal, from a folder that can be taken away.

    Args:
        folder: of this test's own.
        arguments: the program's.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._installed = folder / "installed"
        self._notes = folder / "notes"
        self.home = folder / "home"
        for each in (self._installed, self._notes, self.home):
            each.mkdir()
        for name in NEEDED:
            found = importlib.util.find_spec(name)
            if found is not None and found.origin is not None:
                origin = Path(found.origin)
                whole = origin.parent if origin.name == "__init__.py" else origin
                (self._installed / whole.name).symlink_to(whole)
        script = folder / "program.py"
        script.write_bytes(Path(removable_program.__file__).read_bytes())
        self.terminal = Terminal(
            [sys.executable, "-S", str(script), str(self._notes), *arguments],
            environment={
                "PYTHONPATH": str(self._installed),
                "HOME": str(self.home),
                "XDG_CONFIG_HOME": str(self.home),
                "XDG_STATE_HOME": str(self.home),
                "XDG_DOWNLOAD_DIR": str(self.home),
            },
        )

    def remove(self) -> None:
        """Wait until the program has what it needs, and take its installation away."""
        self.terminal.until((self._notes / "ready").exists)
        self._installed.rename(self._installed.with_name("removed"))

    def require_nothing_late(self) -> None:
        """Require that nothing was looked for on disk since then."""
        late = (self._notes / "late").read_text(encoding="utf-8").split()
        require(not late, f"imported only after it was removed: {late}")


@contextlib.contextmanager
def removable(*arguments: str) -> Iterator[Removable]:
    """Run it in a folder of its own; ``SLOW`` is a recipe there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recipe = folder / "slow.toml"
        recipe.write_text(SLOW, encoding="utf-8")
        program = Removable(folder, str(recipe), *arguments)
        with program.terminal:
            yield program


def use_every_screen() -> str:
    """Open everything after the installation was removed.

    Raises:
        Broken: something was missing.
    """
    with removable("--makers", "2", "--engine", "thread") as program:
        terminal = program.terminal
        terminal.until_shows("2 brewing")
        program.remove()

        def visit(*keys: str, shows: str) -> None:
            terminal.send(*keys)
            terminal.until_shows(shows)
            terminal.send("escape")
            terminal.until(lambda: shows not in terminal.text and "Filter" in terminal.text)

        visit("?", shows="help 1/")
        visit("t", shows=" a cell")
        visit("e", shows="Makers added next")
        visit("f9", shows="Send Chai Maker")
        visit("enter", shows="said")
        visit("K", shows="Sure?")
        terminal.send("/")
        terminal.until_shows("Keep")
        terminal.send("slow")
        terminal.until_shows("/slow")
        terminal.send("enter", "escape")
        # What follows an Escape at once is a key with Alt.
        terminal.until(lambda: "/slow" not in terminal.text)
        terminal.send("ctrl+p")
        terminal.until_shows("Search for commands")
        terminal.send("screenshot")
        terminal.until_shows("Save an SVG")
        terminal.send("enter")
        terminal.until(lambda: any(program.home.rglob("*.svg")))
        terminal.send("ctrl+p")
        terminal.until_shows("Search for commands")
        terminal.send("theme")
        terminal.until_shows("Change the current theme")
        terminal.send("enter")
        terminal.until_shows("Search for themes")
        terminal.send("nord", "enter")
        terminal.until(lambda: "🔎" not in terminal.text)
        terminal.resize(30, 8)
        terminal.until_shows("Too small")
        terminal.resize(120, 40)
        terminal.until_shows("2 brewing")
        terminal.send("a")
        terminal.until_shows("3 brewing")
        terminal.send("q")
        code = terminal.wait()
        require(code == 1, f"it left with {code}")
        require(terminal.is_restored, "the terminal is not as it was")
        program.require_nothing_late()
    return "every screen"


def break_the_screen() -> str:
    """Break the screen after the installation was removed; the report must be whole."""
    with removable("--makers", "1") as program:
        terminal = program.terminal
        terminal.until_shows("1 brewing")
        program.remove()
        terminal.send("space")
        code = terminal.wait()
        said = terminal.raw.decode(errors="replace")
        require(code == 1, f"a crash: exit code {code}")
        found = re.search(r"the screen broke \(LookupError\), sorry; report: (\S+)", said)
        require(found, f"a crash: it says {said[-300:]!r}")
        (report,) = program.home.rglob("chai-tui-crash-*.txt")
        require("broken on purpose" in report.read_text(encoding="utf-8"), "no whole report")
        program.require_nothing_late()
    return "a report"


def _storm(_: Force) -> str:
    return f"{use_every_screen()}, {break_the_screen()}"


KINDS = (Promise("removed", "the screen needs nothing of an installation that is gone", _storm),)
