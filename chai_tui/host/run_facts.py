"""What a run of this process is, told once at its beginning."""

from __future__ import annotations

import os
import signal
import sys

from chai_tui import __version__
from chai_tui.host.engines import engines_here
from chai_tui.host.usable_cores import UsableCores
from chai_tui.model.events import RunBegan


def facts_of_live_run(
    at: float,
    start_method: str,
    cores: UsableCores,
    sample_every: float | None,
) -> RunBegan:
    """Return the first event of a run on this machine and this Python; a sampler knows the rest.

    Args:
        at: now, in seconds of ``time.monotonic()``.
        start_method: how processes are started.
        cores: those that may be used.
        sample_every: seconds between two samples; None: nothing is sampled.
    """
    return RunBegan(
        at,
        start_method=start_method,
        gil=gil_enabled(),
        cores=cores.numbers,
        quota=cores.quota,
        maps_cores=False,
        sample_every=sample_every,
        # An alias (SIGIOT is SIGABRT) is the same member: each number comes once.
        signals=tuple((int(one), one.name) for one in signal.Signals),
        system=sys.platform,
        python=python_name(),
        version=__version__,
        engines=engines_here(),
        pid=os.getpid(),
    )


def facts_of_simulated_run() -> RunBegan:
    """Return what of this process is true of a simulated run too; its source knows the rest."""
    return RunBegan(0.0, system=sys.platform, python=python_name(), version=__version__)


def gil_enabled() -> bool:
    """Whether this interpreter has a GIL (free-threaded builds may run without one)."""
    is_enabled = getattr(sys, "_is_gil_enabled", None)
    return True if is_enabled is None else bool(is_enabled())


def python_name() -> str:
    """Return ``CPython 3.14.2``, with ``free-threaded`` for such a build."""
    name = {"cpython": "CPython", "pypy": "PyPy"}.get(
        sys.implementation.name, sys.implementation.name
    )
    kind = " free-threaded" if "free-threading" in sys.version else ""
    return f"{name} {'.'.join(map(str, sys.version_info[:3]))}{kind}"
