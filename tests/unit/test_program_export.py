"""What is exported of a program that is not ours, and two of it beside each other."""

from __future__ import annotations

import base64
import csv
import gzip
import html
import io
import json
import re

import pytest

from chai_tui.explain.story import story_line
from chai_tui.findings.evidence.finding import FindingKind
from chai_tui.findings.evidence.words import nothing_found
from chai_tui.model.events import Event, Failed, Said, Sampled
from chai_tui.model.program_events import Blocked, BlockKind, StationSeen, Unblocked
from chai_tui.recording.diff.comparison import compare
from chai_tui.recording.diff.words import diff_json, diff_lines
from chai_tui.recording.export.account import Account
from chai_tui.recording.export.page.html import write_html
from chai_tui.recording.export.page.tables import MOST_ROWS
from chai_tui.recording.export.svg import write_svg
from chai_tui.recording.export.tables import (
    write_events,
    write_findings,
    write_jsonl,
    write_makers,
    write_samples,
)
from chai_tui.recording.export.telling import account_of
from chai_tui.recording.export.traces.chrome import write_trace
from chai_tui.recording.export.traces.perfetto import write_pftrace
from chai_tui.recording.form import Header
from tests.builders import BEGAN
from tests.made_programs import RUN, ends, process, samples, thread

OURS = re.compile(r"chai maker|\bmakers?\b|\bserved\b|\bbrew|\bstations?\b|recipe", re.IGNORECASE)
HEADER = Header("0.1.0", "CPython 3.13.0", "chai-tui run lesson.py", BEGAN, "", RUN)


def events_of(exitcode: int = -9, child: str = "Process-1") -> list[Event]:
    return [
        RUN,
        *process(1, "python lesson.py"),
        StationSeen(BEGAN, 9, 4719, 1, "seen, and gone before it was looked at"),
        *process(2, child, parent=1),
        *thread(3, 1, "<b>queue\x1b</b>"),
        Said(BEGAN + 1, 2, "no milk left", "err", 2),
        *samples({1: (0.4, 0.1, 0.5), 2: (0.9, 0.0, 0.0), 3: (0.4, 0.1, 0.5)}),
        Failed(BEGAN + 2, 3, "ValueError: no milk", "Traceback\n", 0.1),
        *ends(2, exitcode=exitcode),
        *ends(3, at=BEGAN + 4),
        *ends(1, at=BEGAN + 5),
    ]


def account(exitcode: int = -9, child: str = "Process-1") -> Account:
    return account_of(HEADER, events_of(exitcode, child))


def found() -> Account:
    """Two threads wait for each other's lock, one of which has a name that looks like markup."""
    circle: list[Event] = [Blocked(BEGAN + 1, 1, BlockKind.LOCK, 3, "=milk")]
    circle += [Blocked(BEGAN + 1, 3, BlockKind.LOCK, 1, "tea"), Unblocked(BEGAN + 3, 3)]
    people = [event for event in events_of() if not isinstance(event, Sampled)][:-5]
    return account_of(HEADER, [*people, *circle[:2], Sampled(BEGAN + 3, (), ()), circle[2]])


def test_the_report_tells_what_was_found_with_its_time_and_evidence() -> None:
    parts: list[str] = []
    write_html(found(), parts.append, nothing)
    page = "".join(parts)
    section = page.partition("<h2>Found <small>1</small></h2>")[2].partition("</section>")[0]
    assert "<h3>03.000 Two threads wait for each other&#x27;s lock: #1 " in section
    assert "<li>#1 python lesson.py waits for lock =milk that #3 &lt;b&gt;queue" in section
    assert "It was over later." in section


def test_of_too_many_findings_the_rest_is_counted_and_where_all_are_is_told() -> None:
    told = found()
    told.found = [*told.found] * (MOST_ROWS + 5)
    parts: list[str] = []
    write_html(told, parts.append, nothing)
    section = "".join(parts).partition("<h2>Found <small>2,005</small></h2>")[2]
    section = section.partition("</section>")[0]
    assert section.count("<h3>") == MOST_ROWS
    assert (
        "And 5 more: the same recording exported to csv --table findings has all of them."
        in section
    )


def test_the_report_tells_that_nothing_was_found() -> None:
    parts: list[str] = []
    write_html(account_of(HEADER, [RUN]), parts.append, nothing)
    assert "Nothing found so far; looked for: waits for the GIL beside" in "".join(parts)


def test_the_report_of_one_that_was_watched_tells_what_was_not_looked_for() -> None:
    parts: list[str] = []
    watched = RUN._replace(source="watch")
    write_html(account_of(HEADER._replace(run=watched), [watched]), parts.append, nothing)
    told = "".join(parts).partition("Nothing found so far; looked for: ")[2].partition("</p>")[0]
    looked, _, not_looked = told.partition(". Under chai-tui run also: ")
    assert looked.startswith("waits for the GIL")
    for word in ("deadlocks", "joins of who waits to put", "idle workers", "the same exception"):
        assert word not in looked
        assert word in not_looked


@pytest.mark.parametrize("source", ["run", "watch"])
def test_every_kind_of_finding_is_among_those_looked_for(source: str) -> None:
    assert nothing_found(source).count(",") + 2 == len(FindingKind)


