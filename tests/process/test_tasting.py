"""Tasting as a library."""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import chai_tui
from chai_tui import Tasting, TastingError, taste
from tests.taste_targets import nap
from tests.thorough import briefly

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no tasting there")

WORK = """
import time

def nap(seconds=0.005):
    time.sleep(seconds)
    return seconds

class Shop:
    @staticmethod
    def wait(item):
        time.sleep(0.005)
        return item

def bad(item):
    raise ValueError(f"no milk for {item}")
"""


@pytest.fixture(scope="module")
def tasting() -> Tasting:
    return taste(nap, budget=6, workers=2, engines=["serial", "thread"])


def test_it_says_which_engine_to_use_with_every_number(tasting: Tasting) -> None:
    assert tasting.engine == "thread"
    assert tasting.reason in {"faster", "tie"}
    assert tasting.sentence == tasting.as_json()["verdict"]["sentence"]
    serial, *threads = tasting.standings
    assert (serial.engine, serial.speedup) == ("serial", 1.0)
    assert any(lane.low > 1.5 for lane in threads)
    assert tasting.gil_share is None or tasting.gil_share < 0.2


def test_it_can_be_kept_and_shown(tasting: Tasting) -> None:
    assert pickle.loads(pickle.dumps(tasting)) == tasting  # noqa: S301 - our own
    assert tasting.sentence in str(tasting)
    assert len(repr(tasting)) < 600
    shown = tasting._repr_html_()
    assert f"<strong>{tasting.sentence}" in shown
    assert shown.count("<tr>") == len(tasting.standings) + 1


def test_what_is_shown_in_a_notebook_is_never_markup_of_the_function() -> None:
    awful = Tasting(None, "<script>&", "noisy", None, (), (), {})
    assert "<script>" not in awful._repr_html_()


def test_a_function_can_be_named_and_items_may_be_anything_that_pickles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_shop.py").write_text(WORK)
    monkeypatch.syspath_prepend(tmp_path)
    named = taste("a_shop:Shop.wait", [1, b"two", {3}], budget=4, engines=["thread"])
    assert named.as_json()["function"]["items"] == 3
    assert taste("a_shop:nap", args=(0.004,), budget=4).as_json()["tasted"]["shown"] == "0.004"
    with pytest.raises(
        TastingError, match="raises ValueError: no milk for 1 with item 0"
    ) as caught:
        taste("a_shop:bad", [1], budget=1.0)
    assert "ValueError: no milk for 1" in caught.value.traceback
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert again.traceback == caught.value.traceback


def test_what_no_other_process_finds_gets_one_line() -> None:
    def local() -> None:
        pass

    with pytest.raises(TastingError, match="move it to the top of a module"):
        taste(local)
    with pytest.raises(TastingError, match="use def"):
        taste(lambda: None)
    with pytest.raises(TastingError, match="cannot be pickled"):
        taste(nap, [lambda: None])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"items": 5}, "items: expected an iterable"),
        ({"items": [1], "args": (1,)}, "items and args"),
        ({"engines": ["fast"]}, "engines: expected some of"),
        ({"budget": -1.0}, "budget: expected a positive number"),
    ],
)
def test_a_wrong_argument_is_a_value_error(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        taste(nap, **wrong)  # type: ignore[arg-type]


ITSELF = "print(chai_tui.taste(nap, budget=4, engines=['thread']).reason)"


@briefly("guard", ["", 'if __name__ == "__main__": '])
def test_a_script_may_taste_its_own_function_behind_its_main_guard(
    tmp_path: Path, guard: str
) -> None:
    (tmp_path / "mine.py").write_text(f"{WORK}\nimport chai_tui\n{guard}{ITSELF}\n")
    ran = subprocess.run(
        [sys.executable, "mine.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(chai_tui.__file__).parents[1])},
    )
    if guard:
        assert ran.stdout.strip() in {"faster", "tie", "noisy"}, ran.stderr
    else:  # it would taste itself tasting itself
        assert "starts a process at line" in ran.stderr
        assert 'put it under `if __name__ == "__main__":`' in ran.stderr


def test_in_a_notebook_the_answer_is_one_line() -> None:
    code = "import chai_tui\ndef f(): pass\nchai_tui.taste(f)\n"
    ran = subprocess.run(
        [sys.executable, "-"],
        input=code,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "put it into a module (a .py file) and import it from there" in ran.stderr


def test_it_works_where_a_loop_runs_already() -> None:
    async def within() -> Tasting:
        return taste(nap, budget=4, workers=2, engines=["thread"])

    assert asyncio.run(within()).standings
