"""Two processes take two locks, each the other one first."""

from multiprocessing import Barrier, Lock, Process
from multiprocessing.synchronize import Barrier as BarrierType
from multiprocessing.synchronize import Lock as LockType


def brew(first: LockType, second: LockType, both_have_one: BarrierType) -> None:
    """Take one lock, then the other one."""
    with first:
        both_have_one.wait()
        with second:
            print("served")


if __name__ == "__main__":
    milk, tea = Lock(), Lock()
    barrier = Barrier(2)
    makers = [Process(target=brew, args=(*pair, barrier)) for pair in ((milk, tea), (tea, milk))]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
