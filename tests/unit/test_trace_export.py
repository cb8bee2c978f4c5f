"""Traces: what an account has is in both forms, and no reader drops a slice of it."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, RunBegan
from chai_tui.model.recipe import StepKind
from chai_tui.recording.export.account import (
    Account,
    CoreSlice,
    Instant,
    MakerAccount,
    Reason,
    StationAccount,
    StepSlice,
    WaitSlice,
)
from chai_tui.recording.export.telling import account_of
from chai_tui.recording.export.traces.chrome import write_trace
from chai_tui.recording.export.traces.perfetto import write_pftrace
from chai_tui.recording.export.traces.protobuf import number, varint
from chai_tui.recording.form import Header
from chai_tui.state.makers.records import State
from tests import races
from tests.builders import BEGAN, HERE
from tests.trace_readers import Trace, fields, read_chrome, read_perfetto
from tests.unit.test_account import ANYTHING, told

few = settings(deadline=None, max_examples=30)


def chrome(account: Account) -> str:
    """The text, which comes in pieces of which none is large."""
    pieces: list[str] = []
    shares: list[float] = []
    write_trace(account, pieces.append, shares.append)
    assert all(len(piece) < 100_000 for piece in pieces)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    return "".join(pieces)


def perfetto(account: Account) -> bytes:
    """Likewise."""
    pieces: list[bytes] = []
    shares: list[float] = []
    write_pftrace(account, pieces.append, shares.append)
    assert all(len(piece) < 100_000 for piece in pieces)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    return b"".join(pieces)


def maker(number: int, *, pid: int = 7, tid: int | None = 7, station: int = 1) -> MakerAccount:
    return MakerAccount(number, station, pid, tid, Engine.ASYNCIO, "chai", number, BEGAN)


def account_with(*makers: MakerAccount) -> Account:
    account = Account(Header(monotonic=BEGAN, run=HERE), HERE, BEGAN, BEGAN + 10)
    for each in makers:
        account.makers[each.number] = each
        station = account.stations.get(each.station)
        numbers = (*(station.makers if station else ()), each.number)
        account.stations[each.station] = StationAccount(
            each.station, each.pid, each.engine, numbers, BEGAN, BEGAN + 10
        )
    return account


def both(account: Account) -> Trace:
    """What both forms tell, which is the same."""
    trace = read_chrome(chrome(account))
    assert trace == read_perfetto(perfetto(account))
    return trace


def test_a_maker_has_a_track_for_its_steps_one_for_its_core_and_one_for_its_waits() -> None:
    one = maker(1, pid=4_711, tid=4_711)
    one.steps = [StepSlice(BEGAN + 1, BEGAN + 2.5, "boil", StepKind.WAIT)]
    one.cores = [CoreSlice(BEGAN, BEGAN + 1, 3, 0.931), CoreSlice(BEGAN + 1, BEGAN + 2, None, 2.5)]
    one.waits = [
        WaitSlice(BEGAN, BEGAN + 1, Reason.GIL, 0.5),
        WaitSlice(BEGAN + 1, BEGAN + 2, Reason.CORE, 0.25),
        WaitSlice(BEGAN + 2, BEGAN + 3, Reason.PAUSED, 1.0),
    ]
    trace = both(account_with(one))
    s = 1_000_000_000
    assert trace.processes == {4_700: "chai-tui", 4_711: "station 1: asyncio, pid 4711"}
    assert trace.slices == {
        "Chai Maker #1: chai": [(s, 5 * s // 2, "boil", "step", {"kind": "wait"})],
        "Chai Maker #1 on a core": [
            (0, s, "core 3", "core", {"share": 0.93}),
            (s, 2 * s, "on a core", "core", {"share": 2.5}),
        ],
        "Chai Maker #1 waits": [
            (0, s, "waits for the GIL", "wait", {"share": 0.5}),
            (s, 2 * s, "waits for a core", "wait", {"share": 0.25}),
            (2 * s, 3 * s, "paused", "wait", {"share": 1.0}),
        ],
    }


def test_signals_ends_and_troubles_are_instants_and_an_end_says_what_it_cost() -> None:
    one = maker(1)
    one.state, one.exitcode, one.cause = State.KILLED, -9, "killed by SIGKILL"
    one.cpu_seconds, one.memory = 1.5, 2**33
    account = account_with(one)
    account.instants = [
        Instant(BEGAN + 1, 1, "SIGTERM sent", "signal"),
        Instant(BEGAN + 2, 99, "nobody's", "signal"),
        Instant(BEGAN + 3, None, "no fork", "trouble"),
        Instant(BEGAN + 4, 1, "killed by SIGKILL", "end"),
    ]
    trace = both(account)
    assert [(each.began, *each[2:4]) for each in trace.instants["all makers"][1:]] == [
        (2_000_000_000, "nobody's", "signal"),
        (3_000_000_000, "no fork", "trouble"),
    ]
    signal, end = trace.instants["Chai Maker #1: chai"]
    assert signal == (1_000_000_000, 1_000_000_000, "SIGTERM sent", "signal", {})
    assert end[1:4] == (4_000_000_000, "killed by SIGKILL", "end")
    assert end.args == {
        "state": "killed",
        "exit code": -9,
        "cause": "killed by SIGKILL",
        "engine": "asyncio",
        "CPU seconds": 1.5,
        "core moves": 0,
        "seconds paused": 0.0,
        "most bytes": 2**33,
    }


def test_cores_have_curves_and_what_is_not_known_is_left_out() -> None:
    account = account_with()
    account.core_use = {0: [(BEGAN + 1, 0.5, None), (BEGAN + 2, None, 0.25)]}
    account.at_once = [(BEGAN + 1, 1.75)]
    assert both(account).counters == {
        "core 0 busy": [(1_000_000_000, 0.5)],
        "core 0 makers": [(2_000_000_000, 0.25)],
        "cores at once": [(1_000_000_000, 1.75)],
    }


def test_the_first_instant_says_what_the_run_is() -> None:
    run = RunBegan(BEGAN, source="simulated", cores=(0, 1), python="CPython 3.14.2")
    header = Header("0.9", "CPython 3.13.0", "chai-tui brew", BEGAN, "2026-05-04T12:00:00Z", run)
    account = Account(header, run, BEGAN, BEGAN)
    trace = both(account)
    ((at, _, name, category, args),) = trace.instants["all makers"]
    assert (at, name, category) == (0, "run began", "run")
    assert args["command"] == "chai-tui brew"
    assert args["began"] == "2026-05-04T12:00:00Z"
    assert list(trace.processes.values()) == ["chai-tui, simulated"]


@pytest.mark.parametrize(
    ("wall", "nanoseconds"),
    [
        ("2026-05-04T12:00:00.123Z", 1_777_896_000_123_000_000),
        ("9999-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00", None),
        ("tea time", None),
        ("", None),
    ],
)
def test_perfetto_is_told_the_time_of_day_where_it_is_known(
    wall: str, nanoseconds: int | None
) -> None:
    account = Account(Header(wall=wall, monotonic=BEGAN), HERE, BEGAN, BEGAN)
    packets = [dict(fields(packet)) for _, packet in fields(perfetto(account))]
    clocks = [
        tuple(dict(fields(clock)).values())
        for packet in packets
        for _, clock in fields(packet.get(6, b""))
    ]
    assert clocks == ([] if nanoseconds is None else [(1, nanoseconds), (6, 0)])


def test_the_rounds_of_a_tasting_are_slices_on_a_track_a_lane() -> None:
    events = races.verdict()
    account = account_of(Header(monotonic=BEGAN), events)
    trace = both(account)
    lanes = account.floor.race.lanes.values()
    assert lanes
    names = [name for name in trace.tracks if "Maker" not in name]
    for lane, name in zip(lanes, names[1:], strict=True):
        rounds = trace.slices[name]
        assert [each.name for each in rounds] == [f"round {each.round}" for each in lane.rounds]
        assert [each.args["calls"] for each in rounds] == [each.calls for each in lane.rounds]
        walls = [(each.ended - each.began) / 1e9 for each in rounds]
        assert walls == pytest.approx([each.wall for each in lane.rounds], abs=1e-5)


def test_makers_that_share_a_thread_have_tracks_of_their_own() -> None:
    """So do stations that were given one pid, one after the other."""
    makers = [maker(n, station=1 + n // 4) for n in range(1, 8)]
    trace = both(account_with(*makers))  # the reader refuses one number for two
    assert sorted(trace.processes.values()) == [
        "chai-tui", "station 1: asyncio, pid 7", "station 2: asyncio, pid 7",
    ]  # fmt: skip
    assert [name for name in trace.tracks if "Maker" in name] == [
        f"Chai Maker #{n}: chai" for n in range(1, 8)
    ]


@pytest.mark.parametrize("given_number", [0, -5, 2**31, 10**30])
def test_a_number_that_no_reader_takes_is_replaced(given_number: int) -> None:
    trace = both(account_with(maker(1, pid=given_number, tid=given_number)))
    assert all(0 < pid < 2**31 for pid in trace.processes)


def test_text_can_do_no_harm() -> None:
    one = maker(1)
    one.recipe = '\x1b[2J\ud800"}]\u202e'
    one.steps = [StepSlice(BEGAN, BEGAN + 1, "x" * 10**6 + "\udfff", None)]
    account = account_with(one)
    account.instants = [Instant(BEGAN, 1, "\x00\n", "trouble")]
    text = chrome(account)
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    trace = both(account)
    assert '\N{SYMBOL FOR ESCAPE}[2J\ufffd"}]\ufffd' in trace.tracks[1]


def test_of_a_trace_that_was_cut_whatever_is_there_can_be_read() -> None:
    one = maker(1)
    one.steps = [StepSlice(BEGAN + n, BEGAN + n + 1, f"step {n}", None) for n in range(50)]
    text = chrome(account_with(one))
    whole = json.loads(text)
    for length in range(2, len(text), 97):
        lines = text[:length].split("\n")[:-1]  # of an array, every line is an object
        objects = json.loads("\n".join(lines).rstrip(",") + "]")
        assert objects == whole[: len(objects)]
        assert len(objects) == max(0, len(lines) - 1)


@pytest.mark.parametrize("value", [0, 1, 127, 128, 16_383, 16_384, 2**21, 2**35 + 5, 2**64 - 1])
def test_whole_numbers_are_written_as_the_specification_says(value: int) -> None:
    assert list(fields(b"\x08" + varint(value))) == [(1, value)]
    assert len(varint(value)) == max(1, (value.bit_length() + 6) // 7)
    assert list(fields(number(1, -value - 1))) == [(1, 2**64 - value - 1)]


MOMENT = st.integers(-10_000_000, 10_000_000).map(lambda tenths: BEGAN + tenths * 1e-7)
NUMBER = st.integers(1, 3) | st.none()


def stretches(kind: Any, *rest: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Of any times: those that are equal, that run backwards, and that lie in each other."""
    return st.lists(st.builds(kind, MOMENT, MOMENT, *rest), max_size=8)


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """Any makers in any processes and threads, with any slices."""
    makers = []
    for n in range(1, draw(st.integers(0, 4)) + 1):
        station = draw(st.integers(1, 2))
        one = maker(n, pid=draw(st.integers(1, 2)), tid=draw(NUMBER), station=station)
        one.steps = draw(stretches(StepSlice, st.text(max_size=3), st.none()))
        one.cores = draw(stretches(CoreSlice, NUMBER, st.floats(0, 2)))
        one.waits = draw(stretches(WaitSlice, st.sampled_from(Reason), st.floats(0, 1)))
        makers.append(one)
    account = account_with(*makers)
    kinds = st.sampled_from(["end", "signal", "trouble"])
    account.instants = draw(
        st.lists(st.builds(Instant, MOMENT, NUMBER, st.text(max_size=3), kinds), max_size=4)
    )
    return account


def expect_all(account: Account) -> None:
    """Everything is there, in both forms, and no slice overlaps another on its track."""
    trace = both(account)
    slices = [each for on_track in trace.slices.values() for each in on_track]
    assert len(slices) == sum(
        len(one.steps) + len(one.cores) + len(one.waits) for one in account.makers.values()
    )
    assert sum(map(len, trace.instants.values())) == 1 + len(account.instants)
    for on_track in trace.slices.values():
        assert all(0 <= began <= ended for began, ended, *_ in on_track)
        assert all(one[1] <= other[0] for one, other in pairwise(on_track))


@few
@given(accounts())
def test_no_slice_overlaps_another_on_its_track(account: Account) -> None:
    expect_all(account)


@few
@given(st.lists(ANYTHING, max_size=30))
def test_no_slice_overlaps_another_whatever_happens(events: list[Event]) -> None:
    expect_all(told(*events))
