"""What makes the time from start to first screen shorter; all of it is measured.

A start of 170 ms on two cores is 10 ms shorter without garbage collection (nothing that is imported
becomes garbage), 5 ms without OpenSSL, and 5 ms with a short switch interval.
"""

from __future__ import annotations

import gc
import sys

SWITCH_SECONDS = 0.0005
"""How long a thread keeps the GIL while another wants it, meanwhile: the bridge's thread starts
makers, with a pause after every few instructions, beside one that imports the screen."""
_usual_switch_seconds = sys.getswitchinterval()


def begin() -> None:
    """Collect no garbage until :func:`done`, and let threads take turns more often."""
    gc.disable()
    sys.setswitchinterval(SWITCH_SECONDS)


def done() -> None:
    """Collect garbage again, but leave alone what start-up made: it stays. Idempotent."""
    if not gc.isenabled():
        sys.setswitchinterval(_usual_switch_seconds)
        gc.freeze()
        gc.enable()


def import_asyncio_without_ssl() -> None:
    """Import asyncio as on a Python that was built without OpenSSL: nobody connects to anything.

    Whoever imports ``ssl`` later gets it; only asyncio does not know it.
    """
    if "ssl" in sys.modules or "asyncio" in sys.modules:
        return
    # None in place of a module makes its import fail: see sys.modules in Python's documentation.
    sys.modules["ssl"] = None  # type: ignore[assignment]
    try:
        import asyncio  # noqa: F401, PLC0415 - that is what this is for
    finally:
        del sys.modules["ssl"]
