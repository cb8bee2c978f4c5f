"""``chai-tui export``: where it goes, what it never writes over, what it says."""

from __future__ import annotations

import csv
import gzip
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chai_tui.__main__ import main
from chai_tui.cli.recordings import reading
from chai_tui.cli.recordings.reading import Bar
from chai_tui.model.events import Event
from chai_tui.recording.export import tables
from chai_tui.recording.export.account import Account
from chai_tui.recording.export.page import html
from tests.builders import brewing, killed, served
from tests.recordings import write_recording

STORY: list[Event] = [*served(1), *killed(2), *brewing(3)]
ENDINGS = {
    "trace": ".trace.json",
    "pftrace": ".pftrace",
    "html": ".html",
    "csv": ".csv",
    "svg": ".svg",
    "jsonl": ".jsonl",
}


class Terminal(io.TextIOWrapper):
    """A terminal; ``data`` has the bytes that were written to it."""

    def __init__(self) -> None:
        self.data = io.BytesIO()
        super().__init__(self.data, "utf-8", write_through=True)

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def recording(here: Path) -> Path:
    return write_recording(here / "run.chai.gz", STORY)


Told = Callable[..., tuple[int, bytes, str]]


@pytest.fixture
def told(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Told:
    """Run a command, at a terminal or with its stdout in a pipe; return the code and its output."""

    def run(*arguments: str, terminal: Terminal | None = None) -> tuple[int, bytes, str]:
        with monkeypatch.context() as patch:
            if terminal is not None:
                patch.setattr(sys, "stdout", terminal)
            code = main(["export", *arguments])
        out, err = capfdbinary.readouterr()
        return code, out if terminal is None else terminal.data.getvalue(), err.decode()

    return run


def test_a_pipe_gets_it_and_nothing_is_said(told: Told, recording: Path) -> None:
    code, out, err = told("run.chai.gz", "--to", "csv")
    assert (code, err) == (0, "")
    rows = [*csv.DictReader(io.StringIO(out.decode()))]
    assert [row["state"] for row in rows] == ["served", "killed", "brewing"]
    assert [path.name for path in recording.parent.iterdir()] == ["run.chai.gz"]


@pytest.mark.parametrize("form", ENDINGS)
@pytest.mark.parametrize("name", ["run.chai.gz", "run.chai", "run.gz", "run", ".chai"])
def test_at_a_terminal_it_is_a_file_beside_the_recording_and_again(
    form: str,
    name: str,
    here: Path,
    told: Told,
) -> None:
    folder = here / "runs"
    folder.mkdir()
    write_recording(folder / name, STORY)
    written = ("recording" if name == ".chai" else "run") + ENDINGS[form]
    for _ in range(2):  # it may take the place of the one before
        code, out, err = told(f"runs/{name}", "--to", form, terminal=Terminal())
        assert (code, out) == (0, b"")
        assert err.startswith(f"chai-tui: runs/{written}: written, ")
        assert err.count("\n") == 1
        assert {path.name for path in folder.iterdir()} == {name, written}
        assert (folder / written).stat().st_size > 0


@pytest.mark.parametrize("form", ENDINGS)
def test_a_run_in_which_nothing_happened_is_exported_too(form: str, here: Path, told: Told) -> None:
    write_recording(here / "run.chai", [])
    for _ in range(2):
        assert told("run.chai", "--to", form, "--output", "made")[0] == 0
    assert (here / "made").stat().st_size > 0


def test_each_table_has_a_name_of_its_own(here: Path, recording: Path, told: Told) -> None:
    for table in ("makers", "events", "samples", "findings"):
        assert told("run.chai.gz", "--to", "csv", "--table", table, terminal=Terminal())[0] == 0
    names = {path.name for path in here.iterdir()}
    tables = {f"run.{name}.csv" for name in ("events", "samples", "findings")}
    assert names == {recording.name, "run.csv", *tables}


def test_a_terminal_gets_it_where_it_was_asked_for(recording: Path, told: Told) -> None:
    options = (recording.name, "--output", "-", "--to")
    code, out, _ = told(*options, "jsonl", terminal=Terminal())
    assert code == 0
    assert out.startswith(b'{"event":"run_began"')
    code, out, err = told(*options, "pftrace", terminal=Terminal())
    assert (code, out) == (2, b"")
    assert "pftrace is not for a terminal" in err


def test_a_file_that_was_asked_for_is_written_and_named(
    here: Path, recording: Path, told: Told
) -> None:
    code, out, err = told(recording.name, "--to", "csv", "--output", "table.txt")
    assert (code, out) == (0, b"")
    assert err.startswith("chai-tui: table.txt: written, ")
    assert (here / "table.txt").read_text().startswith("maker,recipe,")


def test_an_older_export_goes_once_the_new_one_is_there(
    here: Path, recording: Path, told: Told
) -> None:
    target = here / "run.csv"
    target.write_text("maker,recipe")
    for other in ("events", "makers", "samples", "findings", "events"):
        if other == "events" and target.read_text() == "maker,recipe":
            assert told(recording.name, "--to", "csv", "--output", "run.csv")[0] == 2
            target.write_bytes(b"")  # somebody made the file, and nothing in it
        options = ("--to", "csv", "--table", other, "--output", "run.csv")
        assert told(recording.name, *options)[0] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="files have no other kinds there")
