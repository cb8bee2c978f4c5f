"""A kitchen of its own that reads numbered events, and can be stopped meanwhile.

Run as ``python -m tests.storm.reader MAKERS NUMBERS GATE``: prints ``ready`` when everybody waits
for the file GATE to exist, and the figures when everybody has sent all its numbers.
Exit code 1: something was missing.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Seated
from chai_tui.model.recipe import Step, StepKind
from tests.storm.driving import Drive, kitchen_drive
from tests.storm.numbered import Sequence, Way, sending, wait_for
from tests.storm.promise import Broken, require


def main() -> int:
    """Read until all is there."""
    makers, numbers, gate = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    try:
        with kitchen_drive() as drive:
            _read(drive, makers, numbers, gate)
    except Broken as broken:
        print(f"BROKEN {broken}", flush=True)
        return 1
    return 0


def _read(drive: Drive, makers: int, numbers: int, gate: Path) -> None:
    sequences: dict[int, Sequence] = {}

    def take(events: list[Event]) -> None:
        for event in events:
            maker = getattr(event, "maker", None)
            if isinstance(event, Seated):
                sequences[event.maker] = Sequence(event.maker, Way(event.recipe))
            elif maker is not None:
                sequences[maker].take(event)

    ways = list(Way)
    wait = Step("wait", StepKind.CALL, call=partial(wait_for, gate))
    for index in range(makers):
        recipe = sending(ways[index % len(ways)], numbers)
        gated = recipe._replace(steps=(wait, *recipe.steps))
        drive.submit(AddMakers(1, gated, Engine.PROCESS))
    everyone = drive.floor.makers
    while len(everyone) < makers or not all(maker.started_at for maker in everyone.values()):
        take(drive.poll())
    print("ready", flush=True)
    while not drive.floor.all_joined:
        take(drive.poll(1.0))
    for sequence in sequences.values():
        require(
            sequence.next == numbers,
            f"#{sequence.maker} ({sequence.way}) sent {numbers:,}, {sequence.next:,} came",
        )
    print(f"{makers * numbers:,} numbers of {makers} makers, none missing", flush=True)


if __name__ == "__main__":
    sys.exit(main())
