"""Four workers, and one of five tasks takes nearly all of the time."""

import multiprocessing
import time


def brew(seconds: float) -> None:
    """Make chai."""
    time.sleep(seconds)


if __name__ == "__main__":
    with multiprocessing.Pool(4) as pool:
        pool.map(brew, [3.0, 0.1, 0.1, 0.1, 0.1], chunksize=1)
        pool.close()
        pool.join()