def test_nothing_else_is_written_over(here: Path, recording: Path, told: Told) -> None:
    (here / "folder").mkdir()
    (here / "own.html").write_text("<!doctype html><title>my garden</title>")
    (here / "link.csv").symlink_to("elsewhere.csv")
    (here / "again").hardlink_to(recording)
    os.mkfifo(here / "pipe")
    before = {path: path.read_bytes() for path in here.iterdir() if path.is_file()}
    for target, why in {
        "folder": "found a folder",
        "own.html": "found something else, which is not written over",
        "link.csv": "found a link",
        "pipe": "found a device, pipe or socket",
        "run.chai.gz": "it is the recording itself",
        "again": "it is the recording itself",
        "nowhere/run.html": "no such folder",
        "run.chai.gz/run.html": "cannot be written: Not a directory",
        "": "no file can have an empty name",
        "x" * 300: "cannot be written: File name too long",
    }.items():
        code, out, err = told(recording.name, "--to", "html", "--output", target)
        assert (code, out) == (2, b""), target
        assert why in err, err
        assert err.count("\n") == 1
    assert {path: path.read_bytes() for path in here.iterdir() if path.is_file()} == before


def test_a_file_that_must_not_be_changed_is_not(here: Path, recording: Path, told: Told) -> None:
    told(recording.name, "--to", "csv", "--output", "kept.csv")
    (here / "kept.csv").chmod(0o444)
    may = os.access(here / "kept.csv", os.W_OK)  # root may write anything
    code, _, err = told(recording.name, "--to", "csv", "--output", "kept.csv")
    assert (code, "Permission denied" in err) == ((0, False) if may else (2, True))


@pytest.mark.parametrize("problem", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_was_not_finished_is_not_there_and_what_was_before_is(
    problem: type[BaseException] | OSError,
    here: Path,
    recording: Path,
    told: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def half(_account: Account, write: Callable[[str], object], _progress: object) -> None:
        write("<!DOCTYPE html>" + " " * 1_000_000)
        assert any(path.suffix == ".part" and path.stat().st_size for path in here.iterdir())
        raise problem

    before = "<!DOCTYPE html><p>chai-tui</p>"
    (here / "run.html").write_text(before)
    monkeypatch.setattr(html, "write_html", half)
    code, _, err = told(recording.name, "--to", "html", "--output", "run.html")
    if problem is KeyboardInterrupt:
        assert (code, err) == (130, "")
    else:
        assert code == 1
        assert err == "chai-tui: run.html: cannot be written: No space left on device\n"
    assert (here / "run.html").read_text() == before
    assert {path.name for path in here.iterdir()} == {"run.html", recording.name}


def test_a_table_is_of_a_csv_alone(told: Told, recording: Path) -> None:
    code, _, err = told(recording.name, "--to", "html", "--table", "events")
    assert code == 2
    assert "--table: only for csv, found --to html" in err


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "expected a recording, found it empty"),
        (b"hello\n", "expected a recording of chai-tui, found something else"),
        (b'{"recording":999}\n', "found one of format 999, which a newer chai-tui wrote"),
        (None, "no such file"),
    ],
)
def test_what_is_no_recording_is_named_in_a_line(
    text: bytes | None, why: str, here: Path, told: Told
) -> None:
    if text is not None:
        (here / "odd").write_bytes(text)
    code, out, err = told("odd", "--to", "csv", "--output", "odd.csv")
    assert (code, out) == (2, b"")
    assert err.startswith("chai-tui: odd: ")
    assert why in err
    assert err.count("\n") == 1
    assert not (here / "odd.csv").exists()
    assert "found a folder" in told(".", "--to", "csv")[2]


