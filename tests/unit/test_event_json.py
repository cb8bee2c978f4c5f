"""Events as JSON, and back."""

from __future__ import annotations

import json
import re
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.event_json import MOST_FRACTION, MOST_WHOLE, as_json, from_json
from chai_tui.model.events import (
    EVENT_TYPES,
    CoresChanged,
    CoreUse,
    Dropped,
    Event,
    Exited,
    Failed,
    GaveUp,
    MakerUse,
    Paused,
    Progress,
    Resumed,
    RunBegan,
    Said,
    Sampled,
    Seated,
    Served,
    Signalled,
    Started,
    StepBegan,
    Stopping,
    Trouble,
    Unseated,
)
from chai_tui.model.program_events import (
    Blocked,
    BlockKind,
    Doing,
    Layer,
    Missed,
    Named,
    OutOfMemory,
    Place,
    SeenBy,
    StationSeen,
    TaskBegan,
    TaskEnded,
    Unblocked,
    Unjoined,
    Wait,
    WaitKind,
    Waits,
)
from chai_tui.model.race_events import (
    CallsDone,
    Differed,
    GilSeen,
    Judged,
    LaneOpened,
    LaneOut,
    Loaded,
    Measure,
    Phase,
    PhaseBegan,
    Printed,
    RoundBegan,
    RoundEnded,
    TasteBegan,
    Tasted,
    TasteFailed,
)
from chai_tui.model.recipe import Step, StepKind
from chai_tui.model.text import printable

