"""What all tests share."""

from __future__ import annotations

import compileall
import gc
import os
import re
import signal
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from _pytest.assertion import rewrite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chai_tui

LONGEST_ID = 60
"""How much of a parameter names a test."""
TESTS = Path(__file__).parent
REWRITTEN = r"(test_\w+|conftest)\.py$"
"""The files of which pytest takes the assertions apart."""

# A loaded machine is no reason for a property to fail. Few examples at a time, as the suite
# runs often, with others each time; --hypothesis-profile=thorough looks longer.
_ANY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("any machine", _ANY_MACHINE, max_examples=25)
settings.register_profile("thorough", _ANY_MACHINE, max_examples=1_000)
# In CI the same examples each time: what others find there has nothing to do with the change.
settings.register_profile("ci", _ANY_MACHINE, max_examples=25, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "any machine")

# multiprocessing has every child run the parent's main module again; here that is pytest, 200 ms
# of imports that no maker needs. Without a file or a spec there is nothing to run.
_main = sys.modules["__main__"]
_main.__spec__ = None
if hasattr(_main, "__file__"):
    del _main.__file__


LEFT = pytest.StashKey[int]()
"""How many tests were left for ``--thorough``."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take ``--thorough``: many variants of what another test shows once."""
    parser.addoption("--thorough", action="store_true", help="run those marked thorough, too")


def pytest_configure(config: pytest.Config) -> None:
    """Compile everything once, before anybody needs it.

    Else, in a new checkout or where Python may not keep what it compiles
    (``PYTHONDONTWRITEBYTECODE``), each of hundreds of programs that the tests start compiles all of
    it again, and each of the processes that share the tests takes all of their assertions apart,
    and those of pytest's plugins: a second for Hypothesis alone.
    """
    if hasattr(config, "workerinput"):
        return
    compileall.compile_dir(Path(chai_tui.__file__).parent, quiet=2)
    compileall.compile_dir(TESTS, quiet=2, rx=re.compile(REWRITTEN))
    if config.getoption("assertmode") == "rewrite":
        for path in (*_wanted(config), *_rewritten_so_far()):
            _rewrite(path, config)


@settings(derandomize=True, database=None, max_examples=1)
@given(st.none())
def _first_property(_: None) -> None:
    """Have Hypothesis make its random numbers, which it wants to see the collector know."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for, and have the longest begin first."""
    _leave_thorough(config, items)
    _longest_first(config, items)


def _leave_thorough(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests marked thorough, unless all are wanted or some are named.

    Whoever updates pictures wants all: those of a test that is left out would go.
    """
    is_named = any("::" in argument for argument in config.args)
    if is_named or config.getoption("thorough") or config.getoption("update_snapshots", False):
        return
    left = [item for item in items if item.get_closest_marker("thorough")]
    items[:] = [item for item in items if not item.get_closest_marker("thorough")]
    config.hook.pytest_deselected(items=left)
    config.stash[LEFT] = len(left)
    if hasattr(config, "workeroutput"):
        config.workeroutput["left"] = len(left)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from the processes that share the tests how many were left: each of them left all."""
    node.config.stash[LEFT] = getattr(node, "workeroutput", {}).get("left", 0)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what was not tested."""
    if left := config.stash.get(LEFT, 0):
        terminalreporter.write_line(f"{left:,} variants are left for --thorough")


def _longest_first(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each of the processes that share the tests some of the longest first.

    They begin with an equal part of the list each. One of fifteen seconds that came last would keep
    the others waiting.
    """
    processes = getattr(config, "workerinput", {}).get("workercount", 1)
    long = [item for item in items if item.get_closest_marker("long")]
    short = [item for item in items if not item.get_closest_marker("long")]
    bounds = [len(short) * number // processes for number in range(processes + 1)]
    items[:] = [
        item
        for number, (begin, end) in enumerate(pairwise(bounds))
        for item in (*long[number::processes], *short[begin:end])
    ]


def pytest_collection_finish() -> None:
    """Look for garbage among what tests leave, not among thousands of tests and all modules."""
    _first_property()  # from Python 3.14 on it warns of them if that is frozen before
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 100)  # a full look costs 50 ms, and there were a hundred


def _wanted(config: pytest.Config) -> Iterator[Path]:
    """The files of tests that were asked for."""
    for argument in config.args:
        path = config.invocation_params.dir / argument.partition("::")[0]
        files = path.rglob("*.py") if path.is_dir() else [path]
        yield from (file for file in files if file.is_file() and re.search(REWRITTEN, str(file)))


def _rewritten_so_far() -> Iterator[Path]:
    """The files of which pytest has taken the assertions apart by now: those of its plugins."""
    for module in [*sys.modules.values()]:
        loader = getattr(module, "__loader__", None)
        if isinstance(loader, rewrite.AssertionRewritingHook) and module.__file__:
            yield Path(module.__file__)


def _rewrite(path: Path, config: pytest.Config) -> None:
    """Keep a file as pytest compiles it, unless that was done before."""
    kept = rewrite.get_cache_dir(path) / (path.stem + rewrite.PYC_TAIL)
    if rewrite._read_pyc(path, kept) is None and rewrite.try_makedirs(kept.parent):
        source, code = rewrite._rewrite_test(path, config)
        rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, source, kept)


@pytest.fixture(scope="session", autouse=True)
def _signals_as_usual() -> None:
    """Hand down no signal that whoever started the tests had ignored or kept waiting.

    ``nohup`` and a shell's background job do so, and what is ignored or blocked is inherited: a
    program that a test starts would never hear of it. A handler is not: this process goes on
    ignoring, and what it starts has the defaults. A fixture, because it is the workers that start
    programs.
    """
    if sys.platform == "win32":
        return
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signal.valid_signals())
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _ignore)


@pytest.fixture(scope="session", autouse=True)
def _style_sheets_once() -> Iterator[None]:
    """Let the apps of all tests share what their style sheets say, where there is an app."""
    if "textual" not in sys.modules:  # a third of a second to import
        yield
        return
    from tests.quick_css import keep_rules

    with pytest.MonkeyPatch.context() as patch:
        keep_rules(patch)
        yield


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing, as for a signal that is ignored."""


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a test after the beginning of what is long: some of it is a megabyte."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_ID:
        return f"{val[:LONGEST_ID]!a}...{len(val)}"
    return None