def test_what_is_missing_is_told_and_the_rest_is_shown(here: Path, told: Told) -> None:
    path = write_recording(here / "cut.chai", STORY, has_end=False)
    with path.open("ab") as file:
        file.write(b'{"event":"served","at":"noon"}\n{"event":"progr')
    os.utime(path, (0, 0))  # nobody writes to it any more
    code, out, err = told("cut.chai", "--to", "csv")
    assert code == 0
    assert out.count(b"\n") == 4
    first, second = err.splitlines()
    assert first.startswith("chai-tui: cut.chai: passed over 1 line that is no event (")
    assert second == "chai-tui: cut.chai: it has no end: it was cut off"


def shown(terminal: Terminal) -> str:
    return terminal.data.getvalue().decode()


def test_the_bar_shows_how_far_it_is_and_goes() -> None:
    now = [0.0]
    stream = Terminal()
    with Bar(stream, clock=lambda: now[0]) as bar:
        bar.show("reading", 0.1)
        assert shown(stream) == ""  # what is done at once needs none
        now[0] += 1
        bar.show("reading", 0.5)
        first = shown(stream)
        assert first.startswith("\rreading  50 % [###")
        bar.show("reading", 0.51)
        assert shown(stream) == first  # not a hundred times a second
        now[0] += 1
        bar.show("reading", None)
        assert shown(stream).endswith("\rreading" + " " * (len(first) - 8))
    assert shown(stream).endswith("\r" + " " * 7 + "\r")
    assert "\n" not in shown(stream)


def test_a_bar_that_was_closed_is_never_shown_again() -> None:
    now = iter(range(9))
    stream = Terminal()
    with Bar(stream, clock=lambda: float(next(now))) as bar:
        bar.show("reading", 0.5)
        bar.close()
        before = shown(stream)
        assert before.endswith(" \r")
        bar.show("writing", 0.5)
    assert shown(stream) == before


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_whoever_reads_it_has_the_screen_alone(
    form: str, recording: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    stderr = Terminal()
    monkeypatch.setattr(reading, "_BAR_SECONDS", -1.0)  # a picture for every look
    monkeypatch.setattr(reading, "_EVERY", 1)
    monkeypatch.setattr(tables, "write_makers", lambda *_: seen.append(shown(stderr)))
    seen: list[str] = []
    monkeypatch.setattr(sys, "stderr", stderr)
    assert told(recording.name, "--to", form)[0] == 0
    if form == "jsonl":
        assert shown(stderr) == ""
    else:
        assert seen == [shown(stderr)]
        assert seen[0].startswith("\rreading ")
        assert seen[0].endswith(" \r")


def test_there_is_no_bar_where_nobody_looks() -> None:
    stream = io.StringIO()
    with Bar(stream, clock=iter(range(9)).__next__) as bar:
        bar.show("reading", 0.5)
    assert stream.getvalue() == ""
    with Bar(None, clock=iter(range(9)).__next__) as bar:
        bar.show("reading", 0.5)


def test_a_report_says_what_the_recording_lacks(told: Told, recording: Path) -> None:
    cut = recording.with_name("cut.chai")
    cut.write_bytes(gzip.decompress(recording.read_bytes()).rpartition(b'{"end"')[0])
    code, out, err = told("cut.chai", "--to", "html")
    assert code == 0
    assert "cut.chai: it has no end" in err
    assert "Of the recording: it has no end" in out.decode()
