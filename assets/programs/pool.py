"""Four processes of a pool share out sixteen pots: whose task is which, and who is idle last."""

from multiprocessing import Pool


def grind(pot: int) -> int:
    """Compute for a while, as grinding does: longer for later pots."""
    return sum(number * number for number in range(250_000 * (pot + 1)))


if __name__ == "__main__":
    with Pool(4) as pool:
        for ground in pool.imap(grind, range(16)):
            print(f"Ground: {ground}")
