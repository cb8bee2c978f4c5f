"""Which engine to use for a tasted function, in words; pure."""

from __future__ import annotations

from collections.abc import Iterable

from chai_tui.explain.tasting.kind import gil_text
from chai_tui.explain.tasting.lanes import engine_noun, interval_text, lane_noun, pronoun, verb
from chai_tui.explain.tasting.notes import (
    chunk_text,
    differed_texts,
    more_threads_text,
    noise_text,
    out_texts,
    own_cores_text,
)
from chai_tui.explain.wording.formatting import (
    counted,
    memory_text,
    span_text,
    speed_text,
    two_digits,
)
from chai_tui.explain.wording.grammar import listed, sentence_of
from chai_tui.model.engine import Engine
from chai_tui.race.budget import budget_wanted, rounds_made, warm_ups_made
from chai_tui.race.forecast import serial_shares
from chai_tui.race.noise import contenders
from chai_tui.race.rounds.correction import WAITS_BELOW
from chai_tui.race.rounds.costs import call_seconds
from chai_tui.race.rounds.kind import Nature, kind_of
from chai_tui.race.rounds.records import Race
from chai_tui.race.rounds.statistics import Standing
from chai_tui.race.verdict import SLOWER_AT_LEAST, Reason, Verdict

MOSTLY_HELD = 0.8
"""Share of a call that holds the GIL from which threads do little but take turns."""
COSTS_FROM = 0.2
"""Part of a call's length that handing it over costs before that is told."""
LARGE_FROM = 1e6
"""Bytes of an argument or a result from which its size is told."""
COSTS_MORE_BELOW = 0.9
"""Taking turns explains 1×; what is slower than this has another cause, too."""
ONE_ITEM = (
    "Use a plain loop: there is only one item, so there is nothing to do at once. "
    "Give several to see what engines give."
)


def verdict_sentence(race: Race, verdict: Verdict) -> str:
    """Return the verdict in words.

    For example ``Use processes: 1.93× (1.88–1.97) on 2 cores. Threads give 0.97×: 99 % of a call
    holds the GIL.`` What races no more follows, then what differs, then what chunks would do.
    """
    has_one_item = race.loaded is not None and race.loaded.items == 1
    match verdict.reason:
        case _ if has_one_item and verdict.engine is Engine.SERIAL:
            parts = [ONE_ITEM]
        case Reason.FASTER:
            parts = [_faster(race, verdict), *_others(race, verdict)]
        case Reason.TIE:
            parts = [_tie(race, verdict), *_others(race, verdict)]
        case Reason.ONLY:
            parts = [_only(verdict)]
        case Reason.NOISY:
            parts = [_noisy(race, verdict), noise_text(race, verdict)]
        case Reason.TOO_LONG:
            parts = [_too_long(race), _expected(race)]
    parts += [
        more_threads_text(race, verdict),
        own_cores_text(race),
        *out_texts(race),
        *differed_texts(race),
        "" if has_one_item else chunk_text(race),
    ]
    return " ".join(filter(None, parts))


def _faster(race: Race, verdict: Verdict) -> str:
    winner = verdict.winner
    if winner is None:
        return ""
    if winner.lane.engine is Engine.SERIAL:
        return "Use a plain loop: nothing is faster."
    return f"Use {_lane(race, winner)}: {_measured(winner)}{_where(race, winner)}."


def _tie(race: Race, verdict: Verdict) -> str:
    winner = verdict.winner
    if winner is None:
        return ""
    tied = _one_an_engine(verdict.tied_with, winner)
    if not tied:  # more workers of the same engine are not faster
        return _faster(race, verdict)
    alike = (winner, *tied)
    names = sentence_of(listed([_lane(race, standing) for standing in alike]))
    speeds = listed([_speed(standing) for standing in alike])
    lane = _lane(race, winner)
    lighter = "lighter" if len(alike) == 2 else "the lightest"
    what = f"{pronoun(winner.lane.engine)} {lighter}"
    text = f"{names} are equally fast here ({speeds}): use {lane}, {what}."
    is_about_threads = any(standing.lane.engine is Engine.THREAD for standing in tied)
    if winner.lane.engine is Engine.SERIAL and is_about_threads and _mostly_held(race):
        text += f" {sentence_of(gil_text(race))}: threads take turns."
    return text


def _one_an_engine(tied: Iterable[Standing], winner: Standing) -> list[Standing]:
    """The lightest lane of each other engine."""
    engines = {winner.lane.engine}
    kept = []
    for standing in tied:
        if standing.lane.engine not in engines:
            engines.add(standing.lane.engine)
            kept.append(standing)
    return kept


def _others(race: Race, verdict: Verdict) -> list[str]:
    """What the other engines give, each with why; only the best lane of each."""
    winner = verdict.winner
    if winner is None:
        return []
    named = {winner.lane.engine, *(standing.lane.engine for standing in verdict.tied_with)}
    best: dict[Engine, Standing] = {}
    for standing in verdict.seen:
        engine = standing.lane.engine
        if engine is not Engine.SERIAL and engine not in named:
            kept = best.get(engine)
            best[engine] = max(kept or standing, standing, key=lambda other: other.speedup)
    others = [
        f"{_gives(race, standing)}{_because(race, standing, winner)}." for standing in best.values()
    ]
    return [*_fewer(race, verdict, winner), *others]


def _fewer(race: Race, verdict: Verdict, winner: Standing) -> list[str]:
    """What fewer workers of the same engine give, where they wait."""
    return [
        f"{_gives(race, standing)}."
        for standing in verdict.seen
        if standing.lane.engine is winner.lane.engine
        and standing.lane.workers < winner.lane.workers
    ]


