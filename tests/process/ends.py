"""Every way in which a maker can end of itself, and what must be told of it."""

from __future__ import annotations

import os
import signal
from typing import NamedTuple

from chai_tui.model.recipe import Recipe
from chai_tui.sources.live.station.reporter import current_maker
from chai_tui.state.makers.records import State
from tests.process import makers
from tests.process.makers import doing, printing

LAST_WORDS = "last words"
"""What each of them says just before."""

_says = printing(LAST_WORDS)


class End(NamedTuple):
    """One way to end.

    Attributes:
        recipe: says its last words, and ends.
        state: how the maker must be shown.
        cause: what its cause must begin with.
        exitcode: what must be told of its process.
    """

    recipe: Recipe
    state: State
    cause: str
    exitcode: int


ENDS = {
    "served": End(doing(_says), State.SERVED, "", 0),
    "raised": End(doing(_says, makers.fail), State.FAILED, "ValueError: no milk", 1),
    "sys-exit-3": End(doing(_says, makers.exit_with(3)), State.FAILED, "exit code 3", 3),
    "sys-exit-text": End(doing(_says, makers.exit_with("no cups")), State.FAILED, "exit code 1", 1),
    "sys-exit-none": End(
        doing(_says, makers.exit_with(None)), State.FAILED, "exit code 0 before", 0
    ),
    "os-exit-0": End(doing(_says, makers.leave_at_once(0)), State.FAILED, "exit code 0 before", 0),
    "os-exit-7": End(doing(_says, makers.leave_at_once(7)), State.FAILED, "exit code 7", 7),
    "os-exit-255": End(doing(_says, makers.leave_at_once(255)), State.FAILED, "exit code 255", 255),
    "abort": End(doing(_says, os.abort), State.KILLED, "killed by SIGABRT", -signal.SIGABRT),
    "segfault": End(
        doing(_says, makers.segfault), State.KILLED, "killed by SIGSEGV", -signal.SIGSEGV
    ),
    "sigkill": End(
        doing(_says, makers.killing_itself(signal.SIGKILL)),
        State.KILLED,
        "killed by SIGKILL",
        -signal.SIGKILL,
    ),
    "out-of-memory": End(doing(_says, makers.use_up_memory), State.FAILED, "MemoryError", 1),
}

HARD_TO_TELL = {
    "raised": doing(_says, makers.fail),
    "without-stderr": doing(_says, makers.fail_without_stderr),
    "stderr-closed": doing(_says, makers.fail_with_stderr_closed),
    "out-of-memory": doing(_says, makers.use_up_memory),
    "out-of-all-memory": doing(_says, makers.use_up_all_memory),
}
"""Failures that a maker may have no means to report: it must end all the same."""


def end_in_my_way() -> None:
    """End in one of the ways of ``ENDS``: the maker who calls this has its number."""
    end = list(ENDS.values())[(current_maker.get() or 1) - 1]
    for step in end.recipe.steps:
        if step.call is not None:
            step.call()


IN_EVERY_WAY = doing(end_in_my_way)
"""A recipe for as many makers as there are ``ENDS``."""
