"""``chai-tui`` in a real terminal: it starts, draws, answers, ends and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from chai_tui.cli.launch import MAKERS_NICENESS
from tests.process.program import console_script, title_of
from tests.terminal import PATIENCE, Terminal
from tests.thorough import briefly

RESTORED = b"\x1b[?1049l"
"""What leaves the alternate screen."""


@pytest.fixture
def slow(tmp_path: Path) -> str:
    path = tmp_path / "slow.toml"
    path.write_text('[[steps]]\nname = "steep"\nwait = 600\n')
    return str(path)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    terminals: list[Terminal] = []
    home = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path),
    }

    def _start(*arguments: str, **options: Any) -> Terminal:
        command = [console_script(), *arguments]
        terminals.append(Terminal(command, environment=home, **options))
        return terminals[-1]

    yield _start
    for terminal in terminals:
        terminal.__exit__(None, None, None)


def assert_left_clean(terminal: Terminal) -> None:
    assert RESTORED in terminal.raw
    assert terminal.is_restored
    assert b"Traceback" not in terminal.raw
    terminal.until(lambda: not terminal.survivors())


def said_in_the_shell(terminal: Terminal) -> list[str]:
    """The lines that came once the screen was gone."""
    after = terminal.raw.split(RESTORED)[-1].decode()
    return re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", after).strip().splitlines()


def test_three_makers_brew_and_all_chai_is_served(start: Callable[..., Terminal]) -> None:
    terminal = start()
    terminal.until_shows("3 brewing")
    terminal.until_shows("All chai served", "3 served")
    terminal.send("q")
    assert terminal.wait() == 0
    assert_left_clean(terminal)


def assert_makers_give_way(terminal: Terminal) -> None:
    """See that two makers are nicer than the screen, and that it is as nice as we are."""
    terminal.look_around()
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    makers = [each for each in terminal.family.values() if title_of(each).startswith("Chai Maker")]
    assert [maker.nice() for maker in makers] == [min(19, ours + MAKERS_NICENESS)] * 2
    assert psutil.Process(terminal.process.pid).nice() == ours


def test_exit_leaves_when_all_is_served(start: Callable[..., Terminal]) -> None:
    terminal = start("--exit", "--makers", "2")
    terminal.until_shows("2 brewing")
    assert terminal.wait() == 0
    assert_left_clean(terminal)
    served, figures, order, codes = said_in_the_shell(terminal)
    assert served == "All chai served"
    assert re.fullmatch(
        r"2 processes: \S+ s on the clock, \S+ s of CPU time, \S+ cores at once", figures
    )
    assert order in {"order: #1 #2", "order: #2 #1"}
    assert codes == "exit codes: #1 0, #2 0"


def test_exit_says_who_was_not_served(start: Callable[..., Terminal], slow: str) -> None:
    terminal = start(slow, "--exit", "--makers", "1")
    terminal.until_shows("1 brewing")
    terminal.send("K")
    assert terminal.wait() == 1
    assert_left_clean(terminal)
    said = said_in_the_shell(terminal)
    assert said[0] == "0 of 1 chai served: Chai Maker #1 was killed by SIGKILL"
    assert said[-1] == "exit codes: #1 −9 (SIGKILL)"


@briefly(("keys", "code"), [("q", 1), (" q", 1), ("\x03", 130)])
def test_leaving_says_how_many_were_ended(
    start: Callable[..., Terminal], slow: str, keys: str, code: int
) -> None:
    """Also while the display is frozen, or by Ctrl-C."""
    terminal = start(slow, "--makers", "2")
    terminal.until_shows("2 brewing")
    terminal.send(keys)
    assert terminal.wait() == code
    assert_left_clean(terminal)
    said = said_in_the_shell(terminal)
    assert said[0] == "0 of 2 chai served; 2 makers were ended while they brewed"
    # Whoever gets no core for the grace that there is at the end is killed.
    ended = r"−(15 \(SIGTERM\)|9 \(SIGKILL\))"
    assert re.fullmatch(rf"exit codes: #1 {ended}, #2 {ended}", said[-1])


def test_quiet_says_nothing(start: Callable[..., Terminal], slow: str) -> None:
    terminal = start(slow, "--quiet")
    terminal.until_shows("3 brewing")
    terminal.send("q")
    assert terminal.wait() == 1
    assert_left_clean(terminal)
    assert said_in_the_shell(terminal) == []


def test_warnings_can_be_read_to_their_end_once_the_screen_is_gone(
    start: Callable[..., Terminal], slow: str, tmp_path: Path
) -> None:
    folder = tmp_path / "chai-tui"
    folder.mkdir()
    (folder / "config.toml").write_text('theme = "no-such-theme"\n[defaults]\nmakers = 0\n')
    terminal = start(slow)
    terminal.until_shows("3 brewing")
    terminal.send("q")
    assert terminal.wait() == 1
    assert_left_clean(terminal)
    makers, theme = said_in_the_shell(terminal)[:2]
    assert makers.startswith("chai-tui: ")
    assert makers.endswith("found 0")
    assert 'found "no-such-theme"' in theme


@briefly("method", ["forkserver", "spawn"])
def test_makers_can_be_added_while_the_app_runs_and_give_way_to_it(
    start: Callable[..., Terminal], slow: str, method: str
) -> None:
    """A start inside a running app dies of "bad value(s) in fds_to_keep" if nothing is done."""
    terminal = start(slow, "--makers", "1", "--start-method", method)
    terminal.until_shows("1 brewing")
    terminal.send("a")
    terminal.until_shows("2 brewing")
    assert_makers_give_way(terminal)
    terminal.send("A")
    terminal.until_shows("12 brewing")
    terminal.send("K")
    terminal.until_shows("1 killed", "11 brewing")
    terminal.send("q")
    assert terminal.wait() == 1
    assert_left_clean(terminal)


@briefly(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_signals_end_children_and_restore_the_terminal(
    start: Callable[..., Terminal], slow: str, number: int, code: int
) -> None:
    terminal = start(slow)
    terminal.until_shows("3 brewing")
    terminal.look_around()
    os.kill(terminal.process.pid, number)
    assert terminal.wait() == code
    assert_left_clean(terminal)
    if number != signal.SIGHUP:  # after that there is nobody to hear it
        said = said_in_the_shell(terminal)
        assert said[0] == "0 of 3 chai served; 3 makers were ended while they brewed"


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="tells by /proc that the screen is stuck")
@briefly(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_terminal_that_takes_nothing_keeps_nobody(
    start: Callable[..., Terminal], slow: str, number: int, code: int
) -> None:
    """A frozen connection: the screen is stuck in the middle of drawing."""
    terminal = start(slow, "--makers", "6")
    terminal.until_shows("6 brewing")
    terminal.look_around()
    makers = terminal.survivors()
    assert len(makers) >= 6
    _draw_until_stuck(terminal)
    os.kill(terminal.process.pid, number)
    assert terminal.process.wait(PATIENCE) == code
    assert terminal.is_restored
    terminal.until(lambda: not terminal.survivors())


def _draw_until_stuck(terminal: Terminal) -> None:
    """Read nothing, and have it draw everything again and again, until it no longer can."""
    clock = Path(f"/proc/{terminal.process.pid}/task/{terminal.process.pid}/schedstat")
    deadline = time.monotonic() + PATIENCE
    is_stuck = False
    while not is_stuck:
        assert time.monotonic() < deadline
        for rows in (39, 40) * 10:
            terminal.resize(120, rows)
            time.sleep(0.02)
        time.sleep(0.5)  # until it has answered the last of them
        before = clock.read_text()
        time.sleep(1.0)  # it draws many times a second, if it can
        is_stuck = clock.read_text() == before


def test_a_screen_that_was_stopped_goes_on_as_it_was(
    start: Callable[..., Terminal], slow: str
) -> None:
    """As by ``kill -STOP``: it is drawn anew, one thread reads keys, and all is put back."""
    terminal = start(slow)
    terminal.until_shows("3 brewing")
    program = psutil.Process(terminal.process.pid)
    threads = program.num_threads()
    for _ in range(2):
        program.suspend()
        terminal.until(lambda: program.status() == psutil.STATUS_STOPPED)
        while terminal.read(0):
            pass
        terminal.clear()
        program.resume()
        terminal.until_shows("3 brewing", "#3 ", "Quit")
    # What is typed while it is stopped is there when it goes on.
    program.suspend()
    terminal.until(lambda: program.status() == psutil.STATUS_STOPPED)
    terminal.send("?")
    program.resume()
    terminal.until_shows("help 1/")
    for opens in (False, True) * 5:
        terminal.send("?" if opens else "escape")
        terminal.until(lambda opens=opens: ("help 1/" in terminal.text) is opens)  # type: ignore[misc]
    terminal.send("escape")
    terminal.until(lambda: "help 1/" not in terminal.text)
    terminal.until(lambda: program.num_threads() == threads)
    terminal.send("q")
    assert terminal.wait() == 1
    assert_left_clean(terminal)


@pytest.mark.thorough
def test_a_hung_up_terminal_leaves_nobody(start: Callable[..., Terminal], slow: str) -> None:
    terminal = start(slow)
    terminal.until_shows("3 brewing")
    terminal.look_around()
    os.killpg(terminal.process.pid, signal.SIGHUP)
    assert terminal.wait() == 129
    terminal.until(lambda: not terminal.survivors())


def test_a_closed_window_leaves_nobody(start: Callable[..., Terminal], slow: str) -> None:
    terminal = start(slow)
    terminal.until_shows("3 brewing")
    terminal.hang_up()
    assert terminal.process.wait(PATIENCE) == 129
    deadline = time.monotonic() + PATIENCE
    while terminal.survivors():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.thorough
def test_what_it_leaves_in_the_shell_breaks_between_words(
    start: Callable[..., Terminal], tmp_path: Path
) -> None:
    work = tmp_path / "work.py"
    work.write_text("def fails(): raise ValueError('thirteenchars ' * 10)\n")
    terminal = start("taste", f"{work}:fails", columns=80, rows=24)
    terminal.until_shows("cannot be tasted")
    terminal.send("q")
    assert terminal.wait() == 1
    said = " ".join(said_in_the_shell(terminal)).partition("ValueError:")[2].split()
    assert said[:10] == ["thirteenchars"] * 10


A_SCREEN_THAT_BREAKS = """
from chai_tui.tui.kitchen.screen import KitchenScreen
def broken(self):
    raise RuntimeError('the pot broke')
