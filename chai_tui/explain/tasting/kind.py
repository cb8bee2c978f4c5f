"""What a tasted function is, in words; pure."""

from __future__ import annotations

from chai_tui.explain.wording.formatting import percent, span_text
from chai_tui.explain.wording.grammar import listed
from chai_tui.race.rounds.correction import WAITS_BELOW
from chai_tui.race.rounds.costs import call_seconds
from chai_tui.race.rounds.kind import Kind, Nature, kind_of
from chai_tui.race.rounds.records import Race

ALL_FROM = 0.995
"""Such a share is told as all."""
TOLD_FROM = 0.005
"""A smaller share is not worth a word."""


def kind_text(race: Race) -> str:
    """Return what the function is; empty before it was tasted.

    For example ``A call takes 12 ms: it computes and holds the GIL (99 %).``
    """
    kind, call = kind_of(race), call_seconds(race)
    if kind is None or call is None:
        return ""
    return f"A call takes {span_text(call)}: {_kind(race, kind)}."


def _kind(race: Race, kind: Kind) -> str:
    gil = kind.gil or 0.0
    match kind.nature:
        case Nature.WAITS:
            return f"it waits ({percent(kind.waits)})"
        case Nature.COMPUTES_WITH_GIL if kind.computes < WAITS_BELOW:
            return f"it holds the GIL ({_held(race, gil)}) while it waits"
        case Nature.COMPUTES_WITH_GIL:
            return f"it computes and holds the GIL ({_held(race, gil)})"
        case Nature.COMPUTES_WITHOUT_GIL:
            return f"it computes without the GIL ({percent(kind.native)})"
        case Nature.COMPUTES:
            why = "" if _has_no_gil(race) else "; how much of that holds the GIL could not be seen"
            return f"it computes ({percent(kind.computes)}){why}"
        case Nature.USES_CORES:
            return f"it already uses {kind.cores:.1f} cores by itself, with threads of its own"
        case Nature.CHILDREN:
            return f"it has other processes work for it, on {kind.child_cores:.1f} cores"
        case Nature.MIX:
            return _mix(race, kind)


def _mix(race: Race, kind: Kind) -> str:
    shares = [
        (kind.gil, _held(race, kind.gil or 0.0), " holds the GIL"),
        (
            kind.native,
            percent(kind.native),
            f" computes{'' if kind.gil is None else ' without it'}",
        ),
        (kind.waits, percent(kind.waits), " waits"),
    ]
    told = [(share, does) for value, share, does in shares if value and value >= TOLD_FROM]
    return listed(
        [share + (" of it" if not place else "") + does for place, (share, does) in enumerate(told)]
    )


def _held(race: Race, share: float) -> str:
    about = "about " if race.gil is not None and race.gil.is_about else ""
    return f"{about}{'all' if share >= ALL_FROM else percent(share)}"


def _has_no_gil(race: Race) -> bool:
    return race.loaded is not None and not race.loaded.gil


def gil_text(race: Race) -> str:
    """Return ``99 % of a call holds the GIL``."""
    kind = kind_of(race)
    return f"{_held(race, (kind.gil if kind else None) or 0.0)} of a call holds the GIL"
