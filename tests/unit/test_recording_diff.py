"""What changed between two runs: matched makers, figures, noise, words, limits."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.events import CoreUse, Event, MakerUse, Progress, RunBegan, Sampled
from chai_tui.model.recipe import Recipe
from chai_tui.recording.diff.comparison import (
    CPU,
    GIL_WAIT,
    MEMORY,
    MOVES,
    OF_A_MAKER,
    OF_ALL,
    WALL,
    Change,
    Comparison,
    compare,
)
from chai_tui.recording.diff.limits import beyond, parse_limit
from chai_tui.recording.diff.words import diff_json, diff_lines
from chai_tui.recording.export.account import Account
from chai_tui.recording.export.telling import account_of
from chai_tui.recording.form import Header
from tests import races
from tests.builders import BEGAN, CHAI, HERE, brewing, failed, killed, sampled, served

TEA = Recipe("tea", CHAI.steps)
NONE = Recipe("", CHAI.steps)
NAMES = ("before.chai", "after.chai")


def run_of(*events: Event, run: RunBegan = HERE) -> Account:
    return account_of(Header(monotonic=run.at, run=run), [run, *events])


def lines_of(before: Account, after: Account) -> list[str]:
    return diff_lines(NAMES, compare(before, after))


def changes_of(comparison: Comparison) -> dict[str, Change]:
    return {change.figure.name: change for change in comparison.changes}


def test_a_run_beside_itself_has_not_changed() -> None:
    comparison = compare(run_of(*served(1), *killed(2)), run_of(*served(1), *killed(2)))
    assert not comparison.has_changed
    assert diff_lines(NAMES, comparison) == [
        "A  before.chai: 2 makers, 1 served, 1 killed",
        "B  after.chai: 2 makers, 1 served, 1 killed",
        "",
        "Nothing changed that could be told from noise.",
    ]


def test_runs_without_makers_are_compared_too() -> None:
    assert lines_of(run_of(), run_of())[-1] == "Nothing changed that could be told from noise."
    lines = lines_of(run_of(), run_of(*served(1)))
    assert lines[0] == "A  before.chai: 0 makers"
    assert "only in B: chai 1 (served)" in lines


def test_makers_are_matched_by_recipe_and_by_when_they_were_seated() -> None:
    before = run_of(*served(1), *served(2, recipe=TEA), *served(3), *served(4))
    after = run_of(*served(7, recipe=TEA), *served(8), *failed(9), *served(10, recipe=TEA))
    comparison = compare(before, after)
    matched = [
        (each.recipe, each.nth, each.before.number, each.after.number) for each in comparison.makers
    ]
    assert matched == [("chai", 1, 1, 8), ("tea", 1, 2, 7), ("chai", 2, 3, 9)]
    assert [maker.number for maker in comparison.missing] == [4]
    assert [maker.number for maker in comparison.new] == [10]
    lines = diff_lines(NAMES, comparison)
    assert "  end: served → ValueError: no milk" in lines
    assert "only in A: chai 3 (served)" in lines
    assert "only in B: 2nd tea (served)" in lines


def test_workers_of_a_tasting_are_matched_by_their_engine_and_verdicts_are_told() -> None:
    tasted = run_of(*races.verdict())
    lines = lines_of(tasted, tasted)
    assert tasted.floor.race.judged is not None
    assert lines[1] == lines[3] == f"   {tasted.floor.race.judged.sentence}"
    assert diff_json(NAMES, compare(tasted, tasted))["a"]["verdict"] in lines[1]
    before = run_of(*brewing(1, recipe=NONE), *brewing(2, engine=Engine.THREAD, recipe=NONE))
    after = run_of(*brewing(3, engine=Engine.THREAD, recipe=NONE), *brewing(4, recipe=NONE))
    matched = [
        (each.recipe, each.nth, each.before.number, each.after.number)
        for each in compare(before, after).makers
    ]
    assert matched == [("process", 1, 1, 4), ("thread", 1, 2, 3)]


def test_a_simulated_run_is_said_to_be_one() -> None:
    simulated = run_of(*served(1), run=HERE._replace(source="simulated"))
    assert lines_of(simulated, run_of(*served(1)))[1] == f"   {simulated.run.warning}"


def test_figures_are_told_before_and_after_with_unit_difference_and_percent() -> None:
    comparison = compare(run_of(*served(1, after=3.0)), run_of(*served(1, after=4.5)))
    wall = changes_of(comparison)["wall"]
    assert wall.before == pytest.approx(3.01)
    assert wall.after == pytest.approx(4.51)
    assert wall.share == pytest.approx(1.5 / 3.01)
    told = [line.split() for line in diff_lines(NAMES, comparison)]
    assert ["wall", "time", "3.01", "s", "4.51", "s", "+1.50", "s", "+50", "%"] in told
    assert ["CPU", "time", "2.10", "s", "2.10", "s", "="] in told
    assert ["cores", "at", "once", "0.7", "0.5", "−0.2", "−33", "%"] in told
    assert not any("paused" in line for line in told)  # nobody ever was


def test_columns_are_aligned_and_long_words_widen_none() -> None:
    error = "ValueError: " + "no milk " * 20
    lines = lines_of(run_of(*served(1)), run_of(*failed(1, error=error)))
    table = [line for line in lines if line.startswith(("in all", "  wall", "  CPU"))]
    assert len({line.index(" s ") for line in table if " s " in line}) == 1
    assert max(map(len, table)) < 80


def test_the_order_is_told_where_it_changed() -> None:
    before = run_of(*served(1, after=1), *served(2, after=2))
    after = run_of(*served(1, after=2), *served(2, after=1))
    lines = lines_of(before, after)
    assert "served in A: chai 1, chai 2" in lines
    assert "served in B: chai 2, chai 1" in lines
    assert ["place", "1st", "2nd"] in [line.split() for line in lines]
    assert not any(line.startswith("served in") for line in lines_of(before, before))


def test_what_was_run_differently_is_told_first() -> None:
    other = HERE._replace(
        cores=(0, 1, 2, 3),
        python="CPython 3.14.0",
        gil=False,
        start_method="spawn",
        quota=1.5,
        source="simulated",
    )
    before = run_of(*served(1), run=HERE._replace(python="CPython 3.13.0"))
    after = run_of(*served(1, engine=Engine.THREAD), run=other)
    lines = lines_of(before, after)
    assert lines[4] == "They were run differently, which may explain what follows:"
    told = [" ".join(line.split()) for line in lines[5 : lines.index("", 5)]]
    assert told == [
        "source live → simulated",
        "usable cores 0–1 → 0–3",
        "CPU quota none → 1.5",
        "Python CPython 3.13.0 → CPython 3.14.0",
        "GIL on → off",
        "start method forkserver → spawn",
        "engine process → thread",
    ]


def sampled_run(gil: float | None, *, core: int = 0, memory: int = 4_000_000) -> Account:
    """A thread that waits so much of the time for the GIL, seen four times."""
    run = HERE._replace(sample_every=0.5)
    samples = [
        Sampled(
            BEGAN + 0.5 * number,
            (CoreUse(0, 0.5, 0.5),),
            (
                MakerUse(
                    1, core * (number % 2), 0.5, 0.1, None, memory, stopped=False, gil_share=gil
                ),
            ),
        )
        for number in range(1, 5)
    ]
    return run_of(*brewing(1, engine=Engine.THREAD), *samples, run=run)


def test_what_samples_say_is_about_and_less_than_one_of_them_is_noise() -> None:
    noise = changes_of(compare(sampled_run(0.2), sampled_run(0.3)))["gil_wait"]
    assert noise.difference == pytest.approx(0.2)
    assert not noise.is_told
    comparison = compare(sampled_run(0.2), sampled_run(0.812345))
    assert changes_of(comparison)["gil_wait"].is_told
    lines = diff_lines(NAMES, comparison)
    told = next(line for line in lines if line.startswith("  waited for the GIL"))
    assert told.split()[4:] == ["0.4", "s", "1.6", "s", "+1.2", "s", "+306", "%"]
    assert lines[-1] == "Waits, moves and memory come from samples: they are about."


def test_moves_and_memory_are_compared() -> None:
    changes = changes_of(compare(sampled_run(0.0), sampled_run(0.0, core=1, memory=40_000_000)))
    assert (changes["moves"].before, changes["moves"].after) == (0, 3)
    assert changes["moves"].share is None  # of nothing
    assert changes["memory"].difference == 36_000_000
    assert not Change(MEMORY, 4_000_000, 4_100_000, 1_000_000).is_told
    assert Change(CPU, 1e-320, 1.0).share is None  # it would be endless


def test_the_memory_of_threads_counts_once_in_all() -> None:
    def use(number: int, memory: int) -> MakerUse:
        return MakerUse(number, 0, 0.5, 0.1, None, memory, stopped=False, gil_share=None)

    threads = [event for n in (1, 2, 3) for event in brewing(n, engine=Engine.THREAD, station=1)]
    uses = (use(1, 5_000_000), use(2, 6_000_000), use(3, 5_000_000), use(4, 9_000_000))
    run = run_of(*threads, *brewing(4, station=4), Sampled(BEGAN + 0.5, (), uses))
    assert changes_of(compare(run, run))["memory"].before == 15_000_000


def test_what_one_run_does_not_know_is_no_number() -> None:
    comparison = compare(run_of(*served(1)), sampled_run(0.5))
    gil, moves = changes_of(comparison)["gil_wait"], changes_of(comparison)["moves"]
    assert (gil.before, gil.difference, gil.share) == (None, None, None)
    assert moves.before is None  # nobody looked
    line = next(line for line in diff_lines(NAMES, comparison) if "waited for the GIL" in line)
    assert line.split()[4:] == ["—", "1", "s", "—"]


def test_words_of_others_are_never_obeyed() -> None:
    recipe = Recipe("\x1b[31m[b]tea", CHAI.steps)
    lines = lines_of(run_of(*served(1, recipe=recipe)), run_of(*killed(1, recipe=recipe)))
    assert all(line.isprintable() for line in lines)
    assert any("[b]tea" in line for line in lines)


def test_numbers_that_cannot_be_are_no_numbers() -> None:
    events = [
        *served(1),
        Progress(BEGAN + 1, 1, 0.5, 1e308),
        *brewing(2),
        Progress(BEGAN, 2, 0, 1e308),
    ]
    huge = run_of(*events, *sampled({0: [2]}, memory=10**400, cpu_seconds=1e308))
    for before, after in ((huge, huge), (huge, run_of(*served(1))), (run_of(*served(1)), huge)):
        comparison = compare(before, after)
        assert all(line.isprintable() for line in diff_lines(NAMES, comparison))
        json.dumps(diff_json(NAMES, comparison), allow_nan=False)
        with pytest.raises(ValueError, match="nobody knows it"):
            beyond(parse_limit("cpu=10%"), comparison)


def test_a_thousand_makers_are_named_up_to_ten() -> None:
    many = [event for number in range(1, 101) for event in served(number)]
    lines = lines_of(run_of(), run_of(*many))
    only = next(line for line in lines if line.startswith("only in B"))
    assert only.count("chai") == 10
    assert only.endswith(" and 90 more")


def test_json_has_every_number() -> None:
    comparison = compare(
        run_of(*served(1), *served(2)), run_of(*served(1, after=4), run=HERE._replace(cores=(0,)))
    )
    told = json.loads(json.dumps(diff_json(NAMES, comparison), allow_nan=False))
    assert told["a"]["file"] == "before.chai"
    assert (told["a"]["makers"], told["b"]["served"]) == (2, 1)
    assert told["changed"] is True
    assert told["facts"] == [{"what": "usable cores", "a": "0–1", "b": "0"}]
    assert {*told["all"]} == {figure.name for figure in OF_ALL}
    assert told["all"]["wall"] == {
        "a": 3.01, "b": 4.01, "difference": 1.0, "percent": 33.22, "sampled": False,
    }  # fmt: skip
    (maker,) = told["makers"]
    assert (maker["recipe"], maker["nth"], maker["a"]["maker"]) == ("chai", 1, 1)
    assert {figure.name for figure in OF_A_MAKER} <= maker.keys()
    assert maker["b"] == {"maker": 1, "place": 1, "end": "served", "exitcode": 0}
    assert [each["nth"] for each in told["only_in_a"]] == [2]
    assert told["only_in_b"] == []
    assert told["order"] == {"a": [["chai", 1]], "b": [["chai", 1]]}


@given(
    st.lists(st.sampled_from([served, killed, brewing, failed])),
    st.lists(st.sampled_from([served, killed])),
)
def test_any_two_runs_can_be_compared(before: list[object], after: list[object]) -> None:
    runs = [
        run_of(*(event for number, make in enumerate(makes, 1) for event in make(number)))  # type: ignore[operator]
        for makes in (before, after)
    ]
    comparison = compare(*runs)
    assert comparison.has_changed == compare(*reversed(runs)).has_changed
    assert comparison.has_changed == (len(diff_lines(NAMES, comparison)) > 4)
    json.dumps(diff_json(NAMES, comparison), allow_nan=False)


def test_a_limit_is_a_share_or_seconds() -> None:
    assert parse_limit("wall=10%") == parse_limit("wall=10") == (WALL, 0.1, True)
    assert parse_limit(" cpu = 0.5s ") == (CPU, 0.5, False)
    assert parse_limit("gil-wait=0%") == (GIL_WAIT, 0.0, True)
    assert parse_limit("moves=12.5 %") == (MOVES, 0.125, True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "speed=1",
            "expected wall, cpu, cores, gil_wait, core_wait, paused, moves or memory before",
        ),
        ("", "expected wall, "),
        ("\x1b[31m=1", 'found "␛[31m"'),
        ("wall", 'expected wall=10% or wall=0.5s, found "wall"'),
        ("wall=", "expected wall=10%"),
        ("wall=-1", "expected wall=10%"),
        ("wall=nan", "expected wall=10%"),
        ("wall=1e3", "expected wall=10%"),
        ("wall=" + "9" * 400, "expected wall=10%"),
        ("moves=1s", 'expected moves=10%, found "moves=1s"'),
    ],
)
def test_what_is_no_limit_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        parse_limit(text)
    assert why in str(caught.value)
    assert len(str(caught.value)) < 200


def test_what_grew_by_more_is_told_and_nothing_else() -> None:
    slower = compare(run_of(*served(1, after=1.99)), run_of(*served(1, after=2.19)))
    assert beyond(parse_limit("wall=10%"), slower) == ""  # exactly as much
    assert beyond(parse_limit("wall=0.3s"), slower) == ""
    assert beyond(parse_limit("wall=9%"), slower) == (
        "wall time grew by 0.20 s (10 %), from 2.00 s to 2.20 s: more than 9 %"
    )
    assert beyond(parse_limit("wall=0.1s"), slower).endswith(": more than 0.1 s")
    faster = compare(slower.after, slower.before)
    assert beyond(parse_limit("wall=0"), faster) == ""


def test_what_grew_from_nothing_is_beyond_every_share() -> None:
    comparison = compare(sampled_run(0.0), sampled_run(0.0, core=1))
    assert beyond(parse_limit("moves=500%"), comparison) == (
        "moves between cores grew by 3, from 0 to 3: more than 500 %"
    )


def test_what_nobody_knows_has_no_limit() -> None:
    comparison = compare(run_of(*served(1)), sampled_run(0.5))
    with pytest.raises(ValueError, match="gil_wait: nobody knows it of A"):
        beyond(parse_limit("gil_wait=10%"), comparison)