FORMS: list[tuple[Event, dict[str, Any]]] = [
    (
        RunBegan(
            0.0,
            "live",
            "spawn",
            True,
            (0, 3),
            1.5,
            True,
            0.5,
            ((9, "SIGKILL"),),
            "linux",
            "CPython 3.14.2",
            "0.1.0",
            1,
            (Engine.PROCESS, Engine.INTERPRETER),
            False,
            "there is no /proc",
            4700,
            measures_gil=True,
            program="make -j4",
        ),
        {
            "event": "run_began",
            "at": 0.0,
            "source": "live",
            "start_method": "spawn",
            "gil": True,
            "cores": [0, 3],
            "quota": 1.5,
            "maps_cores": True,
            "sample_every": 0.5,
            "signals": [[9, "SIGKILL"]],
            "system": "linux",
            "python": "CPython 3.14.2",
            "version": "0.1.0",
            "schema": 1,
            "engines": ["process", "interpreter"],
            "measures_cores": False,
            "unseen": "there is no /proc",
            "pid": 4700,
            "measures_gil": True,
            "program": "make -j4",
        },
    ),
    (
        Seated(0.5, 1, 2, 4711, Engine.THREAD, "chai", (Step("boil", StepKind.WAIT, 1.5, 0.0),)),
        {
            "event": "seated",
            "at": 0.5,
            "maker": 1,
            "station": 2,
            "pid": 4711,
            "engine": "thread",
            "recipe": "chai",
            "steps": [{"name": "boil", "wait": 1.5}],
        },
    ),
    (
        Started(1.0, 1, 2, 3, 74),
        {"event": "started", "at": 1.0, "maker": 1, "pid": 2, "tid": 3, "modules": 74},
    ),
    (
        StepBegan(1.0, 1, 0, "load"),
        {"event": "step_began", "at": 1.0, "maker": 1, "step": 0, "name": "load"},
    ),
    (
        Progress(1.0, 1, 0.5, 0.25),
        {"event": "progress", "at": 1.0, "maker": 1, "fraction": 0.5, "cpu_seconds": 0.25},
    ),
    (
        Served(1.0, 1, 2.0, 3, "[42]"),
        {
            "event": "served",
            "at": 1.0,
            "maker": 1,
            "cpu_seconds": 2.0,
            "cups": 3,
            "result": "[42]",
        },
    ),
    (
        Failed(1.0, 1, "ValueError: no milk", "Traceback\n", 2.0),
        {
            "event": "failed",
            "at": 1.0,
            "maker": 1,
            "error": "ValueError: no milk",
            "traceback": "Traceback\n",
            "cpu_seconds": 2.0,
        },
    ),
    (GaveUp(1.0, 1, 2.0), {"event": "gave_up", "at": 1.0, "maker": 1, "cpu_seconds": 2.0}),
    (
        Said(1.0, None, "\x1b[1m\udcff", "err", 4),
        {
            "event": "said",
            "at": 1.0,
            "maker": None,
            "line": "\x1b[1m\udcff",
            "stream": "err",
            "station": 4,
        },
    ),
    (
        Dropped(1.0, 1, 12, 4),
        {"event": "dropped", "at": 1.0, "maker": 1, "lines": 12, "station": 4},
    ),
    (Paused(1.0, 1, ours=True), {"event": "paused", "at": 1.0, "maker": 1, "ours": True}),
    (Resumed(1.0, 1, ours=False), {"event": "resumed", "at": 1.0, "maker": 1, "ours": False}),
    (
        Stopping(1.0, 1, 15, 2.0),
        {"event": "stopping", "at": 1.0, "maker": 1, "signal": 15, "grace": 2.0},
    ),
    (Signalled(1.0, 1, 10), {"event": "signalled", "at": 1.0, "maker": 1, "signal": 10}),
    (
        Exited(1.0, 1, -9, ours=False, cpu_seconds=0.5),
        {
            "event": "exited",
            "at": 1.0,
            "maker": 1,
            "exitcode": -9,
            "ours": False,
            "cpu_seconds": 0.5,
        },
    ),
    (
        Unseated(1.0, 2, "no process left"),
        {"event": "unseated", "at": 1.0, "makers": 2, "text": "no process left"},
    ),
    (
        CoresChanged(1.0, (1,), None),
        {"event": "cores_changed", "at": 1.0, "cores": [1], "quota": None},
    ),
    (
        Trouble(1.0, None, "no process left"),
        {"event": "trouble", "at": 1.0, "maker": None, "text": "no process left"},
    ),
    (
        Sampled(
            1.0,
            (CoreUse(0, 0.75, None), CoreUse(1, None, None)),
            (
                MakerUse(1, None, 0.5, None, 2.0, 4_096, stopped=False, gil_share=0.25),
                MakerUse(2, None, None, None, None, None, None),
            ),
        ),
        {
            "event": "sampled",
            "at": 1.0,
            "cores": [
                {"core": 0, "busy": 0.75, "makers": None},
                {"core": 1, "busy": None, "makers": None},
            ],
            "makers": [
                {
                    "maker": 1,
                    "core": None,
                    "cpu_share": 0.5,
                    "ready_share": None,
                    "cpu_seconds": 2.0,
                    "memory": 4096,
                    "stopped": False,
                    "gil_share": 0.25,
                    "gil_held": None,
                },
                {
                    "maker": 2,
                    "core": None,
                    "cpu_share": None,
                    "ready_share": None,
                    "cpu_seconds": None,
                    "memory": None,
                    "stopped": None,
                    "gil_share": None,
                    "gil_held": None,
                },
            ],
        },
    ),
    (
        TasteBegan(
            1.0,
            "w.py:f",
            2,
            (Engine.SERIAL, Engine.THREAD),
            8.0,
            "/usr/bin/python3",
            1.5,
            limited=True,
        ),
        {
            "event": "taste_began",
            "at": 1.0,
            "target": "w.py:f",
            "workers": 2,
            "engines": ["serial", "thread"],
            "budget": 8.0,
            "python": "/usr/bin/python3",
            "cores": 1.5,
            "limited": True,
        },
    ),
    (
        PhaseBegan(1.0, Phase.RACE, 7.5),
        {"event": "phase_began", "at": 1.0, "phase": "race", "left": 7.5},
    ),
    (
        Loaded(1.0, "w.f", False, 64, 0.25, "CPython 3.14.2", True, 4711, 0.5),
        {
            "event": "loaded",
            "at": 1.0,
            "name": "w.f",
            "is_async": False,
            "items": 64,
            "import_seconds": 0.25,
            "python": "CPython 3.14.2",
            "gil": True,
            "pid": 4711,
            "scale": 0.5,
        },
    ),
    (
        Tasted(
            1.0,
            3,
            0.5,
            0.125,
            0.25,
            0.5,
            1.0,
            None,
            0.0,
            Measure(20, 0.001),
            Measure(None, 0.0, "no lambda"),
            Measure(),
            "42",
        ),
        {
            "event": "tasted",
            "at": 1.0,
            "calls": 3,
            "wall": 0.5,
            "shortest": 0.125,
            "longest": 0.25,
            "thread_cpu": 0.5,
            "process_cpu": 1.0,
            "ready": None,
            "child_cpu": 0.0,
            "function": {"size": 20, "seconds": 0.001, "problem": ""},
            "argument": {"size": None, "seconds": 0.0, "problem": "no lambda"},
            "result": {"size": None, "seconds": 0.0, "problem": ""},
            "shown": "42",
        },
    ),
    (
        GilSeen(1.0, 0.5, 700, is_about=True),
        {"event": "gil_seen", "at": 1.0, "share": 0.5, "looks": 700, "is_about": True},
    ),
    (
        LaneOpened(1.0, 2, Engine.PROCESS, 2, (3, 4), 0.25, 0.0001, 4_096),
        {
            "event": "lane_opened",
            "at": 1.0,
            "lane": 2,
            "engine": "process",
            "workers": 2,
            "makers": [3, 4],
            "start_seconds": 0.25,
            "task_seconds": 0.0001,
            "memory": 4096,
        },
    ),
    (
        LaneOut(1.0, Engine.PROCESS, "its result cannot be pickled"),
        {
            "event": "lane_out",
            "at": 1.0,
            "engine": "process",
            "text": "its result cannot be pickled",
        },
    ),
    (
        RoundBegan(1.0, 2, 4, 16),
        {"event": "round_began", "at": 1.0, "lane": 2, "round": 4, "calls": 16},
    ),
    (CallsDone(1.0, 2, 8), {"event": "calls_done", "at": 1.0, "lane": 2, "done": 8}),
    (
        RoundEnded(1.0, 2, 4, 16, 0.5, 0.75, None, counts=False),
        {
            "event": "round_ended",
            "at": 1.0,
            "lane": 2,
            "round": 4,
            "calls": 16,
            "wall": 0.5,
            "cpu": 0.75,
            "ready": None,
            "counts": False,
        },
    ),
    (
        Differed(1.0, 2, 3, "12", "7", 4),
        {
            "event": "differed",
            "at": 1.0,
            "lane": 2,
            "item": 3,
            "expected": "12",
            "found": "7",
            "times": 4,
        },
    ),
    (Printed(1.0, "hello"), {"event": "printed", "at": 1.0, "line": "hello"}),
    (
        TasteFailed(1.0, "no such file", "Traceback\n", is_usage=True),
        {
            "event": "taste_failed",
            "at": 1.0,
            "text": "no such file",
            "traceback": "Traceback\n",
            "is_usage": True,
        },
    ),
    (
        Judged(1.0, None, None, "noisy", "Too noisy to say."),
        {
            "event": "judged",
            "at": 1.0,
            "lane": None,
            "engine": None,
            "reason": "noisy",
            "sentence": "Too noisy to say.",
        },
    ),
    (
        StationSeen(1.0, 2, 4713, 1, "Process-1", "python a.py", "CPython 3.13", True, "brew"),
        {
            "event": "station_seen",
            "at": 1.0,
            "station": 2,
            "pid": 4713,
            "parent": 1,
            "name": "Process-1",
            "command": "python a.py",
            "python": "CPython 3.13",
            "gil": True,
            "target": "brew",
        },
    ),
    (
        Named(1.0, 3, "MainThread", "main"),
        {"event": "named", "at": 1.0, "maker": 3, "name": "MainThread", "target": "main"},
    ),
    (
        Waits(1.0, (Wait(1, WaitKind.READ, "pipe from pid 812"), Wait(2, WaitKind.NOTHING))),
        {
            "event": "waits",
            "at": 1.0,
            "makers": [
                {"maker": 1, "what": "read", "subject": "pipe from pid 812"},
                {"maker": 2, "what": "", "subject": ""},
            ],
        },
    ),
    (
        SeenBy(1.0, 2, (Layer.FUTEX, Layer.WORD), "no"),
        {
            "event": "seen_by",
            "at": 1.0,
            "station": 2,
            "layers": ["futex", "word"],
            "why": "no",
        },
    ),
    (
        Doing(1.0, (Place(3, "brew_chai", "lesson.py", 12),)),
        {
            "event": "doing",
            "at": 1.0,
            "makers": [{"maker": 3, "function": "brew_chai", "file": "lesson.py", "line": 12}],
        },
    ),
    (
        Missed(1.0, 0.25),
        {"event": "missed", "at": 1.0, "cpu_seconds": 0.25},
    ),
    (
        Blocked(1.0, 1, BlockKind.LOCK, 2, "till"),
        {
            "event": "blocked",
            "at": 1.0,
            "maker": 1,
            "on": "lock",
            "whom": 2,
            "name": "till",
            "timeout": None,
            "handles_signals": False,
        },
    ),
    (
        Blocked(1.0, 1, BlockKind.CONDITION, 0, "Event.wait", 0.5, handles_signals=True),
        {
            "event": "blocked",
            "at": 1.0,
            "maker": 1,
            "on": "condition",
            "whom": 0,
            "name": "Event.wait",
            "timeout": 0.5,
            "handles_signals": True,
        },
    ),
    (Unblocked(1.0, 1), {"event": "unblocked", "at": 1.0, "maker": 1}),
    (
        TaskBegan(1.0, 1, "resize", 7),
        {"event": "task_began", "at": 1.0, "maker": 1, "name": "resize", "task": 7},
    ),
    (
        TaskEnded(1.0, 1, "ValueError: no milk", 7),
        {"event": "task_ended", "at": 1.0, "maker": 1, "error": "ValueError: no milk", "task": 7},
    ),
    (
        Unjoined(1.0, 2),
        {"event": "unjoined", "at": 1.0, "station": 2, "is_joined": False},
    ),
    (
        OutOfMemory(1.0, 2, kills=3),
        {"event": "out_of_memory", "at": 1.0, "station": 2, "kills": 3},
    ),
]