KitchenScreen.floor_changed = broken
"""
A_FOLD_THAT_BREAKS = """
from chai_tui.state.floor import Floor
fold = Floor.fold
def broken(self, events):
    if any(type(event).__name__ == 'Progress' for event in events):
        raise RuntimeError('the pot broke')
    fold(self, events)
Floor.fold = broken
"""
"""It does so again while the program leaves."""
RUN = """
if __name__ == '__main__':
    import sys
    from chai_tui.__main__ import main
    sys.argv = ['chai-tui', '--makers', '60']
    sys.exit(main())
"""


@briefly("breaks", [A_SCREEN_THAT_BREAKS, A_FOLD_THAT_BREAKS])
def test_a_crash_of_the_app_says_where_its_report_is(tmp_path: Path, breaks: str) -> None:
    script = tmp_path / "crash.py"
    script.write_text(breaks + RUN)
    home = {name: str(tmp_path) for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    with Terminal([sys.executable, str(script)], environment=home) as terminal:
        terminal.look_around()
        assert terminal.wait() == 1
        assert_left_clean(terminal)
        (line,) = said_in_the_shell(terminal)
        assert line.startswith("chai-tui: the screen broke (RuntimeError), sorry; report: ")
        assert "the pot broke" in Path(line.partition("report: ")[2]).read_text()


@pytest.mark.thorough
def test_it_draws_at_every_size(start: Callable[..., Terminal], slow: str) -> None:
    sizes = [(40, 12), (47, 15), (80, 24), (87, 27), (120, 40), (127, 43)]
    terminal = start(slow, columns=40, rows=12)
    for columns, rows in sizes:
        terminal.resize(columns, rows)
        # Each is higher than the one before: what its last line shows was drawn for it.
        terminal.until(lambda rows=rows: terminal.lines[rows - 1].strip())  # type: ignore[misc]
        terminal.until(lambda: "brewing" in terminal.text or "● 3" in terminal.text)
        terminal.send("?")
        terminal.until_shows("help 1/")
        terminal.send("escape")
        terminal.until(lambda: "help 1/" not in terminal.text)
    terminal.send("q")
    assert terminal.wait() == 1
    assert_left_clean(terminal)
