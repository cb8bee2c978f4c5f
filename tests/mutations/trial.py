"""Breaks a copy of the checkout, and sees whether the tests notice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import cache_from_source
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
"""The checkout."""
PATIENCE = 180.0
"""Seconds after which tests that do not end count as failed: a mutation may let one wait for ever;
ten times what the longest takes."""
_ELSEWHERE = 70
# In one process, so that what is checked is what the tests import.
_TEST = f"""
import os, sys, pytest, chai_tui
folder = os.path.dirname(os.path.dirname(os.path.abspath(chai_tui.__file__)))
if not os.path.samefile(folder, os.getcwd()):
    print("the tests would import", chai_tui.__file__)
    sys.exit({_ELSEWHERE})
sys.exit(pytest.main(sys.argv[1:]))
"""


class Mutation(NamedTuple):
    """One way to break the product.

    Attributes:
        what: what the product does then, in words.
        path: of the module, below ``chai_tui``.
        old: text that stands in it exactly once.
        new: what takes its place.
        tests: files, or tests in them, below ``tests``: those that are about it. One must fail.
    """

    what: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]


def in_module(path: str, tests: str, *edits: tuple[str, str, str]) -> tuple[Mutation, ...]:
    """Return mutations of one module.

    Args:
        path: of the module, below ``chai_tui``.
        tests: those that are about it, below ``tests``, with blanks between.
        edits: for each what is broken then, the old text, and the new.
    """
    return tuple(Mutation(what, path, old, new, tuple(tests.split())) for what, old, new in edits)


class StaleError(Exception):
    """The product has changed, and the mutation must follow; the text says which."""


class TrialError(Exception):
    """The tests said neither yes nor no; the text is what they printed."""


def mutated(mutation: Mutation, folder: Path = ROOT) -> str:
    """Return the text of the module as the mutation makes it.

    Raises:
        StaleError: what it replaces is not there once.
    """
    text = (folder / "chai_tui" / mutation.path).read_text(encoding="utf-8")
    if (count := text.count(mutation.old)) != 1:
        raise StaleError(f"{mutation.what}: {mutation.path} has {count} times: {mutation.old}")
    return text.replace(mutation.old, mutation.new)


class Copy:
    """A copy of the checkout.

    Args:
        folder: where to; it must not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # What is compiled comes along, but for the tests: they are to tell of this folder.
        ignored = shutil.ignore_patterns(".*", "*-pytest-*.pyc", "build", "dist", "*.egg-info")
        shutil.copytree(ROOT, folder, ignore=ignored)

    def failure(self, tests: Iterable[str], jobs: int = 0) -> str | None:
        """Run tests; return the first that failed, None if all passed.

        Args:
            tests: files, or tests in them, below ``tests``.
            jobs: how many processes share them; 0: this one's child does it all.

        Raises:
            TrialError: they did not run.
        """
        # What takes pictures costs a quarter of a second to import, and is not needed here.
        without = ("-pno:cacheprovider", "-pno:textual-snapshot", "-pno:syrupy")
        options = ["-x", "-q", "--thorough", f"--numprocesses={jobs}", *without]
        command = [sys.executable, "-c", _TEST, *options, *(f"tests/{test}" for test in tests)]
        try:
            run = subprocess.run(
                command,
                cwd=self._folder,
                # The installed program and the children of makers find the copy so.
                env={**os.environ, "PYTHONPATH": str(self._folder)},
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "tests that do not end"
        if run.returncode == 0:
            return None
        if run.returncode in {1, 2} and (
            failed := re.search(r"^FAILED \S+::(\S+)", run.stdout, re.MULTILINE)
        ):
            return failed[1]
        raise TrialError(f"{' '.join(tests)}: exit code {run.returncode}\n{run.stdout}{run.stderr}")

    def killer(self, mutation: Mutation) -> str | None:
        """Return a test that notices the mutation; None if it survives.

        Raises:
            StaleError: it cannot be applied.
            TrialError: the tests did not run.
        """
        with self._broken_by(mutation):
            return self.failure(mutation.tests)

    @contextmanager
    def _broken_by(self, mutation: Mutation) -> Iterator[None]:
        module = self._folder / "chai_tui" / mutation.path
        sound = module.read_text(encoding="utf-8")
        _write(module, mutated(mutation, self._folder))
        try:
            yield
        finally:
            _write(module, sound)


def _write(module: Path, text: str) -> None:
    """Write a module so that it is compiled again: two edits of a second may look alike."""
    module.write_text(text, encoding="utf-8")
    Path(cache_from_source(module)).unlink(missing_ok=True)
