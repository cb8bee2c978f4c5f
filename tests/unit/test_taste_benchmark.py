"""What the benchmark of tastings says of a verdict, of figures and of limits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import taste_targets
from tests.benchmarks import taste as benchmark
from tests.benchmarks.taste_list import TARGETS, Target, target
from tests.benchmarks.taste_verdicts import Lane, Ours, Row, Truth, totals


def truth(gil: float | None = 1.0, **speedups: float) -> Truth:
    lanes: dict[Lane, float] = {("serial", 1): 1.0}
    lanes |= {(engine, 2): speedup for engine, speedup in speedups.items()}
    return Truth(lanes, gil, "by construction", 4, 9, 0.01)


def said(engine: str | None, gil: float | None = 1.0, **speedups: float) -> Ours:
    standings = {
        (name, 2): (speedup, speedup - 0.05, speedup + 0.05) for name, speedup in speedups.items()
    }
    return Ours(engine, "faster", f"Use {engine}.", standings, gil, 3.0, 4)


def row(true: Truth, *tastings: Ours, beside: int = 0) -> Row:
    return Row("nbody", "n-body", beside, true, list(tastings))


@pytest.mark.parametrize(
    ("speedups", "acceptable"),
    [
        ({"thread": 0.97, "process": 1.93}, ("process",)),
        ({"thread": 1.95, "process": 1.90}, ("thread", "process")),
        ({"thread": 1.02, "process": 0.4}, ("serial", "thread")),
        ({"thread": 1.04, "process": 1.06}, ("thread", "process")),
        ({"asyncio": 7.95, "thread": 8.6, "process": 1.9}, ("thread",)),
    ],
)
def test_what_no_other_beats_by_five_percent_may_be_named(
    speedups: dict[str, float], acceptable: tuple[str, ...]
) -> None:
    assert truth(**speedups).acceptable == acceptable


def test_an_engine_is_as_good_as_its_best_number_of_workers() -> None:
    true = Truth(
        {("serial", 1): 1.0, ("thread", 2): 2.0, ("thread", 16): 8.0}, 0.0, "", 16, 9, 0.03
    )
    assert true.by_engine["thread"] == 8.0
    assert true.acceptable == ("thread",)


def test_no_verdict_is_not_wrong_and_a_failure_is() -> None:
    failed = Ours(None, "", "", {}, None, 1.0, failed="it raised")
    one = row(truth(process=1.9), said("process"), said(None), said("thread"), failed)
    assert [one.mark(ours) for ours in one.tastings] == ["right", "none", "wrong", "wrong"]


def test_every_single_figure_is_compared_with_the_truth() -> None:
    one = row(
        truth(0.5, thread=1.5, process=2.0),
        said("process", 0.52, thread=1.5, process=1.8),
        said("process", 0.47, thread=1.65, process=2.0),
    )
    assert one.errors() == pytest.approx([0.0, -0.1, 0.1, 0.0])
    assert one.gil_errors() == pytest.approx([0.02, -0.03])
    assert one.speedup(("process", 2)) == pytest.approx((1.9, 1.85, 1.95))


def test_nobody_is_compared_with_a_share_that_nobody_knows() -> None:
    assert row(truth(None, process=2.0), said("process", 0.4)).gil_errors() == []


def test_limits_are_kept_one_by_one() -> None:
    good = row(truth(process=2.0), *[said("process", 1.0, process=1.95)] * 20)
    assert all(result.holds for result in totals([good], {"nbody": 1.01}))
    broken = row(
        truth(process=2.0),
        said("thread", 0.9, process=1.5),
        *[said(None, 1.0, process=2.0)] * 2,
    )
    results = totals([broken], {"nbody": 1.01, "six_us": 1.2})
    assert [result.what.split(",")[0] for result in results if not result.holds] == [
        "wrong verdicts",
        "too noisy to say",
        "speed-ups over 10 % from the truth",
        "furthest share of the GIL from the truth",
        "race's loop ÷ the same loop by hand",
    ]


def test_beside_others_it_may_be_too_noisy_to_say() -> None:
    crowded = row(truth(process=2.0), said(None, 1.0, process=2.0), beside=1)
    assert all(result.holds for result in totals([crowded], {}))


def test_what_is_raced_is_also_measured_by_hand() -> None:
    raced: list[Lane] = [("serial", 1), ("asyncio", 16), ("thread", 2), ("thread", 12)]
    lanes = benchmark.lanes_of(target("nap_async"), 2, raced)
    assert [lane for lane in lanes if lane[0] == "asyncio"] == [("asyncio", 16)]
    assert {("thread", 2), ("thread", 12), ("thread", 16), ("process", 2)} <= {*lanes}
    assert len({*lanes}) == len(lanes)
    assert benchmark.lanes_of(target("nbody"), 2) == [("thread", 2), ("process", 2)]


def test_a_row_tells_truth_and_verdict_side_by_side() -> None:
    one = row(truth(thread=0.97, process=1.93), said("process", 0.99, thread=0.98, process=1.90))
    cells = [cell.strip() for cell in benchmark.line(one).strip("|").split("|")]
    assert len(cells) == benchmark.HEADER.splitlines()[0].count("|") - 1
    assert cells[:3] == ["n-body", "0", "0.97"]
    assert cells[6:8] == ["process", "1.90 (1.85–1.95)"]
    assert cells[-4:] == ["1", "0", "0", "3.0"]
    everything = json.loads(benchmark.as_json([one], {}, totals([one], {})))
    assert everything["rows"][0]["tastings"][0]["mark"] == "right"
    assert everything["rows"][0]["truth"]["acceptable"] == ["process"]


def test_a_round_by_hand_has_as_many_calls_as_the_race_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def truth_of(which: Target, lanes: list[Lane], calls: int, _seconds: float) -> Truth:
        asked.append((which.name, calls, ("process", 2) in lanes))
        return truth(process=2.0)

    monkeypatch.setattr(benchmark, "truth_of", truth_of)
    rows = benchmark.measure_row(
        target("nbody"), times=3, besides=(0,), truth_seconds=1.0, budget=1.0,
        known=benchmark.Known(None),
        taste=lambda _which, _budget: said("process", process=2.0),
    )  # fmt: skip
    assert asked == [("nbody", 4, True)]
    assert rows[0].count("right") == 3


def test_what_was_true_on_a_quiet_machine_is_not_measured_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    measured = []

    def truth_of(which: Target, lanes: list[Lane], calls: int, _seconds: float) -> Truth:
        measured.append(which.name)
        others = 1.2 if which.name == "sieve" else 0.0
        return Truth(dict.fromkeys([("serial", 1), *lanes], 1.5), 1.0, "", calls, 9, 0.01, others)

    monkeypatch.setattr(benchmark, "truth_of", truth_of)
    lanes: list[Lane] = [("process", 2)]

    def ask(name: str, *more: Lane, calls: int = 4) -> Truth:
        known = benchmark.Known(tmp_path / "truth.json")
        return known.truth_of(target(name), [*lanes, *more], calls, 1.0)

    assert ask("nbody") == ask("nbody", calls=8)
    ask("nbody", ("thread", 9))
    ask("sieve"), ask("sieve")  # others were busy: it was none
    ask("nap"), ask("nap", calls=8)  # what waits hangs on how many wait
    assert measured == ["nbody", "nbody", "sieve", "sieve", "nap", "nap"]


@pytest.mark.parametrize("which", TARGETS, ids=lambda which: which.name)
def test_every_function_that_is_listed_exists(which: Target) -> None:
    assert which.is_recipe or callable(getattr(taste_targets, which.name))
