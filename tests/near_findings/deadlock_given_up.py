"""Two threads take two locks, each the other one first; after a while one of them gives up."""

import threading

milk, tea = threading.Lock(), threading.Lock()
both_have_one = threading.Barrier(2)


def brew(first: threading.Lock, second: threading.Lock, seconds: float) -> None:
    with first:
        both_have_one.wait()
        if second.acquire(timeout=seconds):
            second.release()


threads = [
    threading.Thread(target=brew, args=locks) for locks in ((milk, tea, 2.5), (tea, milk, -1))
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
