"""A kitchen whose maker is killed while it holds shared memory, whose name is printed.

Run as ``python -m tests.process.sharer START_METHOD``.
"""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.shared_memory import SharedMemory

from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.model.events import Exited, Said
from chai_tui.sources.live.kitchen import Kitchen
from tests.process.makers import doing


def hold_shared_memory() -> None:
    print("holds", SharedMemory(create=True, size=1).name)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Seat the maker, print what it holds, and close once it is gone."""
    kitchen = Kitchen(sys.argv[1])
    kitchen.submit(AddMakers(1, doing(hold_shared_memory), Engine.PROCESS))
    name, ended = "", False
    while not ended:
        for event in kitchen.poll(1.0):
            ended |= isinstance(event, Exited)
            if isinstance(event, Said) and event.line.startswith("holds "):
                name = event.line.removeprefix("holds ")
    kitchen.close()
    print(name)


if __name__ == "__main__":
    main()
