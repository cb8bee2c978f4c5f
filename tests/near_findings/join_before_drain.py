"""A process is joined while it waits for its queue; another thread empties that, slowly."""

import multiprocessing
import threading
import time
from typing import Any


def brew(cups: Any) -> None:
    for _ in range(2):
        cups.put(b"chai" * 50_000)


def drink(cups: Any) -> None:
    time.sleep(1.5)
    cups.get()
    threading.Event().wait(2.0)
    cups.get()


if __name__ == "__main__":
    queue: Any = multiprocessing.Queue(1)
    drinker = threading.Thread(target=drink, args=(queue,))
    maker = multiprocessing.Process(target=brew, args=(queue,))
    maker.start()
    drinker.start()
    maker.join()
    drinker.join()
