"""Interpreters in a tasting: they race where they can, and say why where they cannot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from chai_tui.host.run_facts import gil_enabled
from chai_tui.tasting import TastingError, taste
from tests.process.program import console_script
from tests.process.runners import PATIENCE, Runner
from tests.slowness import Watched

pytestmark = [
    pytest.mark.skipif(sys.version_info < (3, 14), reason="this Python has no interpreters for it"),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no tasting there"),
]
WORK = """
    import threading
    from concurrent import interpreters

    def is_alone():
        return interpreters.get_current() != interpreters.get_main()

    def compute(item=0):
        return sum(number * number for number in range(60_000))

    def differs(item):
        return -item if is_alone() else item

    def loads_inside(item=0):
        import psutil
        return compute()

    def starts(item=0):
        threading.Thread(target=int, daemon=True).start()

    def exits(item=0):
        if is_alone():
            raise SystemExit(3)

    def raises_at(item):
        if item == 3:
            raise ValueError("no chai")
"""
NO_SECOND = "does not support loading in subinterpreters"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    path = tmp_path / "own_work.py"
    path.write_text(dedent(WORK))
    return path


@pytest.fixture
def runner() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


@pytest.mark.skipif(not gil_enabled(), reason="this Python has no GIL")
@pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="it needs two cores"
)
def test_what_holds_the_gil_is_for_interpreters_or_processes_and_never_for_threads(
    work: Path,
) -> None:
    for budget in (2.0, 4.0, 8.0):
        with Watched() as machine:
            tasting = taste(f"{work}:compute", budget=budget, workers=2)
        raced = {lane["engine"] for lane in tasting.as_json()["lanes"]}
        assert raced == {"serial", "thread", "interpreter", "process"}
        assert tasting.engine != "thread"
        assert tasting.gil_share is None or tasting.gil_share > 0.9
        if tasting.engine in {"interpreter", "process"}:
            break
        assert machine.is_crowded, tasting.sentence
    else:
        pytest.fail(f"never a verdict: {tasting.sentence}")


def test_a_module_that_takes_no_second_interpreter_leaves_the_others_to_race(work: Path) -> None:
    work.write_text(f"import psutil\n{work.read_text()}")
    tasting = taste(f"{work}:compute", budget=2.0)
    raced = {lane["engine"] for lane in tasting.as_json()["lanes"]}
    assert raced == {"serial", "thread", "process"}
    assert "Interpreters are out: its module cannot be imported in a worker" in tasting.sentence
    assert NO_SECOND in tasting.sentence


@pytest.mark.parametrize(
    ("name", "why"),
    [("loads_inside", NO_SECOND), ("starts", "daemon threads are disabled"), ("exits", "3")],
)
def test_a_call_that_raises_in_interpreters_alone_leaves_the_others_to_race(
    work: Path, runner: Runner, name: str, why: str
) -> None:
    runner.loaded(work, name, items={"range": [0, 8, 1]})
    runner.open("interpreter")
    for chunk in (1, 3):
        out = runner.block("interpreter", chunk=chunk)["out"]
        assert out.startswith("a call there raises ")
        assert why in out
    for engine in ("serial", "thread", "process"):
        runner.open(engine)
        assert runner.block(engine)["block"]["wall"] > 0


def test_why_a_call_raises_in_interpreters_alone_is_told(work: Path) -> None:
    tasting = taste(f"{work}:loads_inside", budget=2.0, engines=["interpreter", "thread"])
    assert "Interpreters are out: a call there raises ImportError: module" in tasting.sentence
    assert NO_SECOND in tasting.sentence


@pytest.mark.parametrize("chunk", [1, 3])
def test_a_call_that_raises_anywhere_is_the_functions_own_affair(
    work: Path, runner: Runner, chunk: int
) -> None:
    runner.loaded(work, "raises_at", items={"range": [0, 8, 1]})
    runner.open("interpreter")
    problem = runner.block("interpreter", chunk=chunk)["problem"]
    assert (problem["code"], problem["item"]) == ("raised", 3)
    assert "no chai" in problem["traceback"]
    with pytest.raises(TastingError, match="raises ValueError: no chai with item 3"):
        taste(f"{work}:raises_at", range(8), budget=1.0, engines=["interpreter"])


def test_what_they_return_is_compared(work: Path, runner: Runner) -> None:
    runner.loaded(work, "differs", items={"range": [0, 8, 1]})
    runner.open("serial")
    for _ in range(2):
        runner.block("serial")
    for engine, times in (("interpreter", 7), ("thread", 0), ("process", 0)):
        runner.open(engine)
        block = runner.block(engine)["block"]
        assert block["times"] == times
        assert block["differs"][:1] == ([[1, "1", "-1"]] if times else [])


def test_who_asks_for_them_gets_them_beside_a_plain_loop(work: Path) -> None:
    options = ["--each", "range(8)", "--engines", "interpreter,thread", "--budget", "2", "--json"]
    ran = subprocess.run(
        [console_script(), "taste", f"{work}:compute", *options],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    lanes = {lane["engine"] for lane in json.loads(ran.stdout)["lanes"]}
    assert lanes == {"serial", "thread", "interpreter"}
