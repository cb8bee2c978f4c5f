"""The form of a recording is what its description says, and stays what it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.model.event_json import JSON_NAMES, MOST_ITEMS, MOST_TEXT
from chai_tui.model.events import CoreUse, MakerUse, RunBegan
from chai_tui.model.program_events import BlockKind, Layer, Place, Wait, WaitKind
from chai_tui.model.race_events import Measure, Phase
from chai_tui.model.recipe import Recipe, Step, StepKind
from chai_tui.recording.form import (
    FORMAT,
    MOST_AFTER,
    MOST_BEFORE,
    End,
    Header,
    RecordingError,
    end_line,
    header_line,
    read_end,
    read_header,
)
from chai_tui.recording.output import RecordingFile
from chai_tui.recording.reader import LONGEST_LINE, Reader
from chai_tui.recording.recorder import Recorder
from chai_tui.sources.simulated.source import Simulation
from chai_tui.state.floor import Floor
from tests.unit.format_1 import FORMAT_1

KEPT = Path(__file__).parents[1] / "recordings"
TEXT = (Path(__file__).parents[2] / "docs" / "recording.md").read_text(encoding="utf-8")


# A recording of then


@pytest.mark.parametrize("name", ["format-1.chai", "format-1.chai.gz"])
def test_a_recording_that_was_kept_is_read_as_ever(name: str) -> None:
    reader = Reader.open(KEPT / name)
    events = list(reader.events())
    reader.close()
    assert events == FORMAT_1
    assert reader.header == Header(
        "0.1.0",
        "CPython 3.13.0",
        "chai-tui brew --makers 2 --record run.chai",
        FORMAT_1[0].at,
        "2026-05-04T12:00:00.123Z",
        FORMAT_1[0],  # type: ignore[arg-type]  # the first one says what the run is
        1,
    )
    assert reader.tally.end == End(events[-1].at, len(events), "over")
    assert reader.problems() == []


# The first line and the last


def test_a_header_and_an_end_come_back() -> None:
    header = Header("0.2", "PyPy", "chai-tui brew", 7.5, "now", RunBegan(7.5, cores=(0, 1)))
    assert read_header(json.loads(header_line(header))) == header
    assert header_line(header).endswith(b"}\n")
    end = End(8.25, 12, "saved")
    assert read_end(json.loads(end_line(end))) == end


@pytest.mark.parametrize("value", [None, 3, [], {}, {"recording": None}, {"recording": True}])
def test_another_first_line_is_none(value: object) -> None:
    with pytest.raises(RecordingError, match="expected a recording of chai-tui"):
        read_header(value)


def test_of_a_format_that_is_unknown_it_is_said_which() -> None:
    with pytest.raises(
        RecordingError, match=f"format {FORMAT}, found one of format 2, which a newer"
    ):
        read_header({"recording": 2})
    with pytest.raises(RecordingError, match="older"):
        read_header({"recording": -1})


STRANGE: tuple[Any, ...] = (None, True, "x" * 10**6, "\x1b[2J\udcff", 10**400, -(10**30), [], {})


@pytest.mark.parametrize("strange", STRANGE, ids=range(len(STRANGE)))
def test_strange_values_of_a_header_and_an_end_are_those_of_nobody(strange: Any) -> None:
    for key in ("chai_tui", "python", "command", "monotonic", "wall", "run", "more"):
        header = read_header({"recording": 1, key: strange})
        assert all(len(text) <= 1_000 for text in header if isinstance(text, str))
        assert str(header).isprintable()
        assert header.run == RunBegan(0.0)
        low, high = header.window
        assert low < header.monotonic < high
    for key in ("at", "events", "why", "more"):
        end = read_end({"end": {key: strange}})
        assert end is not None
        assert str(end).isprintable()
        assert 0 <= end.events < 1e12
    assert read_end({"end": 7}) is read_end([]) is None


# The description


def described() -> dict[str, dict[str, tuple[str, str]]]:
    """What each section says of each key: what it holds, and what it is where it is missing."""
    sections = re.split(r"^###? ", TEXT, flags=re.MULTILINE)[1:]
    rows = {}
    for section in sections:
        name = section.partition("\n")[0].strip("`")
        found = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|", section, re.MULTILINE)
        rows[name] = {key: (holds, missing) for key, holds, missing in found}
    return rows


DESCRIBED = described()
_WORDS = {
    float: "number", int: "whole number", str: "text", bool: "true or false", Engine: "engine",
    Phase: "phase", Step: "step", CoreUse: "core use", MakerUse: "maker use", Measure: "measure",
    Wait: "wait", WaitKind: "wait kind", BlockKind: "block kind", Layer: "layer", Place: "place",
    type(None): "null",
}  # fmt: skip


def _in_words(hint: Any) -> str:
    if get_origin(hint) is UnionType:
        return " or ".join(map(_in_words, get_args(hint)))
    if get_origin(hint) is tuple:
        first, *others = get_args(hint)
        if others == [...]:
            return f"list of {_in_words(first)}"
        return f"[{', '.join(map(_in_words, get_args(hint)))}]"
    return _WORDS[hint]


def records() -> Iterator[tuple[str, Any]]:
    yield from ((name, kind) for kind, name in JSON_NAMES.items())
    yield from ((_WORDS[kind], kind) for kind in (CoreUse, MakerUse, Measure, Wait, Place))


@pytest.mark.parametrize(("name", "kind"), records())
def test_the_description_has_every_key_of_every_event(name: str, kind: Any) -> None:
    hints = {key: hint for key, hint in get_type_hints(kind).items() if key != "at"}
    rows = DESCRIBED[name]
    assert list(rows) == list(hints)
    for key, hint in hints.items():
        holds, missing = rows[key]
        assert holds == _in_words(hint), key
        assert (missing == "must be there") == (key not in kind._field_defaults), key
        if missing.startswith("`"):
            assert json.loads(missing.strip("`")) == _plain_default(kind, key), key


def _plain_default(kind: Any, key: str) -> Any:
    default = kind._field_defaults[key]
    return list(default) if isinstance(default, tuple) else default


def test_the_description_has_nothing_that_is_not_there() -> None:
    others = {name for name, rows in DESCRIBED.items() if rows} - {name for name, _ in records()}
    assert others == {"The header", "The end"}
    assert set(re.findall(r"^\| `(\w+)`", _section("The header"), re.MULTILINE)) == set(
        json.loads(header_line(Header()))
    )
    assert re.findall(r"^\| `(\w+)`", _section("The end"), re.MULTILINE) == list(
        json.loads(end_line(End(0.0, 0)))["end"]
    )


def _section(title: str) -> str:
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_the_description_names_the_bounds_and_words_that_hold() -> None:
    assert f"This is format {FORMAT}." in TEXT
    assert (MOST_BEFORE, MOST_AFTER) == (86_400.0, 10 * 366 * 86_400.0)
    assert "a day before" in TEXT
    assert "ten years (of\n  366 days)" in TEXT
    assert (MOST_ITEMS, MOST_TEXT, LONGEST_LINE) == (100_000, 100_000, 4_000_000)
    for word in (*Engine, *Phase, *StepKind, *filter(None, WaitKind), *BlockKind):
        assert f"`{word}`" in TEXT, word


def _code(language: str) -> str:
    return TEXT.partition(f"```{language}\n")[2].partition("```")[0]


def test_its_example_is_what_is_really_written(tmp_path: Path) -> None:
    now = [0.0]
    facts = RunBegan(0.0, python="CPython 3.13.0", version="0.1.0", system="linux")
    source = Simulation(1, "spawn", seed=1, facts=facts, clock=lambda: now[0])
    path = tmp_path / "run.chai"
    recorder = Recorder(source, file=RecordingFile(path), command="chai-tui brew --makers 1")
    recorder.submit(
        AddMakers(1, Recipe("tea", (Step("steep", StepKind.WAIT, 0.15),)), Engine.PROCESS)
    )
    floor = Floor()
    while not floor.all_joined:
        floor.fold(recorder.poll(0.0))
        now[0] += 0.001
    recorder.close()
    written = re.sub(r'"wall":"[^"]+"', '"wall":"2026-05-04T12:00:00.123Z"', path.read_text())
    assert written == _code("json")


@pytest.mark.parametrize("name", ["format-1.chai", "format-1.chai.gz"])
def test_its_reader_reads_what_is_whole_and_what_was_cut(tmp_path: Path, name: str) -> None:
    code = _code("python")
    assert len(code.splitlines()) == 10
    space: dict[str, Any] = {}
    exec(code, space)  # noqa: S102 - it is ours
    whole = list(space["events"](str(KEPT / name)))
    assert [told["event"] for told in whole] == [JSON_NAMES[type(event)] for event in FORMAT_1]
    cut = tmp_path / name
    cut.write_bytes((KEPT / name).read_bytes()[:-300])
    some = list(space["events"](str(cut)))
    assert some == whole[: len(some)]
    assert len(some) > 10
