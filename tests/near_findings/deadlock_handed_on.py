"""A lock is handed on: another thread releases it than took it; no circle, though it looks so."""

import threading
import time

milk, tea = threading.Lock(), threading.Lock()
both_have_one = threading.Barrier(2)


def first() -> None:
    milk.acquire()  # for whoever releases it
    both_have_one.wait()
    with tea:
        pass


def second() -> None:
    with tea:
        both_have_one.wait()
        with milk:
            pass


def release() -> None:
    time.sleep(2.5)
    milk.release()


threads = [threading.Thread(target=each) for each in (first, second, release)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
