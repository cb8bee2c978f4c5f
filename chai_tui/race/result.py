"""The whole result of a tasting as one JSON object: every number, with its unit in its name.

:data:`chai_tui.race.result_keys.KEYS` says what each key holds.
"""

from __future__ import annotations

import math
from typing import Any

from chai_tui.model.events import RunBegan
from chai_tui.model.race_events import Measure
from chai_tui.race.forecast import (
    FORMULA,
    SOURCE,
    forecast,
    items_allow,
    pays_from,
    serial_shares,
    would_not_help,
)
from chai_tui.race.noise import others_cores
from chai_tui.race.rounds.chunks import chunk_advised, chunk_of
from chai_tui.race.rounds.correction import corrected_walls
from chai_tui.race.rounds.costs import call_seconds, overhead_seconds
from chai_tui.race.rounds.kind import kind_of
from chai_tui.race.rounds.records import Lane, Race
from chai_tui.race.rounds.statistics import Standing, standings
from chai_tui.race.verdict import by_weight

RESULT_SCHEMA = 1
"""It grows when a key changes its meaning or goes; new keys do not change it."""
PRINTED_TOLD = 100
"""Lines of those that the function printed, the last ones."""


def result_json(race: Race, run: RunBegan) -> dict[str, Any]:
    """Return the result as values that ``json.dumps`` takes; see :mod:`chai_tui.race.result_keys`.

    Args:
        race: what was measured.
        run: the machine it was measured on.
    """
    began = race.began
    return {
        "schema": RESULT_SCHEMA,
        "target": began.target if began else "",
        "verdict": _verdict(race),
        "error": _error(race),
        "function": _function(race),
        "request": {
            "workers": began.workers if began else None,
            "engines": [str(engine) for engine in began.engines] if began else [],
            "budget_seconds": began.budget if began else None,
            "python": began.python if began else "",
        },
        "kind": _kind(race),
        "gil": _gil(race),
        "tasted": _tasted(race),
        "call_seconds": call_seconds(race),
        "call_overhead_seconds": overhead_seconds(race),
        "lanes": _lanes(race),
        "limited": began.limited if began else False,
        "unlimited_lanes": None if race.unlimited is None else _lanes(race.unlimited),
        "out": {str(engine): text for engine, text in sorted(race.out.items())},
        "others_cores": others_cores(race),
        "pays_from_seconds": pays_from(race),
        "chunk_advised": chunk_advised(race),
        "forecast": _forecast(race),
        "printed_lines": race.printed_count,
        "printed": [printed.line for printed in race.printed][-PRINTED_TOLD:],
        "machine": {
            "system": run.system,
            "cores": list(run.cores),
            "quota_cores": run.quota,
            "python": run.python,
            "chai_tui": run.version,
        },
    }


def _verdict(race: Race) -> dict[str, Any] | None:
    judged = race.judged
    if judged is None:
        return None
    lane = race.lanes.get(judged.lane) if judged.lane is not None else None
    return {
        "engine": None if judged.engine is None else str(judged.engine),
        "workers": None if lane is None else lane.workers,
        "sentence": judged.sentence,
        "reason": judged.reason,
    }


def _error(race: Race) -> dict[str, Any] | None:
    failed = race.failed
    if failed is None:
        return None
    return {"text": failed.text, "traceback": failed.traceback, "is_usage": failed.is_usage}


def _function(race: Race) -> dict[str, Any] | None:
    loaded = race.loaded
    if loaded is None:
        return None
    return {
        "name": loaded.name,
        "is_async": loaded.is_async,
        "items": loaded.items,
        "import_seconds": loaded.import_seconds,
        "python": loaded.python,
        "gil": loaded.gil,
        "scale": loaded.scale,
    }


def _forecast(race: Race) -> dict[str, Any]:
    shares, allowed = serial_shares(race), items_allow(race)
    return {
        "source": SOURCE,
        "formula": FORMULA,
        "gil_share": shares.gil,
        "threads_serial_share": shares.threads,
        "processes_serial_share": shares.processes,
        "threads_shown_share": shares.threads_shown,
        "processes_shown_share": shares.processes_shown,
        "items_allow": allowed if math.isfinite(allowed) else None,
        "would_not_help": [str(engine) for engine in would_not_help(race)],
        "at_most": [
            {"cores": ahead.cores, "threads": ahead.threads, "processes": ahead.processes}
            for ahead in forecast(race)
        ],
    }


def _kind(race: Race) -> dict[str, Any] | None:
    kind = kind_of(race)
    if kind is None:
        return None
    return {
        "nature": str(kind.nature),
        "gil_share": kind.gil,
        "native_share": kind.native,
        "waits_share": kind.waits,
        "computes_share": kind.computes,
        "cores": kind.cores,
        "child_cores": kind.child_cores,
    }


def _gil(race: Race) -> dict[str, Any] | None:
    seen = race.gil
    if seen is None:
        return None
    return {"share": seen.share, "looks": seen.looks, "is_about": seen.is_about}


def _tasted(race: Race) -> dict[str, Any] | None:
    tasted = race.tasted
    if tasted is None:
        return None
    return {
        "calls": tasted.calls,
        "wall_seconds": tasted.wall,
        "shortest_seconds": tasted.shortest,
        "longest_seconds": tasted.longest,
        "thread_cpu_seconds": tasted.thread_cpu,
        "process_cpu_seconds": tasted.process_cpu,
        "ready_seconds": tasted.ready,
        "child_cpu_seconds": tasted.child_cpu,
        "function": _measure(tasted.function),
        "argument": _measure(tasted.argument),
        "result": _measure(tasted.result),
        "shown": tasted.shown,
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "size_bytes": measure.size,
        "seconds": measure.seconds,
        "problem": measure.problem,
    }


def _lanes(race: Race) -> list[dict[str, Any]]:
    walls = corrected_walls(race)
    by_lane = {standing.lane.number: standing for standing in standings(race)}
    return [
        _lane(race, by_lane[lane.number], walls[lane.number])
        for lane in by_weight(race.lanes.values())
    ]


def _lane(race: Race, standing: Standing, walls: dict[int, float]) -> dict[str, Any]:
    lane = standing.lane
    is_measured, has_interval = standing.rounds > 0, math.isfinite(standing.high)
    return {
        "lane": lane.number,
        "engine": str(lane.engine),
        "workers": lane.workers,
        "chunk": chunk_of(race, lane),
        "start_seconds": standing.start_seconds,
        "task_seconds": lane.opened.task_seconds,
        "memory_bytes": standing.memory,
        "counted_rounds": standing.rounds,
        "speedup": standing.speedup if is_measured else None,
        "speedup_low": standing.low if is_measured and has_interval else None,
        "speedup_high": standing.high if is_measured and has_interval else None,
        "wall_seconds": standing.wall,
        "calls_per_second": standing.calls_per_second,
        "cpu_seconds": standing.cpu_seconds,
        "differed": _differed(lane),
        "rounds": [
            {
                "round": ended.round,
                "calls": ended.calls,
                "wall_seconds": ended.wall,
                "corrected_seconds": walls.get(ended.round) if ended.counts else None,
                "cpu_seconds": ended.cpu,
                "ready_seconds": ended.ready,
                "counts": ended.counts,
            }
            for ended in lane.rounds
        ],
    }


def _differed(lane: Lane) -> dict[str, Any] | None:
    differed = lane.differed
    if differed is None:
        return None
    return {
        "item": differed.item,
        "expected": differed.expected,
        "found": differed.found,
        "calls": differed.times,
    }
