"""Four threads count, one at a time, while cores are free."""

import sys
import threading
import time

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0


def count(until: float) -> None:
    """Count: bytecode, which needs the GIL."""
    number = 0
    while time.monotonic() < until:
        for _ in range(100_000):
            number += 1


if __name__ == "__main__":
    end = time.monotonic() + SECONDS
    threads = [threading.Thread(target=count, args=(end,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
