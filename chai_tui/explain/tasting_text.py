"""A tasting in words: what it is doing, and what came of it, as lines; pure."""

from __future__ import annotations

from chai_tui.explain.formatting import counted
from chai_tui.explain.tasting_failure import failure_text, what_text
from chai_tui.explain.tasting_forecast import forecast_text, pays_text
from chai_tui.explain.tasting_notes import others_text
from chai_tui.explain.tasting_table import (
    HEADINGS,
    Row,
    lane_rows,
    legend_text,
    phase_text,
    table_lines,
)
from chai_tui.explain.tasting_verdict import kind_text, verdict_sentence
from chai_tui.race.records import Race

__all__ = [
    "HEADINGS",
    "Row",
    "failure_text",
    "forecast_text",
    "kind_text",
    "lane_rows",
    "legend_text",
    "others_text",
    "pays_text",
    "phase_text",
    "report_lines",
    "table_lines",
    "verdict_sentence",
    "what_text",
]


def report_lines(race: Race) -> list[str]:
    """Return what came of it: the function, the table, what follows from it, the verdict."""
    lines = [_what(race)]
    if race.lanes:
        lines += ["", *table_lines(race)]
        if legend := legend_text(race):
            lines.append(f"  {legend}")
    texts = (pays_text, forecast_text, others_text, printed_text)
    if notes := [note for text in texts if (note := text(race))]:
        lines += ["", *notes]
    if race.judged is not None:
        lines += ["", race.judged.sentence]
    return lines


def _what(race: Race) -> str:
    name = what_text(race)
    return " ".join(filter(None, (f"{name}." if name else "", kind_text(race))))


def printed_text(race: Race) -> str:
    """Return how many lines the function printed; empty if none."""
    if not race.printed_count:
        return ""
    return f"The function printed {counted(race.printed_count, 'line')}: that takes time, too."
