"""A thread, which is joined, waits for a lock that a signal's handler opens."""

import signal
import threading


def main() -> None:
    gate = threading.Lock()
    gate.acquire()
    signal.signal(signal.SIGALRM, lambda *_: gate.release())
    signal.setitimer(signal.ITIMER_REAL, 2.5)
    thread = threading.Thread(target=gate.acquire)
    thread.start()
    thread.join()


main()
