"""What a trace has to have, by an account; and the questions that tell whether it has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from chai_tui.model.text import printable
from chai_tui.recording.export.account import Account, Reason
from tests.traces.processor import ask

Rows = list[list[Any]]


class Question(NamedTuple):
    """A question to a trace: what it is about, as SQL, and the rows that answer it rightly.

    ``give`` is how much a number may differ: what is added up was rounded before, one by one.
    """

    about: str
    query: str
    answer: Rows
    give: int = 0

    def is_met_by(self, rows: Rows) -> bool:
        """Whether these rows answer it."""
        return len(rows) == len(self.answer) and all(
            abs(found - right) <= self.give if isinstance(right, int) else found == right
            for row, wanted in zip(rows, self.answer, strict=True)
            for found, right in zip(row, wanted, strict=True)
        )


def questions(account: Account) -> list[Question]:
    """Return what to ask a trace of a run."""
    return [
        Question(
            "import errors and lost data",
            "select name, value from stats where severity != 'info' and value != 0",
            [],
        ),
        Question(
            "slices of each kind",
            "select category, count(*) from slice group by 1 order by 1",
            _counted(_categories(account)),
        ),
        Question(
            "milliseconds of each kind",
            "select category, cast(round(sum(dur) / 1e6) as int) from slice where dur > 0 "
            "group by 1 order by 1",
            _milliseconds(account),
            give=2,
        ),
        Question(
            "slices that lie in others",
            "select count(*) from slice where depth > 0 and dur > 0",
            [[0]],
        ),
        Question(
            "processes",
            "select name from process where name glob 'station *' or name glob 'chai-tui*' "
            "order by 1",
            [[name] for name in sorted(_processes(account))],
        ),
        Question(
            "makers and their threads",
            "select p.name, t.name, count(s.id), count(distinct t.utid) from thread t "
            "join process p using (upid) left join thread_track tt on tt.utid = t.utid "
            "and tt.type = 'thread_execution' left join slice s on s.track_id = tt.id "
            "where t.name glob 'Chai Maker #*' and t.name not glob '*# waits' "
            "and (s.id is null or s.category not in ('core', 'wait')) "
            "group by 1, 2 having count(s.id) > 0 order by 1, 2",
            sorted(_makers(account)),
        ),
        Question(
            "counters",
            "select t.name, count(*), sum(cast(round(value * 1000) as int)) from counter c "
            "join track t on c.track_id = t.id group by 1 order by 1",
            _curves(account),
        ),
        Question(
            "what slices are called",
            "select name, count(*) from slice where category in ('core', 'wait', 'round') "
            "group by 1 order by 1",
            _counted(_names(account)),
        ),
        Question(
            "exit codes",
            "select display_value, count(*) from slice join args using (arg_set_id) where key in "
            "('args.exit code', 'debug.exit code') group by 1 order by 1",
            _counted(
                str(account.makers[each.maker].exitcode)
                for each in account.instants
                if each.kind == "end"
                and each.maker in account.makers
                and account.makers[each.maker].exitcode is not None
            ),
        ),
        Question(
            "kinds of steps",
            "select display_value, count(*) from slice join args using (arg_set_id) where key in "
            "('args.kind', 'debug.kind') group by 1 order by 1",
            _counted(
                str(step.kind) for maker in account.makers.values() for step in maker.steps
                if step.kind
            ),
        ),
    ]  # fmt: skip


def differences(folder: Path, trace: Path, account: Account) -> list[str]:
    """Return what a trace does not tell as the account has it: nothing, where all is well."""
    asked = questions(account)
    answers = ask(folder, trace, [question.query for question in asked])
    return [
        f"{question.about}: expected {_shown(question.answer, answer)}, "
        f"found {_shown(answer, question.answer)}"
        for question, answer in zip(asked, answers, strict=True)
        if not question.is_met_by(answer)
    ]


def _shown(rows: Rows, others: Rows) -> str:
    """Those rows that the others do not have."""
    only = [row for row in rows if row not in others]
    return f"{only[:8]} and {len(only) - 8} more" if len(only) > 8 else str(only)


def _counted(things: Iterable[str]) -> Rows:
    return [[name, count] for name, count in sorted(Counter(things).items())]


def _rounds(account: Account) -> list[tuple[str, float]]:
    """The rounds of a tasting, of both races where there were two: name and seconds."""
    race = account.floor.race
    lanes = [*race.lanes.values(), *(race.unlimited.lanes.values() if race.unlimited else ())]
    return [(f"round {each.round}", each.wall) for lane in lanes for each in lane.rounds]


def _categories(account: Account) -> Iterable[str]:
    for maker in account.makers.values():
        yield from ["step"] * len(maker.steps)
        yield from ["core"] * len(maker.cores)
        yield from ["wait"] * len(maker.waits)
    yield from (instant.kind for instant in account.instants)
    yield from ["round"] * len(_rounds(account))
    yield "run"


def _milliseconds(account: Account) -> Rows:
    seconds: defaultdict[str, float] = defaultdict(float)
    lists: list[tuple[str, Callable[[Any], Any]]]
    lists = [("core", lambda m: m.cores), ("step", lambda m: m.steps), ("wait", lambda m: m.waits)]
    for maker in account.makers.values():
        for name, slices in lists:
            for each in slices(maker):
                seconds[name] += each.ended - each.began
    for _, wall in _rounds(account):
        seconds["round"] += wall
    return [[name, round(total * 1e3)] for name, total in sorted(seconds.items()) if total]


def _processes(account: Account) -> Iterable[str]:
    yield "chai-tui" if account.run.source == "live" else "chai-tui, simulated"
    for station in account.stations.values():
        yield f"station {station.number}: {station.engine}, pid {station.pid}"


def _makers(account: Account) -> Iterable[list[Any]]:
    """Process, name, slices and instants, and one thread, of all who have any."""
    instants = Counter(instant.maker for instant in account.instants)
    for station in account.stations.values():
        for number in station.makers:
            maker = account.makers[number]
            name = printable(f"{maker.name}: {maker.recipe}" if maker.recipe else maker.name)
            process = f"station {station.number}: {station.engine}, pid {station.pid}"
            if count := len(maker.steps) + instants[number]:
                yield [process, name, count, 1]


def _curves(account: Account) -> Rows:
    values = {"cores at once": [value for _, value in account.at_once]}
    for core, told in account.core_use.items():
        values[f"core {core} busy"] = [busy for _, busy, _ in told if busy is not None]
        values[f"core {core} makers"] = [makers for *_, makers in told if makers is not None]
    return [
        [name, len(of), sum(round(round(value, 3) * 1000) for value in of)]
        for name, of in sorted(values.items())
        if of
    ]


def _names(account: Account) -> Iterable[str]:
    reasons = {
        Reason.GIL: "waits for the GIL", Reason.CORE: "waits for a core", Reason.PAUSED: "paused"
    }  # fmt: skip
    for maker in account.makers.values():
        for core in maker.cores:
            yield "on a core" if core.core is None else f"core {core.core}"
        for wait in maker.waits:
            yield reasons[wait.reason]
    yield from (name for name, _ in _rounds(account))
