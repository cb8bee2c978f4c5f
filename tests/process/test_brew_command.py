"""``chai-tui brew file.py:function``: what it prints of each call, and what it refuses."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from chai_tui.host.engines import engines_here
from chai_tui.model.engine import Engine
from tests.process.conftest import PATIENCE
from tests.process.program import console_script
from tests.thorough import briefly

HERE = engines_here()


WORK = """
import chai_tui
def resize(size=1):
    chai_tui.step("shrink")
    if size == 13:
        raise ValueError("unlucky")
    return size * 10
async def fetch(): return "\\x1b[1mfetched"
class Press:
    def __init__(self): self.factor = 10
    def shrink(self, size): return size * self.factor
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work.py").write_text(WORK)
    (tmp_path / "sizes.jsonl").write_text("1\n2\n13\n")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [console_script(), "brew", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=folder,
    )


@briefly("target", ["work.py:resize", "work:resize"])
@pytest.mark.parametrize("engine", HERE)
def test_the_program_prints_results(folder: Path, target: str, engine: Engine) -> None:
    ran = run(folder, target, "--each", "range(2)", "--engine", str(engine), "--plain")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert sorted(ran.stdout.splitlines()) == [
        "All chai served",
        "End of Chai Maker #1 resize: 0",
        "End of Chai Maker #2 resize: 10",
        "Start of Chai Maker #1 resize brewing",
        "Start of Chai Maker #2 resize brewing",
    ]


@pytest.mark.parametrize("method", ["forkserver", "spawn", "fork"])
def test_every_start_method_finds_the_function(folder: Path, method: str) -> None:
    ran = run(folder, "work:resize", "--makers", "1", "--start-method", method, "--plain")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "End of Chai Maker #1 resize: 10" in ran.stdout


@briefly("method", ["forkserver", "spawn", "fork"])
def test_every_start_method_makes_the_object_of_a_method(folder: Path, method: str) -> None:
    ran = run(folder, "work.py:Press.shrink", "--each", "[4]", "--start-method", method, "--plain")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "End of Chai Maker #1 Press.shrink: 40" in ran.stdout


def test_the_program_prints_where_a_function_failed(folder: Path) -> None:
    ran = run(folder, "work.py:resize", "--items", "sizes.jsonl", "--makers", "3")
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[-1] == (
        "2 of 3 chai served: Chai Maker #3 failed: ValueError: unlucky"
    )
    first, *lines = ran.stderr.splitlines()
    assert first == "chai-tui: Chai Maker #3 failed:"
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "ValueError: unlucky"


def test_the_same_failure_is_printed_once(folder: Path) -> None:
    ran = run(folder, "work.py:resize", "--arg", "13", "--makers", "4")
    assert ran.stderr.count("Traceback") == 1


def test_json_has_steps_and_result(folder: Path) -> None:
    ran = run(folder, "work.py:fetch", "--makers", "1", "--json", "--engine", "asyncio")
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    (served,) = [event for event in events if event["event"] == "served"]
    assert served["result"] == "'\\x1b[1mfetched'"
    ran = run(folder, "work.py:resize", "--arg", "4", "--makers", "1", "--json")
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [e["name"] for e in events if e["event"] == "step_began"] == ["", "", "shrink"]
    assert [e["result"] for e in events if e["event"] == "served"] == ["40"]


@briefly(
    ("arguments", "problem"),
    [
        (["work.py:resize", "--each", "range(3)", "--makers", "2"],
         "--makers: expected 3, a maker for each item of --each; found 2"),
        (["work.py:resize", "--each", "range(20000)"], "expected at most 10,000 items"),
        (["work.py:resize", "--each", "range(2)", "--arg", "1"], "--arg and --each: expected one"),
        (["work.py:resize", "--items", "sizes.jsonl", "--arg", "1"],
         "name a function of the item alone: def one(item): return f(item, 3)"),
        (["work.py:resize", "--simulate"], "--simulate: expected a recipe, found the function"),
        (["grind", "--arg", "1"], "--arg: only with a function"),
        (["--each", "range(2)"], "--each: only with a function"),
        (["work.py"], "work.py: expected the name of a function after it"),
        (["wrk.py:resize"], "wrk.py: no such file"),
        (["work.py:resize", "--items", "none"], "--items none: no such file"),
        (["work.py:resize", "--items", "work.py"], "--items work.py:2: expected one JSON"),
    ],
    keep=(0,1,3,8,10),
)  # fmt: skip
def test_what_does_not_go_together_is_told_in_one_line(
    folder: Path, arguments: list[str], problem: str
) -> None:
    ran = run(folder, *arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    (line,) = ran.stderr.splitlines()
    assert problem in line
