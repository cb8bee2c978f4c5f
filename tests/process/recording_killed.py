"""Records a simulated run, and says when what happened: ``recording_killed.py FILE``.

Prints a line for every batch, before it waits for the next: how many events were told by then.
Whoever started it kills it.
"""

from __future__ import annotations

import sys
import time

from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.model.recipe import BUILT_IN
from chai_tui.recording.output import RecordingFile
from chai_tui.recording.recorder import Recorder
from chai_tui.sources.simulated.source import Simulation

if __name__ == "__main__":
    simulation = Simulation(2, "spawn", seed=1, sample_every=0.1)
    recorder = Recorder(simulation, file=RecordingFile(sys.argv[1]), command="chai-tui brew")
    recorder.submit(AddMakers(8, BUILT_IN["chai"], Engine.PROCESS))
    told = 0
    while True:
        told += len(recorder.poll(None))
        print(time.monotonic(), told, flush=True)