def test_every_event_has_a_form_here() -> None:
    assert {type(event) for event, _ in FORMS} == set(EVENT_TYPES)


@pytest.mark.parametrize(("event", "form"), FORMS, ids=lambda value: type(value).__name__)
def test_the_json_form_says_everything(event: Event, form: dict[str, Any]) -> None:
    made = as_json(event)
    assert made == form
    assert list(made)[:2] == ["event", "at"]
    line = json.dumps(made, allow_nan=False)
    assert "\n" not in line
    assert json.loads(line) == form


@cache  # to build a strategy costs more than a value of it
def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Return values of a field's type as they are in events: texts are safe to show."""
    if get_origin(hint) is UnionType:
        return st.one_of([values_of(part) for part in get_args(hint)])
    if get_origin(hint) is tuple:
        first, *others = get_args(hint)
        if others == [...]:
            return st.lists(values_of(first), max_size=3).map(tuple)
        return st.tuples(*(values_of(part) for part in get_args(hint)))
    if hint is Step:
        kinds, seconds = st.sampled_from(StepKind), st.floats(0, 1e6)
        return st.builds(
            Step, st.text().map(printable), kinds, seconds, jitter=st.just(0.0), call=st.none()
        )
    if isinstance(hint, type) and issubclass(hint, tuple):
        return records_of(hint)
    simple: dict[Any, st.SearchStrategy[Any]] = {
        float: st.floats(-MOST_FRACTION, MOST_FRACTION, exclude_min=True, exclude_max=True),
        int: st.integers(1 - MOST_WHOLE, MOST_WHOLE - 1),
        str: st.text().map(printable),
        bool: st.booleans(),
        type(None): st.none(),
        Engine: st.sampled_from(Engine),
        Phase: st.sampled_from(Phase),
        WaitKind: st.sampled_from(WaitKind),
        BlockKind: st.sampled_from(BlockKind),
        Layer: st.sampled_from(Layer),
    }
    return simple[hint]


