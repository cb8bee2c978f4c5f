"""A process takes memory until the system ends it; run it where little is allowed.

systemd-run --scope -p MemoryMax=100M -p MemorySwapMax=0 chai-tui run out_of_memory.py
"""

import multiprocessing
import sys
import time

MOST = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000


def brew() -> None:
    """Take a megabyte, and another one."""
    cups = []
    for number in range(MOST):
        cups.append(bytes([number % 256]) * 1_000_000)
        time.sleep(0.001)


if __name__ == "__main__":
    maker = multiprocessing.Process(target=brew)
    maker.start()
    maker.join()
    print("exit code", maker.exitcode)
