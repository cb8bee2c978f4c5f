"""Mutations, one or two of them for real: ``python -m tests.mutations`` runs all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.mutations.trial import ROOT, Copy, Mutation, TrialError
from tests.thorough import briefly


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """One for all: it is whole again after each mutation, and a test says so."""
    return Copy(tmp_path_factory.mktemp("mutations") / "copy")


@pytest.mark.long
def test_one_that_a_test_notices_is_said_to_be_noticed() -> None:
    command = [
        sys.executable,
        "-m",
        "tests.mutations",
        "--jobs",
        "1",
        "--only",
        "nearest quota wins",
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (run.returncode, run.stderr) == (0, "")
    line, last = run.stdout.splitlines()
    assert ": fails test_the_smallest_quota_of_a_group_and_its_ancestors_wins[" in line
    assert last == "1 mutations: none survives"


@pytest.mark.thorough
@pytest.mark.long
def test_one_that_no_test_notices_survives_and_the_checkout_is_left_alone(copy: Copy) -> None:
    module = ROOT / "chai_tui" / "host" / "cgroup.py"
    before = module.read_text(encoding="utf-8")
    tests = ("unit/test_usable_cores.py",)
    chunks = Mutation("read less at once", "host/cgroup.py", "65_536", "4_096", tests)
    assert copy.killer(chunks) is None
    assert copy.failure(tests) is None, "the copy is whole again"
    assert module.read_text(encoding="utf-8") == before


@briefly(
    ("test", "why"), [("unit/test_nothing.py", "exit code 4"), ("unit/any_maker.py", "exit code 5")]
)
def test_tests_that_do_not_run_are_no_answer(copy: Copy, test: str, why: str) -> None:
    with pytest.raises(TrialError, match=why):
        copy.failure([test])
