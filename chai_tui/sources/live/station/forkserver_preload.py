"""Imported once in the fork server, so that every station forked from it starts warm.

Importing it anywhere else does nothing: what it sets belongs to the fork server's process alone.
"""

from __future__ import annotations

import os
import sys

if any("multiprocessing.forkserver" in argument for argument in sys.orig_argv):
    from chai_tui.sources.live.station.lifeline import die_with_parent, wait_with_signals
    from chai_tui.sources.live.station.refused_forks import survive_refused_forks

    # The first link of the chain: the server dies with the kitchen's process.
    die_with_parent()
    survive_refused_forks()
    wait_with_signals()
    # A station's bootstrap runs before it has an outlet; nothing it prints may reach the terminal.
    _nowhere = os.open(os.devnull, os.O_RDWR)
    for _descriptor in (0, 1, 2):
        os.dup2(_nowhere, _descriptor)
    os.close(_nowhere)

    # What every station would import itself; runpy and pkgutil are for multiprocessing's own
    # preparation of __main__ (measured: 12 ms to the first event without, 5 ms with).
    import contextlib
    import importlib

    for _module in (
        "multiprocessing.connection",
        "multiprocessing.queues",
        "pkgutil",
        "runpy",
        "setproctitle",
        "chai_tui.sources.live.station.entry_point",
        "chai_tui.sources.live.station.main",
    ):
        with contextlib.suppress(ImportError):  # setproctitle is for Linux only
            importlib.import_module(_module)
