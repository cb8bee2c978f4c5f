"""Tells a program that started this one what it does: processes, threads, tasks, waiting.

In the program that is watched, from its first import on::

    program ──▶ patched standard library ──▶ tell() ──▶ socket, never waited for ──▶ receiver

Standard library alone, Python 3.8 to 3.15. Modules are imported here only while Python starts: a
program's own ``select.py`` could stand in the way of ours later. It has no thread and no lock, so
that a fork or a signal can come at any time.
"""

from __future__ import annotations

import atexit
import os
import sys

from . import importing, link, processes, raised, tasks, threads, waiting

WATCHED = {
    "threading": (waiting.patch_threading, threads.patch, raised.patch_threading),
    "multiprocessing.process": (processes.patch_process,),
    "multiprocessing.util": (processes.patch_util,),
    "multiprocessing.queues": (waiting.patch_process_queues,),
    "concurrent.futures.thread": (tasks.patch_thread_pool,),
    "concurrent.futures.process": (tasks.patch_process_pool,),
    "traceback": (raised.patch_traceback,),
}
"""What is patched of which module, once the program imports it."""


def begin() -> None:
    """Tell that this process has begun, and see to it that all else is told."""
    if not sys.platform.startswith("linux") or not link.may_begin():
        return
    link.guarded(_begin)


def _begin() -> None:
    link.begin(processes.who())
    if not link.state.is_on:
        return
    if not processes.is_helper():
        link.take_output()
    os.register_at_fork(after_in_child=link.after_fork)
    atexit.register(raised.at_exit)
    importing.watch(WATCHED)
