"""How much of its time a process holds the GIL, asked inside of it from a thread of C code.

That thread was not made by Python: it never needs the GIL, so it delays nobody. On CPython 3.11 it
may call ``_PyThreadState_UncheckedGet()``, which tells whose turn it is, and nobody's while the GIL
is free. That is another variable than the one that chai-tui reads, found in another way.
"""

from __future__ import annotations

import ctypes
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SOURCE = r"""
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
extern void *_PyThreadState_UncheckedGet(void);
static volatile int going;
static long looks, held;
static pthread_t watcher;
static void *watch(void *unused) {
    unsigned seed = 12345;
    while (going) {
        /* At random moments: a function that does the same every millisecond must not keep step. */
        struct timespec pause = {0, 100000 + rand_r(&seed) % 300000};
        nanosleep(&pause, 0);
        looks += 1;
        held += _PyThreadState_UncheckedGet() != 0;
    }
    return 0;
}
void begin(void) { looks = held = 0; going = 1; pthread_create(&watcher, 0, watch, 0); }
double end(void) { going = 0; pthread_join(watcher, 0); return looks ? (double)held / looks : -1; }
"""


def can_be_asked() -> bool:
    """Whether this Python tells, and there is a compiler."""
    return (
        sys.version_info[:2] == (3, 11)
        and platform.python_implementation() == "CPython"
        and sys.platform == "linux"
        and shutil.which("cc") is not None
    )


def share_while(work: Callable[[], object], seconds: float) -> float | None:
    """Repeat ``work`` for so many seconds; return what share held the GIL, if it can be told."""
    if not can_be_asked():
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "watch.c"), Path(folder, "watch.so")
        source.write_text(SOURCE)
        subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-pthread", "-o", library, source], check=True
        )
        watcher = ctypes.CDLL(str(library))
    watcher.end.restype = ctypes.c_double
    work()
    watcher.begin()
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        work()
    # As PyDLL it would be called with the GIL; as CDLL it waits for its thread without.
    return float(watcher.end())
