"""Figures of an account that several views of it show alike."""

from __future__ import annotations

from chai_tui.explain.report import seconds_with_somebody
from chai_tui.recording.export.account import Account, MakerAccount


def wall_of(maker: MakerAccount, account: Account) -> float:
    """Return the seconds from a maker's seat to its end; to the run's, where it goes on."""
    return _last(maker, account) - maker.seated_at


def wall_of_all(account: Account) -> float:
    """Return the seconds in which any maker was there; pauses between two rounds do not count."""
    return seconds_with_somebody(
        (maker.seated_at, _last(maker, account)) for maker in account.makers.values()
    )


def _last(maker: MakerAccount, account: Account) -> float:
    return account.ended if maker.ended_at is None else maker.ended_at
