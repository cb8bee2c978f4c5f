"""Three threads of a pool grind in Python: one GIL, so that one computes and two wait for it."""

from concurrent.futures import ThreadPoolExecutor


def grind(pot: int) -> int:
    """Compute for a while in Python alone."""
    return sum(number * number for number in range(1_500_000 + pot))


if __name__ == "__main__":
    with ThreadPoolExecutor(3, thread_name_prefix="maker") as pool:
        for ground in pool.map(grind, range(24)):
            print(f"Ground: {ground}")
