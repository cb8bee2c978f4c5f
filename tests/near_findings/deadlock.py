"""Threads wait long for a lock, and main for them; whoever has it gives it back."""

import threading
import time

milk, tea = threading.Lock(), threading.Lock()


def brew() -> None:
    with milk, tea:
        time.sleep(1.8)


threads = [threading.Thread(target=brew) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
