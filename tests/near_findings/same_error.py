"""Tasks fail, each for a reason of its own."""

from concurrent.futures import ThreadPoolExecutor

REASONS = (ValueError, KeyError, TypeError, OSError, RuntimeError, LookupError)


def brew(number: int) -> None:
    raise REASONS[number % len(REASONS)](f"no milk in cup {number}")


with ThreadPoolExecutor(2) as pool:
    for cup in range(2 * len(REASONS)):
        pool.submit(brew, cup)
