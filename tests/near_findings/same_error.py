"""Tasks fail, each for a reason of its own, but for those that wait for another one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

REASONS = (ValueError, KeyError, TypeError, OSError, RuntimeError, LookupError)


def brew(number: int) -> None:
    raise REASONS[number % len(REASONS)](f"no milk in cup {number}")


def fetch() -> None:
    raise ConnectionError("no milk to be had")


async def pour() -> None:
    await asyncio.to_thread(fetch)


async def serve() -> None:
    await asyncio.create_task(pour())


async def main() -> None:
    await asyncio.gather(serve(), serve(), return_exceptions=True)


with ThreadPoolExecutor(2) as pool:
    for cup in range(2 * len(REASONS)):
        pool.submit(brew, cup)
asyncio.run(main())
