"""Two threads take two locks, each the other one first."""

import threading
import time

milk, tea = threading.Lock(), threading.Lock()
both_have_one = threading.Barrier(2)


def brew(first: threading.Lock, second: threading.Lock) -> None:
    """Take one lock, then the other one."""
    with first:
        both_have_one.wait()
        with second:
            print("served")


for locks in ((milk, tea), (tea, milk)):
    threading.Thread(target=brew, args=locks, daemon=True).start()
time.sleep(8)