@cache
def records_of(kind: type) -> st.SearchStrategy[Any]:
    fields = {name: values_of(hint) for name, hint in get_type_hints(kind).items()}
    return st.builds(kind, **fields)


@pytest.mark.parametrize("kind", EVENT_TYPES)
@settings(max_examples=15)
@given(data=st.data())
def test_every_event_comes_back_as_it_was(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(records_of(kind))  # type: ignore[arg-type]  # mypy: no class is hashable
    again = from_json(json.loads(json.dumps(as_json(event), allow_nan=False)))
    assert type(again) is kind
    assert again == event


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(data=st.data())
def test_anything_else_is_refused_in_one_line_that_names_the_key(data: st.DataObject) -> None:
    _, form = data.draw(st.sampled_from(FORMS))
    key = data.draw(st.sampled_from(sorted(form)))
    value = data.draw(JSON)
    try:
        event = from_json({**form, key: value})
    except ValueError as error:
        message = str(error)
        assert printable(message) == message
        assert f"{key}: " in message or key == "event", message
    else:
        assert event is None or type(event) in EVENT_TYPES


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([], 'expected an object with "event"'),
        ({"event": 3}, 'expected an object with "event"'),
        ({"event": "started", "at": 1, "maker": 1, "pid": 2}, "started: expected tid"),
        (
            {"event": "started", "at": "now", "maker": 1, "pid": 2, "tid": 3},
            "started: at: expected a number, found 'now'",
        ),
        (
            {"event": "started", "at": 1.0, "maker": True, "pid": 2, "tid": 3},
            "started: maker: expected a whole number, found True",
        ),
        (
            {"event": "trouble", "at": 1e999, "maker": None, "text": ""},
            "trouble: at: expected a finite number, found inf",
        ),
        (
            {"event": "sampled", "at": 1.0, "cores": [{"core": "0"}], "makers": []},
            "sampled: cores: core: expected a whole number, found '0'",
        ),
    ],
)
def test_what_is_wrong_is_said(value: object, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}"):
        from_json(value)


