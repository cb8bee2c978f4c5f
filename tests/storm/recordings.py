"""No recording breaks its reader, whatever somebody did to its bytes."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.model.events import EVENT_TYPES, Event
from chai_tui.model.recipe import BUILT_IN
from chai_tui.recording.form import RecordingError
from chai_tui.recording.output import RecordingFile
from chai_tui.recording.reader import Reader
from chai_tui.recording.recorder import Recorder
from chai_tui.sources.simulated.source import Simulation
from chai_tui.state.floor import Floor
from tests.storm.promise import Force, Promise, require
from tests.unit.any_recording import look_at, packed

KEPT = Path(__file__).parents[1] / "recordings" / "format-1.chai"
TELLING = (
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"-",
    b"9",
    b"e9",
    b"\n",
    b"\\",
    b"\xff",
    b"null",
)
"""What changes more than a letter does."""
SLOWEST = 20.0
"""CPU seconds that none of these small files may take."""


def a_run(random: Random) -> bytes:
    """A recording of a simulated run of several engines."""
    now = [0.0]
    simulation = Simulation(2, "spawn", seed=random.getrandbits(30), sample_every=0.5,
                            clock=lambda: now[0])  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.chai"
        recorder = Recorder(simulation, file=RecordingFile(path), command="chai-tui brew")
        for engine in (Engine.PROCESS, Engine.THREAD, Engine.ASYNCIO):
            recorder.submit(AddMakers(2, BUILT_IN["chai"], engine))
        floor = Floor()
        while not floor.all_joined:
            floor.fold(recorder.poll(0.0))
            now[0] += 0.25
        recorder.close()
        return path.read_bytes()


def mangle(content: bytes, random: Random) -> bytes:
    """Do to a recording what disks, editors and people do."""
    lines = content.splitlines(keepends=True)
    header, others = lines[0], lines[1:]
    match random.randrange(5):
        case 0:
            random.shuffle(others)
        case 1:
            others = [line for line in others for _ in range(random.choice((0, 1, 1, 2)))]
        case 2:
            others = others[: random.randrange(len(others))]
    content = b"".join([header, *others])
    if random.random() < 0.4:
        content = packed(content, lines_a_flush=random.choice((1, 20, 1_000)))
    for _ in range(random.choice((0, 1, 3, 30))):
        at = random.randrange(random.choice((len(content),) * 4 + (len(content) // 20,)) or 1)
        gone = random.choice((0, 1, 1, 1, 9, 5_000))
        put = random.choice((b"", random.randbytes(random.choice((1, 4))), random.choice(TELLING)))
        content = content[:at] + put + content[at + gone :]
    return content


def feed_recordings(files: int, random: Random) -> str:
    """Read mangled recordings, fold them and ask all that views ask; return the figures."""
    came = Counter[str]()
    slowest = 0.0
    sources = [KEPT.read_bytes(), a_run(random), a_run(random)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.chai"
        for number in range(files):
            path.write_bytes(mangle(random.choice(sources), random))
            began = time.process_time()
            _see(path, f"file {number}", came)
            slowest = max(slowest, time.process_time() - began)
    require(came["events"] and came["problems"], f"nothing was ever read, or wrong: {came}")
    require(slowest < SLOWEST, f"one took {slowest:.1f} CPU s")
    return (
        f"{files:,} files, {came['refused']:,} refused, {came['events']:,} events shown, "
        f"{came['problems']:,} lines of what is missing, the slowest took {slowest:.2f} CPU s"
    )


def _see(path: Path, of: str, came: Counter[str]) -> None:
    try:
        reader = Reader.open(path)
    except RecordingError as error:
        require(str(error).isprintable(), f"{of}: told {str(error)!r}")
        came["refused"] += 1
        return
    events: list[Event] = list(reader.events())
    reader.close()
    low, high = reader.header.window
    for event in events:
        require(type(event) in EVENT_TYPES and low <= event.at <= high, f"{of}: gave {event}")
    for problem in reader.problems():
        require(problem.isprintable() and len(problem) < 500, f"{of}: told {problem!r}")
        came["problems"] += 1
    floor = Floor()
    floor.fold(events)
    look_at(floor, events)
    came["events"] += len(events)


def _storm(force: Force) -> str:
    return feed_recordings(force.times(5_000, 50), force.random)


PROMISE = Promise("recordings", "no recording breaks its reader, whatever its bytes are", _storm)