def test_a_table_of_what_was_found() -> None:
    parts: list[str] = []
    write_findings(found(), parts.append)
    (row,) = csv.DictReader(io.StringIO("".join(parts)))
    assert (row["kind"], row["makers"], row["is_over"]) == ("deadlock", "[1,3]", "1")
    assert float(row["at"]) >= 2
    assert len(json.loads(row["evidence"])) == 2


def nothing(_: float) -> None:
    """Nobody looks how far it is."""


def test_the_page_has_the_programs_own_names_and_none_of_our_words() -> None:
    pieces: list[str] = []
    write_html(account(), pieces.append, nothing)
    page = "".join(pieces)
    shown = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    words = html.unescape(re.sub(r"<[^>]*>", " ", shown))
    assert not OURS.search(words), OURS.search(words)
    assert "<b>queue" not in shown
    for told in (
        "python lesson.py: ended with exit code 0; 1 of 2 processes was killed",
        "2 processes, 3 threads: 5.00 s on the clock",
        "Process-1 #2: killed by SIGKILL",
        "no milk left",
        "ValueError: no milk",
        "✔ done",
    ):
        assert told in " ".join(words.split()), told
    packed = re.search(r'<script[^>]*type="[^"]*"[^>]*>([A-Za-z0-9+/=]{99,})<', page)
    if packed is None:
        packed = re.search(r"([A-Za-z0-9+/=]{400,})", page)
    assert packed is not None
    data = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    assert [row["called"] for row in data["rows"]] == [
        "python lesson.py",
        "<b>queue␛</b>",
        "Process-1",
    ]
    assert data["groups"][0] == ["python lesson.py · pid 4711 · one GIL", 2]
    assert data["who"] == "threads"


def test_traces_have_the_programs_own_names() -> None:
    pieces: list[str] = []
    write_trace(account(), pieces.append, nothing)
    trace = json.loads("".join(pieces))
    events = trace["traceEvents"] if isinstance(trace, dict) else trace
    names = [
        event["args"]["name"]
        for event in events
        if event.get("ph") == "M" and "name" in event["args"]
    ]
    assert "python lesson.py, pid 4711" in names
    assert "Process-1, pid 4712" in names
    assert "Process-1 #2" in names
    assert "all threads" in names
    assert not OURS.search(" ".join(names))
    pids = {
        event["pid"]: event["args"]["name"] for event in events if event["name"] == "process_name"
    }
    assert pids[4711] == "python lesson.py, pid 4711"  # and not ours, although the run names it
    packed: list[bytes] = []
    write_pftrace(account(), packed.append, nothing)
    assert b"Process-1 #2" in b"".join(packed)
    assert b"Chai Maker" not in b"".join(packed)


def test_the_picture_and_the_tables_have_them_too() -> None:
    picture: list[str] = []
    write_svg(account(), picture.append, nothing)
    text = re.sub(r"<style.*?</style>", "", "".join(picture), flags=re.DOTALL)
    assert "A timeline of 3 threads" in text
    assert "Process-1 #2" in text
    assert not OURS.search(re.sub(r"<[^>]*>", " ", text))
    table = io.StringIO()
    write_makers(account(), table.write)
    assert [line.rpartition(",")[2] for line in table.getvalue().splitlines()] == [
        "name",
        "python lesson.py",
        "Process-1",
        "<b>queue␛</b>",
    ]
    for write in (write_events, write_samples):
        rows = io.StringIO()
        write(BEGAN, events_of(), rows.write)
        assert rows.getvalue().count("\n") > 3
    lines = io.StringIO()
    write_jsonl(events_of(), lines.write)
    assert len(lines.getvalue().splitlines()) == len(events_of())


def test_two_runs_of_a_program_are_matched_by_the_names_of_their_threads() -> None:
    comparison = compare(account(), account(0))
    lines = diff_lines(("a.chai", "b.chai"), comparison)
    told = "\n".join(lines)
    assert "a.chai: 3 threads" in told
    assert "end: killed by SIGKILL → done" in told
    assert "2 threads: nothing changed" in told
    assert not OURS.search(told), told
    json.dumps(diff_json(("a", "b"), comparison))
    other = "\n".join(diff_lines(("a", "b"), compare(account(), account(child="ForkPoolWorker-1"))))
    assert "only in A: Process-1 1 (killed by SIGKILL)" in other
    assert "only in B: ForkPoolWorker-1 1 (killed by SIGKILL)" in other


def test_of_a_program_of_very_many_processes_all_are_told() -> None:
    many = [event for number in range(2, 302) for event in process(number, "w", parent=1)]
    told = account_of(HEADER, [*events_of()[:5], *many, *ends(*range(2, 302)), *ends(1)])
    assert len(told.makers) == len(told.stations) == 301


def test_what_it_was_run_with_is_told_where_that_differs() -> None:
    run = RUN._replace(program="python other.py")
    other = account_of(HEADER._replace(run=run), [run, *events_of()[1:]])
    facts = compare(account(), other).facts
    assert [fact[:] for fact in facts] == [("program", "python lesson.py", "python other.py")]


def test_a_program_of_which_nothing_was_seen_is_exported() -> None:
    empty = account_of(HEADER, [RUN])
    for write in (write_html, write_svg, write_trace):
        pieces: list[str] = []
        write(empty, pieces.append, nothing)
        assert pieces
    assert story_line(empty.floor) == ""
