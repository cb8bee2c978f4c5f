"""Accounts made by hand: of any size, or full of words that would like to be more than words."""

from __future__ import annotations

import random

from chai_tui.model.engine import Engine
from chai_tui.model.events import Exited, RunBegan, Seated, Started
from chai_tui.model.recipe import StepKind
from chai_tui.recording.export.account import (
    Account,
    CoreSlice,
    Instant,
    MakerAccount,
    Reason,
    StationAccount,
    StepSlice,
    WaitSlice,
)
from chai_tui.recording.form import Header
from chai_tui.state.makers.records import State

BEGAN = 5_000.0
EVERY = 0.5
HOSTILE = "</script><img src=x onerror=alert(1)>&amp;\x1b[31m\u202e\ud800\x00\ufffe\"'`${1}"
"""Ends a script, would load something, turns text round, and cannot be encoded."""


def made_account(segments: int, makers: int = 40, *, words: str = "", shared: int = 4) -> Account:
    """Return the account of a run.

    Args:
        segments: about how many slices there are, in all rows together.
        makers: how many rows.
        words: said wherever something can be said; empty for harmless ones.
        shared: so many of them share a process; the others have one each.
    """
    chance = random.Random(7)
    each = max(1, segments // makers // 5)  # of every five two are cores, two waits, one a step
    run = RunBegan(
        BEGAN, start_method="forkserver", cores=(0, 1, 2, 3), sample_every=EVERY, python="CPython",
        system="linux", version="0.1.0",
    )  # fmt: skip
    samples = [BEGAN + EVERY * (index + 1) for index in range(each * 4)]
    ended = samples[-1] + 0.2
    header = Header("0.1.0", "CPython", words or "chai-tui brew", BEGAN, "2026-05-04", run)
    account = Account(header, run, BEGAN, ended, events=segments * 3)
    account.floor.fold([run])
    for number in range(1, makers + 1):
        engine = Engine.THREAD if number <= shared else Engine.PROCESS
        station = 1 if engine is Engine.THREAD else number
        state = (State.SERVED, State.KILLED, State.FAILED, State.STOPPED)[number % 4]
        maker = MakerAccount(
            number, station, 4_000 + station, None, engine, words or "grind", number, BEGAN,
            started_at=BEGAN + 0.05, ended_at=ended, state=state,
            cause=words or "killed by SIGKILL", cpu_seconds=1.5,
            gil_seconds=0.5 if number % 2 else None, memory=10_000_000,
        )  # fmt: skip
        _fill(maker, [BEGAN, *samples], ended, chance, words)
        account.makers[number] = maker
        account.instants.append(Instant(ended, number, words or "killed by SIGKILL", "end"))
        account.instants.append(Instant(ended - 1, number, words or "SIGTERM sent", "signal"))
        seated = Seated(BEGAN, number, station, 4_000 + station, engine, words or "grind")
        account.floor.fold([seated, Started(BEGAN, number, 4_000 + station, 1)])
        account.floor.fold([Exited(ended, number, -9, ours=True)])
    for maker in account.makers.values():
        before = account.stations.get(maker.station)
        numbers = (*(before.makers if before else ()), maker.number)
        account.stations[maker.station] = StationAccount(
            maker.station, maker.pid, maker.engine, numbers, BEGAN, ended
        )
    account.instants.append(Instant(ended, None, words or "a queue is gone", "trouble"))
    account.at_once = [(at, chance.uniform(0, 4)) for at in samples]
    account.core_use = {
        core: [(at, chance.random(), chance.random() / 2) for at in samples] for core in range(4)
    }
    return account


def _fill(
    maker: MakerAccount, at: list[float], ended: float, chance: random.Random, words: str
) -> None:
    """Give a maker slices: between every second two of these times, and steps all along."""
    each = len(at) // 4
    for index in range(each * 2):
        first, last = at[index * 2], at[index * 2 + 1]
        maker.cores.append(CoreSlice(first, last, chance.randrange(4), chance.random()))
        reason = chance.choice((Reason.GIL, Reason.CORE, Reason.PAUSED))
        maker.waits.append(WaitSlice(first, last, reason, chance.random()))
    began = BEGAN + 0.05
    for index in range(each):
        stop = ended if index == each - 1 else began + (ended - began) / (each - index)
        kind = chance.choice((StepKind.WAIT, StepKind.COMPUTE, None))
        maker.steps.append(StepSlice(began, stop, words or f"step {index % 5}", kind))
        began = stop
