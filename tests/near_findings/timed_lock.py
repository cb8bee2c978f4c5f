"""Two threads take two locks, each the other one first; one of them gives up after a while."""

import sys
import threading

milk, tea = threading.Lock(), threading.Lock()
both_have_one = threading.Barrier(2)


def wait() -> None:
    with milk:
        both_have_one.wait()
        with tea:
            pass


def give_up() -> None:
    with tea:
        both_have_one.wait()
        milk.acquire(timeout=float(sys.argv[1]))


threads = [threading.Thread(target=wait), threading.Thread(target=give_up)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
