"""Children that this process forks: each tells of itself."""

from __future__ import annotations

import sys
import time

from . import link, output

MOST_FORKED = 50
"""Children of one process in a second that introduce themselves at once; of more than that most are
over already, and it costs whoever reads it a millisecond each."""
_SAY_MORE = ("multiprocessing.popen_fork", "multiprocessing.forkserver")
"""Who forks children that introduce themselves, once they know who they are."""
_BECOME_OTHERS = ("subprocess", "os", "pty")
"""Who forks children that call ``exec`` at once."""


class Count:
    """How many children this process forked since a moment at most a second ago."""

    forked = 0
    since = 0.0


def before_fork() -> None:
    """Count the children."""
    now = time.monotonic()
    if now > Count.since + 1:
        Count.forked, Count.since = 0, now
    Count.forked += 1


def after_fork() -> None:
    """Let go of the parent's connection, and make one of our own.

    A child that was forked only to become another program is not even known of here; one of very
    many makes a connection when it has something to tell.
    """
    link.forget_parent()
    output.pipes.has_taken = False
    if link.state.is_on and Count.forked <= MOST_FORKED:
        link.guarded(_begin_child, sys._getframe(1).f_globals)  # noqa: SLF001


def _begin_child(of_forker: dict[str, object]) -> None:
    """Introduce a forked child at once, for its output to be its own.

    What its parent had in buffers it writes out as well, as without us.
    """
    if of_forker.get("__name__") not in (*_SAY_MORE, *_BECOME_OTHERS) and link.connect():
        output.take()
