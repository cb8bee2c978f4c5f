"""Twelve tasks fail, all of them for the same reason."""

from concurrent.futures import ThreadPoolExecutor


def brew(number: int) -> str:
    """Make chai, which needs milk."""
    if number % 2:
        raise ValueError("no milk")
    return f"cup {number}"


if __name__ == "__main__":
    with ThreadPoolExecutor(4) as pool:
        cups = [pool.submit(brew, number) for number in range(24)]
    print(sum(cup.exception() is not None for cup in cups), "failed")