def test_what_is_unknown_is_passed_over() -> None:
    assert from_json({"event": "spilled", "at": 1.0}) is None
    form = as_json(GaveUp(1.0, 1, 2.0))
    assert from_json({**form, "mood": "good"}) == GaveUp(1.0, 1, 2.0)


def test_texts_are_made_safe_at_the_entry() -> None:
    said = from_json(as_json(Said(1.0, 1, "\x1b[2J", "out", 1)))
    assert said == Said(1.0, 1, "␛[2J", "out", 1)
    failed = from_json(as_json(Failed(1.0, 1, "\x07", "a\n\x1bb\n", 0.0)))
    assert failed == Failed(1.0, 1, "␇", "a\n␛b\n", 0.0)


_any_number: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.text(max_size=1), st.integers(-1, 1), st.floats(),
    st.sampled_from((MOST_WHOLE, -MOST_WHOLE, MOST_FRACTION, -MOST_FRACTION, -0.0, 5e14)),
)  # fmt: skip


@given(
    st.lists(
        st.tuples(st.sampled_from(MakerUse._fields), st.integers(0, 2), _any_number), max_size=4
    )
)
def test_records_are_read_at_once_as_they_are_one_by_one(
    changes: list[tuple[str, int, Any]],
) -> None:
    use = MakerUse(1, 2, 0.5, 0.25, 1.5, 4_096, stopped=False, gil_share=0.25)
    makers = [use._asdict() for _ in range(3)]
    for name, index, value in changes:
        makers[index][name] = value
    found, expected = _read_or_refused(makers), []
    for maker in makers:
        # A key that is left out makes all of them be read one by one.
        one = _read_or_refused([maker, use._asdict()], "gil_share")
        if isinstance(one, str):
            assert found == one
            return
        expected.append(one[0])
    assert repr(found) == repr((*expected,))


def _read_or_refused(makers: list[dict[str, Any]], without: str = "") -> str | tuple[MakerUse, ...]:
    makers = [*makers[:-1], {key: makers[-1][key] for key in makers[-1] if key != without}]
    try:
        event = from_json({"event": "sampled", "at": 1.0, "cores": [], "makers": makers})
    except ValueError as error:
        return str(error)
    assert isinstance(event, Sampled)
    return event.makers
