"""One process has many threads, which all compute; the others have one each."""

import hashlib
import multiprocessing
import sys
import threading
import time


def compute(until: float) -> None:
    tea = bytes(1_000_000)
    while time.monotonic() < until:
        hashlib.sha256(tea)


if __name__ == "__main__":
    end = time.monotonic() + float(sys.argv[1])
    for _ in range(2):
        multiprocessing.Process(target=compute, args=(end,)).start()
    for _ in range(8):
        threading.Thread(target=compute, args=(end,)).start()
