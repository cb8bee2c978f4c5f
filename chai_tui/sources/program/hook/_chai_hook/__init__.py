"""Tells a program that started this one what it does: processes, threads, tasks, waiting.

In the program that is watched, from its first import on::

    program ──▶ patched standard library ──▶ tell() ──▶ socket, never waited for ──▶ receiver

Standard library alone, Python 3.8 to 3.15. Modules are imported here only while Python starts: a
program's own ``select.py`` could stand in the way of ours later. It has no thread and no lock, so
that a fork or a signal can come at any time.
"""

from __future__ import annotations

import sys

WATCHED = {
    "threading": (
        "threads.patch",
        "waits.waiting.patch_threading",
        "raised.patch_threading",
        "waits.lock_types.patch",
    ),
    "multiprocessing.process": ("processes.patch_process", "waits.waiting.patch_process"),
    "multiprocessing.util": ("processes.patch_util",),
    "subprocess": ("children.patch_popen", "waits.waiting.patch_popen"),
    "queue": ("waits.queues.patch_simple_queue",),
    "multiprocessing.queues": ("waits.queues.patch_process_queues",),
    "multiprocessing.synchronize": ("waits.process_locks.patch",),
    "asyncio.base_events": ("loops.patch",),
    "concurrent.futures.thread": ("tasks.patch_thread_pool",),
    "concurrent.futures.process": ("tasks.patch_process_pool",),
    "traceback": ("raised.patch_traceback",),
    "loky.process_executor": ("tasks.patch_loky",),
    "joblib.externals.loky.process_executor": ("tasks.patch_loky",),
    "distributed.worker": ("tasks.patch_dask_worker",),
}
"""By what a module is patched, once the program imports it: a module here, and its function."""


def begin() -> None:
    """Tell that this process has begun, and see to it that all else is told."""
    if not sys.platform.startswith("linux"):
        return
    before = set(sys.modules)
    from . import link  # noqa: PLC0415 - elsewhere it cannot be imported

    if link.may_begin():
        link.guarded(_begin)
    # A program may have modules of its own of these names, which are to be found as without us.
    for name in ("fcntl", "select", "termios"):
        if name not in before:
            sys.modules.pop(name, None)


def _begin() -> None:
    import atexit  # noqa: PLC0415 - at the top it would be imported where nobody listens
    import os  # noqa: PLC0415

    from . import forks, importing, link, output, who  # noqa: PLC0415

    link.begin(who.introduction())
    if not link.state.is_on:
        return
    output.begin()
    if not who.is_helper():
        output.take()
    os.register_at_fork(before=forks.before_fork, after_in_child=forks.after_fork)
    atexit.register(_at_exit)
    importing.watch(WATCHED)


def _at_exit() -> None:
    """Tell what ended the main thread, if anything did; then be silent."""
    from . import link  # noqa: PLC0415

    if link.state.is_on and getattr(sys, "last_value", None) is not None:
        link.guarded(_tell_last)
    link.guarded(link.leave)


def _tell_last() -> None:
    from . import raised  # noqa: PLC0415

    raised.tell_last()
