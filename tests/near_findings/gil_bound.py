"""Threads wait for their GIL while the cores have enough to do without them."""

import multiprocessing
import os
import sys
import threading
import time


def count(until: float) -> None:
    number = 0
    while time.monotonic() < until:
        for _ in range(100_000):
            number += 1


if __name__ == "__main__":
    end = time.monotonic() + float(sys.argv[1])
    for _ in os.sched_getaffinity(0):
        multiprocessing.Process(target=count, args=(end,)).start()
    for _ in range(4):
        threading.Thread(target=count, args=(end,)).start()
