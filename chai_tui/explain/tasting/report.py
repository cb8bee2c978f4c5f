"""What came of a tasting, as lines; pure."""

from __future__ import annotations

from chai_tui.explain.tasting.forecast import forecast_text, pays_text
from chai_tui.explain.tasting.kind import kind_text
from chai_tui.explain.tasting.naming import what_text
from chai_tui.explain.tasting.notes import others_text
from chai_tui.explain.tasting.table import legend_text, table_lines
from chai_tui.explain.wording.formatting import counted
from chai_tui.model.race_events import PRINTED_AT_MOST
from chai_tui.race.rounds.records import Race


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
    lines = counted(race.printed_count, "line")
    more = " or more" if race.printed_count >= PRINTED_AT_MOST else ""
    return f"The function printed {lines}{more}: that takes time, too."
