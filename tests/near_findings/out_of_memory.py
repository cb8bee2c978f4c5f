"""A child is killed by its parent."""

import multiprocessing
import time

if __name__ == "__main__":
    maker = multiprocessing.Process(target=time.sleep, args=(600,))
    maker.start()
    maker.kill()
    maker.join()
