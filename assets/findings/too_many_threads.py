"""Processes with as many threads each as there are cores, and all of them compute."""

import hashlib
import multiprocessing
import os
import sys
import threading
import time

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
CORES = len(os.sched_getaffinity(0))


def compute(until: float) -> None:
    """Hash: C code, which works without the GIL."""
    tea = bytes(1_000_000)
    while time.monotonic() < until:
        hashlib.sha256(tea)


def brew(until: float) -> None:
    """Compute in many threads."""
    for _ in range(max(2, CORES)):
        threading.Thread(target=compute, args=(until,)).start()


if __name__ == "__main__":
    end = time.monotonic() + SECONDS
    for _ in range(max(2, min(4, CORES))):
        multiprocessing.Process(target=brew, args=(end,)).start()
