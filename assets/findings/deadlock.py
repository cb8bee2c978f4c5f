"""Two threads take two locks, each the other one first."""

import threading

milk, tea = threading.Lock(), threading.Lock()
both_have_one = threading.Barrier(2)


def brew(first: threading.Lock, second: threading.Lock) -> None:
    """Take one lock, then the other one."""
    with first:
        both_have_one.wait()
        with second:
            print("served")


makers = [threading.Thread(target=brew, args=locks) for locks in ((milk, tea), (tea, milk))]
for maker in makers:
    maker.start()
for maker in makers:
    maker.join()
