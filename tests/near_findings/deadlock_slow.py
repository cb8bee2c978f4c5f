"""Who waits for a lock finds it with one after another, each of whom waits for theirs before."""

import threading
import time

milk, tea = threading.Lock(), threading.Lock()
over = time.monotonic() + 3


def brew() -> None:
    while time.monotonic() < over:
        with milk:
            time.sleep(0.3)
        with tea:
            time.sleep(0.2)
        with tea, milk:
            time.sleep(0.1)


def hold() -> None:
    while time.monotonic() < over:
        with tea:
            time.sleep(0.4)


threads = [threading.Thread(target=each) for each in (brew, brew, hold)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
