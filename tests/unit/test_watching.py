"""A run that is watched without a screen ends cleanly, whatever signal asks for it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

import pytest

from chai_tui.model.commands import Command
from chai_tui.model.events import Event
from chai_tui.state.floor import Floor
from chai_tui.views.run import watch


class _Signalled:
    """A source that a signal reaches while somebody waits for it."""

    commands: frozenset[type[Command]] = frozenset()

    def __init__(self, number: int) -> None:
        self.number = number
        self.closed = 0

    def poll(self, timeout: float | None) -> list[Event]:
        del timeout
        os.kill(os.getpid(), self.number)
        return []

    def submit(self, command: Command) -> None:
        del command

    def wake(self) -> None:
        pass

    def close(self) -> list[Event]:
        self.closed += 1
        return []


class _Unseeing:
    needs_samples = False

    def show(self, events: Sequence[Event], floor: Floor) -> None:
        pass

    def close(self, floor: Floor, asked: int) -> None:
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGQUIT", "SIGUSR1"])
def test_the_source_is_closed_before_a_signal_ends_us(name: str) -> None:
    number = getattr(signal, name)
    source = _Signalled(number)
    assert watch(source, _Unseeing(), lambda _: False)[1] == number
    assert source.closed
    assert signal.getsignal(number) is signal.SIG_DFL