def _gives(race: Race, standing: Standing) -> str:
    noun, gives = _lane(race, standing), verb(standing.lane.engine, "give")
    return f"{sentence_of(noun)} {gives} {speed_text(standing.speedup)}"


def _because(race: Race, standing: Standing, winner: Standing) -> str:
    """Why an engine is no faster than it is, where that is known."""
    engine = standing.lane.engine
    kind = kind_of(race)
    if engine in (Engine.THREAD, Engine.ASYNCIO) and kind is not None:
        if engine is Engine.ASYNCIO and kind.computes >= MOSTLY_HELD:
            return ": it computes, and a loop has one thread"
        if kind.gil is not None and kind.gil >= WAITS_BELOW:
            more = ", and handing over and switching cost time on top"
            return f": {gil_text(race)}{more if standing.speedup < COSTS_MORE_BELOW else ''}"
    call, handing = call_seconds(race), _handing(race)
    if engine is Engine.PROCESS and call and handing:
        return f": a call takes {span_text(call)}, {handing}"
    waits_longer = kind is not None and kind.nature is Nature.WAITS
    if waits_longer and standing.lane.workers < winner.lane.workers:
        return f": only {standing.lane.workers} wait at once"
    return ""


def _handing(race: Race) -> str:
    """What handing a call over to a process costs; empty if that is little beside the call."""
    cost, call = serial_shares(race).processes, call_seconds(race)
    if not cost or not call or cost < COSTS_FROM:
        return ""
    took, large = span_text(two_digits(cost * call)), _large(race)
    return f"{large} takes {took} to hand over" if large else f"handing it over and back {took}"


def _large(race: Race) -> str:
    """What is large of that which is handed over: ``returning 50 MB``; empty if nothing is."""
    if race.tasted is None:
        return ""
    size, does = max(
        (race.tasted.result.size or 0, "returning"), (race.tasted.argument.size or 0, "passing")
    )
    return f"{does} {memory_text(size)}" if size >= LARGE_FROM else ""


def _mostly_held(race: Race) -> bool:
    kind = kind_of(race)
    return kind is not None and kind.gil is not None and kind.gil >= MOSTLY_HELD


def _speed(standing: Standing) -> str:
    return "1×" if standing.lane.engine is Engine.SERIAL else speed_text(standing.speedup)


def _lane(race: Race, standing: Standing) -> str:
    return lane_noun(race, standing.lane)


def _measured(standing: Standing) -> str:
    return f"{speed_text(standing.speedup)} ({interval_text(standing)})"


def _where(race: Race, standing: Standing) -> str:
    """On how many cores, where it is cores that count, and their number is not said already."""
    lane = standing.lane
    if race.began is None or lane.engine is Engine.ASYNCIO or lane.workers != race.began.workers:
        return ""
    if lane_noun(race, lane) != engine_noun(lane.engine):
        return ""
    return f" on {lane.workers} core{'' if lane.workers == 1 else 's'}"


def _only(verdict: Verdict) -> str:
    if verdict.engine is None or verdict.engine is Engine.SERIAL:
        return "Use a plain loop: no other engine could race."
    return f"Use {engine_noun(verdict.engine)}: no other engine could race."


def _noisy(race: Race, verdict: Verdict) -> str:
    """Which lanes cannot be told apart; and with which to start, where each beats a plain loop."""
    near = contenders(race, verdict)
    names = listed(
        [
            f"{lane_noun(None, standing.lane)} "
            + ("1×" if standing.lane.engine is Engine.SERIAL else _measured(standing))
            for standing in near
        ]
    )
    beat = all(
        standing.lane is not race.serial and standing.low > SLOWER_AT_LEAST for standing in near
    )
    if race.serial is None or not beat:
        return f"Too noisy to say: {names} cannot be told apart."
    first = near[0]  # from the lightest to the heaviest
    lighter = "lighter" if len(near) == 2 else "the lightest"
    return (
        f"Too noisy to say which of {names} is faster, but each beats a plain loop: "
        f"start with {_lane(race, first)}, {pronoun(first.lane.engine)} {lighter}."
    )


def _too_long(race: Race) -> str:
    budget = race.began.budget if race.began else 0.0
    call, wanted = call_seconds(race), budget_wanted(race)
    takes = "" if call is None else f": a call takes {span_text(call)}"
    text = f"Too long for a budget of {budget:g} s{takes}."
    if any(lane.rounds for lane in race.lanes.values()):
        handing = _handing(race)
        takes += f", {handing}" if takes and handing else ""
        text = f"{_fitted(race)} fitted into {budget:g} s{takes}."
    return text if wanted is None else f"{text} A budget of {wanted:g} s would do."


def _fitted(race: Race) -> str:
    """How many rounds there were, and how many of them are not weighed."""
    rounds, warm = rounds_made(race), warm_ups_made(race)
    if not rounds:
        return "Not one round of all lanes"
    first = ""
    if 0 < warm < rounds:
        first = f" (the first {f'{warm} ' if warm > 1 else ''}only to warm up)"
    return f"Only {counted(rounds, 'round')} of all lanes{first}"


def _expected(race: Race) -> str:
    """What single calls speak for, where there were too few rounds."""
    kind = kind_of(race)
    if kind is None:
        return ""
    match kind.nature:
        case Nature.COMPUTES_WITH_GIL:
            return f"What was tasted speaks against threads: {gil_text(race)}."
        case Nature.COMPUTES_WITHOUT_GIL:
            return "What was tasted speaks for threads: it computes without the GIL."
        case Nature.WAITS:
            better = "asyncio" if race.loaded and race.loaded.is_async else "threads"
            return f"What was tasted speaks for {better}: it waits."
        case _:
            return ""
