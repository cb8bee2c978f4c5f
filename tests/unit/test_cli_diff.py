"""``chai-tui diff``: what it prints, what it refuses, what it ends with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chai_tui.__main__ import main
from tests.builders import HERE, killed, served
from tests.recordings import write_recording

Told = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_recording(tmp_path / "a.chai", [*served(1), *served(2)])
    write_recording(tmp_path / "b.chai.gz", [*served(1, after=3.6), *killed(2)])
    write_recording(tmp_path / "slow.chai", [*served(1, after=3.6), *served(2)])
    return tmp_path


@pytest.fixture
def told(capfd: pytest.CaptureFixture[str]) -> Told:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["diff", *arguments])
        return (code, *capfd.readouterr())

    return run


def test_it_prints_what_changed(told: Told) -> None:
    code, out, err = told("a.chai", "b.chai.gz")
    assert (code, err) == (0, "")
    assert out.startswith("A  a.chai: 2 makers, 2 served  (chai-tui brew)\nB  b.chai.gz: 2 makers")
    assert "  end: served → killed by SIGKILL\n" in out
    assert "+20 %" in out
    code, out, _ = told("a.chai", "a.chai")
    assert code == 0
    assert out.endswith("\nNothing changed that could be told from noise.\n")


def test_json_is_one_object(told: Told) -> None:
    code, out, err = told("a.chai", "b.chai.gz", "--json")
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert json.loads(out)["all"]["wall"]["percent"] == pytest.approx(19.93)


def test_it_fails_where_something_grew_by_more(told: Told) -> None:
    code, out, err = told("a.chai", "slow.chai", "--fail-above", "wall=10%")
    assert code == 1
    assert out.startswith("A  a.chai")
    assert err == (
        "chai-tui: wall time grew by 0.60 s (19.9 %), from 3.01 s to 3.61 s: more than 10 %\n"
    )
    limits = ("--fail-above", "wall=20", "--fail-above", "cpu=0.5s")
    code, _, err = told("a.chai", "slow.chai", *limits)
    assert (code, err) == (0, "")
    limits = ("--fail-above", "wall=1", "--fail-above", "wall=0.1s")
    code, out, err = told("a.chai", "slow.chai", "--json", *limits)
    assert (code, err.count("\n"), err.count("wall time grew")) == (1, 1, 2)
    assert json.loads(out)


def test_a_run_that_broke_has_not_become_faster(told: Told, recordings: Path) -> None:
    write_recording(recordings / "one.chai", [*served(1)])
    for other, lost in {"b.chai.gz": "killed by SIGKILL", "one.chai": "not there"}.items():
        code, _, err = told("a.chai", other, "--fail-above", "wall=1000%")
        assert code == 1
        assert err == (f"chai-tui: 1 maker was served in A and was not in B: chai 2 ({lost})\n")
        assert told("a.chai", other)[0] == 0  # nobody asked
    assert told("one.chai", "a.chai", "--fail-above", "wall=1000%")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("-", "/dev/stdin"), "expected one of them at most to be -, found both"),
        (("a.chai", "none"), "none: no such file"),
        (("none", "b.chai.gz"), "none: no such file"),
        (("a.chai", "."), ".: expected a file, found a folder"),
        (("a.chai", "odd"), "odd: expected a recording of chai-tui, found something else"),
        (("new", "a.chai"), "new: expected a recording of format 1, found one of format 2"),
        (("a.chai", "a.chai", "--fail-above", "x=1"), "--fail-above: expected wall, "),
        (
            ("a.chai", "a.chai", "--fail-above", "gil_wait=1"),
            "--fail-above: gil_wait: nobody knows",
        ),
        (("a.chai",), "Missing argument 'B'"),
    ],
)
def test_what_cannot_be_compared_is_named_in_a_line(
    arguments: tuple[str, ...], why: str, told: Told, recordings: Path
) -> None:
    (recordings / "odd").write_text("hello\n")
    (recordings / "new").write_text('{"recording":2}\n')
    code, out, err = told(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert why in err


def test_what_is_missing_is_told_of_each(told: Told, recordings: Path) -> None:
    for name in ("c", "d"):
        path = write_recording(recordings / name, served(1), run=HERE)
        with path.open("a") as file:
            file.write('{"event":"from_tomorrow","at":1000.0}\n{"event":3}\n')
    code, _, err = told("c", "d")
    assert code == 0
    wanted = [
        f"chai-tui: {name}: passed over 1 {what}" for name in "cd" for what in ("line", "event")
    ]
    found = [line for line in err.splitlines() if "passed over" in line]
    assert [line[: len(start)] for line, start in zip(found, wanted, strict=True)] == wanted
