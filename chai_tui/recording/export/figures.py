"""Figures of an account that several views of it show alike."""

from __future__ import annotations

from chai_tui.explain.event_text import closing_line
from chai_tui.explain.report import report_lines, seconds_with_somebody
from chai_tui.recording.export.account import Account, MakerAccount


def headline(account: Account) -> tuple[str, str]:
    """Return how it went in one sentence, and the figures under it."""
    race = account.floor.race
    lines = report_lines(account.floor)
    figures = lines[1] if len(lines) > 1 else ""
    if race.judged is not None:
        return race.judged.sentence, figures
    if race.failed is not None:
        return race.failed.text, figures
    if race.began is not None:
        return "No verdict: the recording ends before it", figures
    if not account.makers and not account.floor.unseated:
        return f"No {account.noun} was {'seen' if account.run.is_program else 'seated'}", figures
    return closing_line(account.floor), figures


def last_of(maker: MakerAccount, account: Account) -> float:
    """Return when a maker's time ends, in the events' seconds: with its end, or with the run."""
    ended = account.ended if maker.ended_at is None else maker.ended_at
    return max(ended, maker.seated_at)


def wall_of(maker: MakerAccount, account: Account) -> float:
    """Return the seconds from a maker's seat to its end; to the run's, where it goes on."""
    return last_of(maker, account) - maker.seated_at


def wall_of_all(account: Account) -> float:
    """Return the seconds in which any maker was there; pauses between two rounds do not count."""
    return seconds_with_somebody(
        (maker.seated_at, last_of(maker, account)) for maker in account.makers.values()
    )


def moves_of(maker: MakerAccount, account: Account) -> int | None:
    """Return how often a maker came to another core; None where no sample could tell of it."""
    was_sampled = bool(maker.cores) or maker.ready_seconds is not None or maker.memory is not None
    return maker.core_moves if was_sampled and account.run.maps_cores else None


def memory_of_all(account: Account) -> int | None:
    """Return the most bytes of each process, together; None where no sample knew of any.

    Makers that share a process all tell of the whole of it, so it counts once.
    """
    makers = account.makers
    held = [
        max((makers[number].memory or 0 for number in station.makers), default=0)
        for station in account.stations.values()
    ]
    return sum(held) or None
