"""The whole result as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from chai_tui.model.engine import Engine
from chai_tui.model.events import RunBegan
from chai_tui.model.race_events import (
    Differed,
    GilSeen,
    Judged,
    LaneOpened,
    LaneOut,
    Printed,
    RoundEnded,
    TasteFailed,
)
from chai_tui.race.forecast import serial_shares
from chai_tui.race.result import RESULT_SCHEMA, result_json
from chai_tui.race.result_keys import KEYS
from chai_tui.race.rounds.records import Race
from tests.unit.made_races import Rounds, made_race
from tests.unit.test_race_verdict import races

RUN = RunBegan(
    0.0, "live", cores=(0, 3), quota=1.5, system="linux", python="CPython 3.14.2", version="0.9"
)


def full() -> Race:
    """Return a race in which everything happened that has a key."""
    race = made_race(
        [
            Rounds(Engine.PROCESS, 2, (0.1, 0.1, 0.1), 0.1, 0.1),
            Rounds(Engine.SERIAL, 1, (0.1, 0.1, 0.1)),
        ],
        more=[
            RoundEnded(4.0, 1, 9, 10, 0.2, 0.2, None, counts=False),
            Differed(4.0, 1, 3, "12", "7", 4),
            LaneOut(4.0, Engine.INTERPRETER, "its module cannot be imported there"),
            Printed(4.0, "hello"),
            Judged(5.0, 1, Engine.PROCESS, "faster", "Use processes: 2.00× on 2 cores."),
        ],
    )
    race.fold(TasteFailed(6.0, "it raised in a second race", "Traceback", is_usage=False))
    return race


def test_the_result_says_everything() -> None:
    result = result_json(full(), RUN)
    assert result["schema"] == RESULT_SCHEMA
    assert result["target"] == "work.py:f"
    assert result["verdict"] == {
        "engine": "process",
        "workers": 2,
        "sentence": "Use processes: 2.00× on 2 cores.",
        "reason": "faster",
    }
    assert result["function"]["name"] == "work.f"
    assert result["request"]["budget_seconds"] == 8.0
    assert result["kind"]["nature"] == "computes_with_gil"
    assert result["gil"] == {"share": 1.0, "looks": 700, "is_about": False}
    assert result["out"] == {"interpreter": "its module cannot be imported there"}
    assert result["printed_lines"] == 1
    assert result["printed"] == ["hello"]
    assert result["machine"] == {
        "system": "linux",
        "cores": [0, 3],
        "quota_cores": 1.5,
        "python": "CPython 3.14.2",
        "chai_tui": "0.9",
    }
    serial, processes = result["lanes"]
    assert (serial["engine"], processes["engine"]) == ("serial", "process")  # light to heavy
    assert processes["speedup"] == pytest.approx(2.0)
    assert processes["speedup_low"] < 2.0 < processes["speedup_high"]
    assert processes["memory_bytes"] == 4_200_000
    assert processes["differed"] == {"item": 3, "expected": "12", "found": "7", "calls": 4}
    first, *_, last = processes["rounds"]
    assert first["wall_seconds"] == 0.1
    assert first["corrected_seconds"] == pytest.approx(0.05)
    assert (last["counts"], last["corrected_seconds"]) == (False, None)
    assert result["others_cores"] == pytest.approx(0.3 / 0.5)


def test_of_what_was_printed_the_last_lines_are_told() -> None:
    race = made_race([], more=[Printed(4.0, f"line {number}") for number in range(105)])
    result = result_json(race, RUN)
    assert result["printed"] == [f"line {number}" for number in range(5, 105)]
    assert result["printed_lines"] == 105


def test_the_forecast_says_what_it_is_from() -> None:
    lanes = [
        Rounds(Engine.SERIAL, 1, (0.1,) * 6),
        Rounds(Engine.THREAD, 2, (0.08,) * 6),
        Rounds(Engine.PROCESS, 2, (0.07,) * 6),
    ]
    race = made_race(lanes, gil=0.5)
    assert race.loaded is not None
    race.fold(race.loaded._replace(items=20))
    told, shares = result_json(race, RUN)["forecast"], serial_shares(race)
    assert told["gil_share"] == pytest.approx(0.5)
    assert told["threads_serial_share"] == shares.threads
    assert told["processes_serial_share"] == shares.processes
    assert told["threads_shown_share"] == shares.threads_shown
    assert told["processes_shown_share"] == shares.processes_shown
    assert shares.threads_shown != shares.processes_shown  # so that none stands for the other
    assert told["items_allow"] == pytest.approx(20.0)
    assert told["would_not_help"] == []
    assert [ahead["cores"] for ahead in told["at_most"]] == [4, 16, 64]
    assert all(ahead["threads"] < ahead["processes"] for ahead in told["at_most"])


def keys_of(value: Any, path: str = "") -> set[str]:
    """Return the paths of all keys, as the documentation writes them."""
    if isinstance(value, list):
        return set().union(*(keys_of(part, f"{path}[]") for part in value))
    if not isinstance(value, dict) or path == "out":
        return set()
    named = {f"{path}.{key}" if path else key for key in value}
    deeper = (keys_of(part, f"{path}.{key}" if path else key) for key, part in value.items())
    return named.union(*deeper)


def test_every_key_is_documented_and_every_documented_one_is_there() -> None:
    found = {
        key.replace(f"tasted.{which}.", "tasted.*.")
        for key in keys_of(result_json(full(), RUN))
        for which in [next((w for w in ("function", "argument", "result") if f".{w}." in key), "-")]
    }
    groups = {"request", "forecast"}  # said by what they hold
    assert found - groups == set(KEYS)
    assert all(KEYS.values())


def test_the_keys_have_an_order_and_numbers_their_units() -> None:
    result = result_json(full(), RUN)
    assert list(result) == list(result_json(Race(), RUN))
    assert list(result)[:3] == ["schema", "target", "verdict"]
    for key in keys_of(result):
        assert "wall" not in key or key.endswith("wall_seconds")
        assert "memory" not in key or key.endswith("memory_bytes")


def test_what_failed_has_no_verdict() -> None:
    race = Race()
    race.fold(TasteFailed(1.0, "no such file", "", is_usage=True))
    result = result_json(race, RUN)
    assert result["verdict"] is None
    assert result["error"] == {"text": "no such file", "traceback": "", "is_usage": True}
    assert result["lanes"] == []
    json.dumps(result, allow_nan=False)


def test_no_verdict_names_no_engine() -> None:
    race = made_race([], more=[Judged(5.0, None, None, "noisy", "Too noisy to say.")])
    verdict = result_json(race, RUN)["verdict"]
    assert (verdict["engine"], verdict["workers"]) == (None, None)


def test_what_is_unknown_is_null() -> None:
    race = made_race([Rounds(Engine.SERIAL, 1, (0.1,)), Rounds(Engine.PROCESS, 2, (0.05,))])
    race.fold(LaneOpened(5.0, 3, Engine.THREAD, 2, (), 0.1, 0.0))
    race.fold(GilSeen(5.0, None, 0))
    result = result_json(race, RUN)
    processes, threads = result["lanes"][2], result["lanes"][1]
    assert (processes["speedup"], processes["speedup_high"]) == (pytest.approx(2.0), None)
    assert (threads["speedup"], threads["wall_seconds"]) == (None, None)
    assert result["kind"]["gil_share"] is None


@given(races())
def test_any_race_is_json(race: Race) -> None:
    result = result_json(race, RUN)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
