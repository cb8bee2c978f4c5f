"""What multiprocessing calls this process, and the function that it was started for."""

from __future__ import annotations

import os
import sys

from . import link, output, tasks, who
from .words import clipped, dressed, name_of

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from typing import Any


def patch_process(module: Any) -> None:
    """Hear of new names of this process."""
    base = module.BaseProcess
    old = base.name

    def rename(self: Any, name: Any) -> None:
        old.fset(self, name)
        if self is module._current_process:  # noqa: SLF001
            renamed = clipped(self._name)
            link.state.who = (link.state.who[0], renamed, *link.state.who[2:])
            link.tell("N", 0, renamed)

    base.name = property(old.fget, dressed(rename, old.fset), old.fdel, old.__doc__)


def patch_util(module: Any) -> None:
    """Hear of the moment when a child of multiprocessing is about to run its function.

    By then it knows who it is, what it inherited from the parent is let go of, and nothing of it
    waits in a buffer: the parent wrote that before it forked. Every start method notes it.
    """
    original = module.info

    def info(msg: Any, *args: Any) -> None:
        if link.state.is_on and msg == "child process calling self.run()":
            link.guarded(_child_begins)
        original(msg, *args)

    module.info = dressed(info, original)


def _child_begins() -> None:
    process = sys.modules["multiprocessing.process"].current_process()
    target = getattr(process, "_target", None)
    if target is None:
        kind = type(process)
        target_name = f"{kind.__qualname__}.run"
    else:
        target_name = name_of(target)
    python, script = link.state.who[3:5]
    if script == "-c":
        script = who.script()  # of the program that started it
    link.introduce((os.getppid(), clipped(process._name), target_name, python, script))  # noqa: SLF001
    output.take()
    tasks.watch_worker(process)
