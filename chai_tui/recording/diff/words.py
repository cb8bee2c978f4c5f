"""What changed between two runs, as lines and as a JSON object; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from chai_tui.explain.wording.formatting import counted, memory_text, seconds_text, two_digits
from chai_tui.model.text import printable
from chai_tui.recording.diff.comparison import (
    Change,
    Comparison,
    Figure,
    Matched,
    Name,
    Unit,
    end_of,
)
from chai_tui.recording.export.account import Account, MakerAccount
from chai_tui.state.makers.records import State, ordinal

_LISTED = 10
"""So many makers are named in a line before the others are counted."""
_UNKNOWN = "—"
Row = tuple[str, ...]


def value_text(figure: Figure, value: float | None) -> str:
    """Return a value of a figure with its unit, as exact as it is known; a dash for None."""
    if value is None:
        return _UNKNOWN
    if figure.unit is Unit.BYTES:
        return memory_text(value)
    if figure.unit is Unit.NUMBER:
        return f"{value:,.1f}" if figure.name == "cores" else f"{round(value):,}"
    if figure.is_sampled and value < 10:
        return f"{two_digits(value):g} s"
    return seconds_text(value)


def diff_lines(names: tuple[str, str], comparison: Comparison) -> list[str]:
    """Return what changed, as lines.

    Args:
        names: of the recordings.
        comparison: of them.
    """
    both = zip("AB", names, (comparison.before, comparison.after), strict=True)
    lines = [line for each in both for line in _head(*each)]
    if comparison.facts:
        lines += ["", "They were run differently, which may explain what follows:"]
        facts = [(fact.words, fact.before, "→", fact.after) for fact in comparison.facts]
        lines += _aligned(facts, "<<<<", indent="  ")
    if not comparison.has_changed:
        return _printable([*lines, "", "Nothing changed that could be told from noise."])
    told = [maker for maker in comparison.makers if maker.has_changed]
    rows: list[Row] = [("in all", "A", "B", "difference", "")]
    rows += [_row(change) for change in comparison.changes if _is_shown(change)]
    for maker in told:
        rows += [("",), *_maker_rows(maker)]
    lines += ["", *_aligned(rows, "<>>>>")]
    lines += _notes(comparison, len(comparison.makers) - len(told))
    return _printable(lines)


def _printable(lines: Iterable[str]) -> list[str]:
    return [printable(line).rstrip() for line in lines]


def _head(letter: str, name: str, account: Account) -> list[str]:
    """What a run was, and what came of it where that is no time: a verdict."""
    makers = account.makers.values()
    ends = Counter(str(maker.state) for maker in makers)
    how = ", ".join(f"{number:,} {state}" for state, number in ends.items())
    who = counted(len(makers), account.noun) + (f", {how}" if how else "")
    command = f"  ({account.header.command})" if account.header.command else ""
    told = [account.run.warning, _verdict(account)]
    return [f"{letter}  {name}: {who}{command}", *(f"   {text}" for text in told if text)]


def _verdict(account: Account) -> str:
    """What a tasting came to; empty where nothing was tasted, or it has no verdict."""
    judged = account.floor.race.judged
    return "" if judged is None else judged.sentence


def _aligned(rows: Sequence[Row], sides: str, indent: str = "") -> list[str]:
    """Lines whose columns are aligned, each at its side; a row of one cell is a line of its own."""
    table = [row for row in rows if len(row) == len(sides)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    parts = list(zip(sides, widths, strict=True))
    return [
        indent
        + "  ".join(
            f"{cell:{side}{width}}" for cell, (side, width) in zip(row, parts, strict=False)
        )
        if len(row) == len(sides)
        else "".join(row)
        for row in rows
    ]


def _is_shown(change: Change) -> bool:
    """Whether there was any of it: nobody wants to read that nobody was paused."""
    return bool(change.before or change.after)


def _row(change: Change) -> Row:
    values = (value_text(change.figure, value) for value in (change.before, change.after))
    return (f"  {change.figure.words}", *values, _difference(change), _percent(change))


def _difference(change: Change) -> str:
    if change.difference is None:
        return _UNKNOWN
    if not change.is_told:
        return "="
    sign = "+" if change.difference > 0 else "−"
    return f"{sign}{value_text(change.figure, abs(change.difference))}"


def _percent(change: Change) -> str:
    """How much that is of what it was; of what was hardly there it would be any number."""
    share = change.share
    if share is None or not change.is_told or abs(share) >= 10:
        return ""
    digits = 0 if change.figure.is_sampled or abs(share) >= 0.0995 else 1
    return f"{100 * share:+.{digits}f} %".replace("-", "−")


def _maker_rows(maker: Matched) -> list[Row]:
    numbers = (f"#{maker.before.number}", f"#{maker.after.number}")
    rows: list[Row] = [(name_text((maker.recipe, maker.nth)), *numbers, "", "")]
    rows += [_row(change) for change in maker.changes if change.is_told]
    places = (_place(maker.before), _place(maker.after))
    if places[0] != places[1]:
        rows.append(("  place", *places, "", ""))
    ends = (end_of(maker.before), end_of(maker.after))
    if ends[0] != ends[1]:
        rows.append((f"  end: {ends[0]} → {ends[1]}",))
    return rows


def _place(maker: MakerAccount) -> str:
    return _UNKNOWN if maker.place is None else ordinal(maker.place)


def name_text(name: Name) -> str:
    """Return ``grind 2`` for the second maker of that recipe that was seated."""
    recipe, nth = name
    return f"{recipe} {nth}"


def _notes(comparison: Comparison, unchanged: int) -> list[str]:
    lines = [""]
    if unchanged:
        lines.append(f"{counted(unchanged, comparison.before.noun)}: nothing changed")
    for words, makers in (("only in A", comparison.missing), ("only in B", comparison.new)):
        if makers:
            told = [f"{name_text((each.recipe, each.nth))} ({end_of(each)})" for each in makers]
            lines.append(f"{words}: {listed_some(told)}")
    before, after = comparison.order
    if before != after:
        lines.append(
            f"served in A: {listed_some([name_text(name) for name in before]) or 'nobody'}"
        )
        lines.append(f"served in B: {listed_some([name_text(name) for name in after]) or 'nobody'}")
    if any(change.figure.is_sampled and _is_shown(change) for change in comparison.changes):
        lines.append("Waits, moves and memory come from samples: they are about.")
    return lines if len(lines) > 1 else []


def listed_some(parts: Sequence[str]) -> str:
    """Return the first of some words, with commas between, and how many more there are."""
    more = f" and {len(parts) - _LISTED:,} more" if len(parts) > _LISTED else ""
    return f"{', '.join(parts[:_LISTED])}{more}"


def diff_json(names: tuple[str, str], comparison: Comparison) -> dict[str, Any]:
    """Return all numbers, as values that ``json.dumps`` takes; arguments as above."""
    both = zip(("a", "b"), names, (comparison.before, comparison.after), strict=True)
    before, after = comparison.order
    return {
        **{key: _run_json(name, account) for key, name, account in both},
        "changed": comparison.has_changed,
        "facts": [{"what": f.words, "a": f.before, "b": f.after} for f in comparison.facts],
        "all": _changes_json(comparison.changes),
        "makers": [
            {
                "recipe": maker.recipe,
                "nth": maker.nth,
                "a": _maker_json(maker.before),
                "b": _maker_json(maker.after),
                "changed": maker.has_changed,
                **_changes_json(maker.changes),
            }
            for maker in comparison.makers
        ],
        "only_in_a": [_named_json(maker) for maker in comparison.missing],
        "only_in_b": [_named_json(maker) for maker in comparison.new],
        "order": {"a": [list(name) for name in before], "b": [list(name) for name in after]},
    }


def _run_json(name: str, account: Account) -> dict[str, Any]:
    makers = account.makers.values()
    return {
        "file": name,
        "command": account.header.command,
        "wall_clock": account.header.wall,
        "makers": len(makers),
        "served": sum(maker.state is State.SERVED for maker in makers),
        "verdict": _verdict(account) or None,
    }


def _maker_json(maker: MakerAccount) -> dict[str, Any]:
    return {
        "maker": maker.number,
        "place": maker.place,
        "end": end_of(maker),
        "exitcode": maker.exitcode,
    }


def _named_json(maker: MakerAccount) -> dict[str, Any]:
    return {"recipe": maker.recipe, "nth": maker.nth, **_maker_json(maker)}


def _changes_json(changes: Iterable[Change]) -> dict[str, Any]:
    return {
        change.figure.name: {
            "a": _rounded(change.before),
            "b": _rounded(change.after),
            "difference": _rounded(change.difference),
            "percent": None if change.share is None else _rounded(100 * change.share, 2),
            "sampled": change.figure.is_sampled,
        }
        for change in changes
    }


def _rounded(value: float | None, digits: int = 6) -> float | None:
    return value if value is None or isinstance(value, int) else round(value, digits)
