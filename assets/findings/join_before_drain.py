"""A process is joined before what it has put into its queue is taken out."""

import multiprocessing
import sys


def brew(queue: "multiprocessing.Queue[bytes]") -> None:
    """Put more into the queue than its pipe holds."""
    queue.put(b"chai" * 1_000_000)


if __name__ == "__main__":
    cups: "multiprocessing.Queue[bytes]" = multiprocessing.Queue()
    maker = multiprocessing.Process(target=brew, args=(cups,))
    maker.start()
    maker.join(*map(float, sys.argv[1:]))  # without a timeout, for ever
    print(len(cups.get()), "bytes served")
