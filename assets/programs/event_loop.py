"""Three tasks of one event loop brew on one thread: it sleeps until the next of them goes on."""

import asyncio


async def brew(name: str, seconds: float) -> None:
    """Wait as brewing does, which keeps nobody else from it."""
    print(f"Start of {name}")
    await asyncio.sleep(seconds)
    print(f"End of {name}")


async def main() -> None:
    """Brew three at a time."""
    brews = [
        asyncio.create_task(brew(name, seconds), name=name)
        for name, seconds in (("masala", 3.0), ("ginger", 4.0), ("plain", 2.0))
    ]
    await asyncio.gather(*brews)
    print("All chai served")


if __name__ == "__main__":
    asyncio.run(main())
