"""Tasks fail, each for a reason of its own."""

from concurrent.futures import ThreadPoolExecutor


def brew(number: int) -> None:
    raise ValueError(f"no milk in cup {number}")


with ThreadPoolExecutor(2) as pool:
    for cup in range(12):
        pool.submit(brew, cup)
