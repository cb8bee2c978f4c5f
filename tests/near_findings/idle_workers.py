"""Workers are idle half of the time."""

import multiprocessing
import time

if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        for _ in range(5):
            pool.map(time.sleep, [0.4, 0.4], chunksize=1)
            time.sleep(0.3)
        pool.close()
        pool.join()
