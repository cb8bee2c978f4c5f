"""The report's words and tables, as HTML in which no word of anybody is more than a word."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from itertools import islice

from chai_tui.explain.tasting.report import report_lines
from chai_tui.explain.tasting.table import HEADINGS, lane_rows, table_lines
from chai_tui.explain.wording.formatting import (
    GLYPHS,
    counted,
    memory_text,
    percent,
    quota_text,
    ranges,
    seconds_text,
    time_text,
)
from chai_tui.findings.evidence.words import nothing_found
from chai_tui.model.text import printable
from chai_tui.recording.export.account import Account, MakerAccount
from chai_tui.recording.export.figures import moves_of, wall_of
from chai_tui.state.makers.records import State

MOST_ROWS = 2_000
"""Of each table: a page of 10,000 takes a browser a second."""
MOST_FAILURES, LINES_TOLD, LINES_SAID = 20, 100, 10
"""Different ends that are explained, lines of each traceback, and lines that a maker said last."""
_END = "end"
"""Its words are short as a rule, and broken after each where others leave them no room."""
_MAKER_HEADINGS = (
    "maker", "recipe", "engine", "station", "pid", _END, "began", "wall", "CPU", "share",
    "GIL wait", "core wait", "paused", "moves", "memory", "said",
)  # fmt: skip
_THREAD_HEADINGS = ("thread", "name", "as", "process", *_MAKER_HEADINGS[4:])
_STATION_HEADINGS = ("station", "engine", "pid", "makers", "began", "wall", "CPU")
_PROCESS_HEADINGS = ("process", "name", "pid", "threads", "began", "wall", "CPU")
"""The same, of a program that is not ours."""


def inert(text: str, most: int = 1_000) -> str:
    """Return text as HTML that is nothing but that text, cut to so many characters."""
    cut = text if len(text) <= most else f"{text[:most]}…"
    return html.escape(printable(cut))


def warnings(account: Account) -> list[str]:
    """Return what everybody who looks at the report should know first."""
    missing = [f"Of the recording: {problem}" for problem in account.problems]
    return [*filter(None, [account.run.warning]), *missing]


def facts(account: Account) -> list[tuple[str, str]]:
    """Return what is known of the run, each with its name; nothing of what is unknown."""
    run, header = account.run, account.header
    cores = f"{counted(len(run.cores), 'core')}: {ranges(run.cores)}" if run.cores else ""
    if cores and run.quota is not None:
        cores = f"{cores}; {quota_text(run.quota)}"
    return [
        (name, value)
        for name, value in (
            ("command", header.command),
            ("program", run.program),
            ("recorded", header.wall),
            ("length", f"{seconds_text(account.ended - account.began)}, {account.events:,} events"),
            ("source", run.warning),
            ("cores", cores),
            ("Python", run.python or header.python),
            ("GIL", _gil_text(account)),
            ("start method", run.start_method),
            ("system", run.system),
            ("samples", _samples_text(account)),
            ("chai-tui", header.chai_tui or run.version),
        )
        if value
    ]


def _gil_text(account: Account) -> str:
    """Whether there is one; each process of another program has its own answer."""
    if account.run.is_program:
        return ""
    return "on" if account.run.gil else "off: free-threaded"


def _samples_text(account: Account) -> str:
    """What was measured from time to time, and how."""
    run, samples = account.run, len(account.at_once)
    if run.unseen:
        return f"what {account.noun}s did is not known: {run.unseen}"
    if not samples:
        return "none were taken: who was on which core, and what kept them from one, is not known"
    every = "" if run.sample_every is None else f" every {seconds_text(run.sample_every)}"
    told = [f"{counted(samples, 'sample')}{every}: cores, waits and memory are as sampled"]
    if not run.maps_cores:
        told.append("which core is not told by this system")
    if run.gil and not run.measures_gil and not run.is_program:
        told.append("waits for the GIL are inferred")
    return "; ".join(told)


def makers_table(account: Account) -> str:
    """Return the table of makers; under it, once, what a blank means."""
    if not account.makers:
        return ""
    makers, zero = account.makers, account.zero
    is_program = account.run.is_program
    return _table(
        "Threads" if is_program else "Makers",
        _THREAD_HEADINGS if is_program else _MAKER_HEADINGS,
        (_maker_cells(account, maker, zero) for maker in makers.values()),
        len(makers),
        # Words at the left, figures at the right.
        words=(0, 1, 2, 5),
        blank="Blank: not measured, or nobody can tell here.",
    )


def _maker_cells(account: Account, maker: MakerAccount, zero: float) -> list[str]:
    wall, moves = wall_of(maker, account), moves_of(maker, account)
    nth = (
        f"\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}{maker.nth}"
        if maker.recipe and maker.nth > 1
        else ""
    )
    return [
        f"#{maker.number}",
        maker.called or f"{maker.recipe}{nth}",
        maker.engine,
        str(maker.station),
        str(maker.pid),
        _end_text(maker),
        time_text(maker.seated_at - zero),
        seconds_text(wall),
        seconds_text(maker.cpu_seconds),
        percent(maker.cpu_seconds / wall) if wall > 0 else "",
        _seconds(maker.gil_seconds),
        _seconds(maker.ready_seconds),
        seconds_text(maker.paused_seconds) if maker.paused_seconds else "0",
        "" if moves is None else f"{moves:,}",
        "" if maker.memory is None else memory_text(maker.memory),
        f"{maker.lines_said:,}",
    ]


def _end_text(maker: MakerAccount) -> str:
    """``✖ killed by SIGKILL``, ``✔ served: 42``."""
    why, word = maker.cause or maker.result, str(maker.state)
    told = why if why.startswith(word) else f"{word}: {why}" if why else word
    return f"{GLYPHS[maker.state]} {told}"


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else seconds_text(seconds)


def stations_table(account: Account) -> str:
    """Return the table of processes."""
    makers, zero = account.makers, account.zero
    rows = (
        [
            str(station.number),
            station.name or station.engine,
            str(station.pid),
            " ".join(f"#{number}" for number in station.makers[:12])
            + (f" +{len(station.makers) - 12:,}" if len(station.makers) > 12 else ""),
            time_text(station.began - zero),
            seconds_text(station.ended - station.began),
            seconds_text(sum(makers[n].cpu_seconds for n in station.makers if n in makers)),
        ]
        for station in account.stations.values()
    )
    if account.run.is_program:
        return _table("Processes", _PROCESS_HEADINGS, rows, len(account.stations), words=(1, 3))
    return _table("Stations", _STATION_HEADINGS, rows, len(account.stations), words=(1, 3))


def failures(account: Account) -> str:
    """Return what is known of why they did not end well: their errors, and what they said last.

    Where many failed alike, the first of them speaks for all.
    """
    told: dict[tuple[str, ...], list[str]] = {}
    for maker in account.floor.makers.values():
        if not maker.joined or maker.state in {State.SERVED, State.DONE}:
            continue
        if maker.is_ours and not maker.recipe:
            continue  # in a tasting
        said = [line.text for line in maker.said][-LINES_SAID:]
        if maker.traceback or said:
            told.setdefault((maker.cause, maker.traceback or "", *said), []).append(maker.name)
    parts = []
    for (cause, traceback, *said), names in islice(told.items(), MOST_FAILURES):
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        parts.append(f"<h3>{inert(names[0])}{more}: {inert(cause)}</h3>")
        if traceback:
            parts.append(f"<pre>{_lines(traceback.rstrip().splitlines())}</pre>")
        if said:
            parts.append(f'<p class="note">It said last:</p><pre>{_lines(said)}</pre>')
    if len(told) > MOST_FAILURES:
        parts.append(f'<p class="note">And {len(told) - MOST_FAILURES:,} more kinds of ends.</p>')
    return f"<section><h2>Why</h2>{''.join(parts)}</section>" if parts else ""


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(inert(line, 1_000) for line in lines[-LINES_TOLD:])


def findings(account: Account) -> str:
    """Return what was found to be wrong with a program, each with its time and evidence."""
    if not account.run.is_program:
        return ""
    if not account.found:
        told = inert(nothing_found(account.run.source))
        return f'<section><h2>Found</h2><p class="note">{told}</p></section>'
    parts = [f"<section><h2>Found <small>{len(account.found):,}</small></h2>"]
    for finding in account.found[:MOST_ROWS]:
        at = time_text(finding.at - account.zero)
        over = '<p class="note">It was over later.</p>' if finding.is_over else ""
        parts.append(f"<h3>{at} {inert(finding.sentence)}</h3><ul>")
        parts += [f"<li>{inert(line)}</li>" for line in finding.evidence]
        parts.append(f"</ul>{over}")
    parts.append(_more(len(account.found), "csv --table findings"))
    return "".join([*parts, "</section>"])


def instants_table(account: Account) -> str:
    """Return the table of signals, pauses, ends and troubles."""
    zero = account.zero
    rows = (
        [
            time_text(each.at - zero),
            "" if each.maker is None else f"#{each.maker}",
            each.kind,
            each.text,
        ]
        for each in account.instants
    )
    headings = ("time", account.noun, "what", "in words")
    return _table("Moments", headings, rows, len(account.instants), words=(1, 2, 3))


def tasting(account: Account) -> str:
    """Return what came of a tasting; empty where nothing was tasted."""
    race = account.floor.race
    if race.began is None:
        return ""
    of_table = set(table_lines(race)) if race.lanes else set()
    sentence = None if race.judged is None else race.judged.sentence
    texts = [
        # What explains the table is indented.
        f"<p{' class=note' if line.startswith(' ') else ''}>{inert(line.strip())}</p>"
        for line in report_lines(race)
        if line and line not in of_table and line != sentence
    ]
    lanes = lane_rows(race)
    rows = (
        [f"› {row.cells[0]}" if row.is_chosen else row.cells[0], *row.cells[1:]] for row in lanes
    )
    table = _table("", HEADINGS, rows, len(lanes), words=(0,)) if lanes else ""
    first, rest = texts[:1], texts[1:]
    return f"<section><h2>Tasting</h2>{''.join([*first, table, *rest])}</section>"


def _table(
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    number: int,
    *,
    words: Sequence[int],
    blank: str = "",
) -> str:
    """A section with a table; empty without rows, and no longer than so many of them."""
    if not number:
        return ""
    kinds = [
        f' class="{"end" if head == _END else "t" if index in words else "n"}"'
        for index, head in enumerate(headings)
    ]
    parts = [f"<section><h2>{title} <small>{number:,}</small></h2>" if title else ""]
    parts.append('<div class="wide"><table><thead><tr>')
    parts += [
        f'<th scope="col"{kind}>{head}</th>' for kind, head in zip(kinds, headings, strict=True)
    ]
    parts.append("</tr></thead><tbody>")
    for row in islice(rows, MOST_ROWS):
        parts.append("<tr>")
        parts += [
            f"<td{kind}>{inert(text, 300)}</td>" for kind, text in zip(kinds, row, strict=True)
        ]
        parts.append("</tr>")
    parts.append("</tbody></table></div>")
    parts.append(_more(number, "csv"))
    if blank:
        parts.append(f'<p class="note">{blank}</p>')
    if title:
        parts.append("</section>")
    return "".join(parts)


def _more(number: int, form: str) -> str:
    """How many of so many are left out, and to what to export them all; empty where none is."""
    if number <= MOST_ROWS:
        return ""
    return (
        f'<p class="note">And {number - MOST_ROWS:,} more: the same recording exported to {form} '
        "has all of them.</p>"
    )
