"""A recording in memory, of which any moment can be seen: what happened, and the floor then.

One thread adds to it, as it reads; another looks at it. A *position* is a number of events: at
position 0 nothing has happened, at ``count`` everything.
"""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from chai_tui.model.events import Event, Exited, Seated
from chai_tui.model.race_events import TasteBegan
from chai_tui.recording.collecting import without_collecting
from chai_tui.recording.form import Header
from chai_tui.recording.lines import Read, Tally, read_lines
from chai_tui.recording.playing.checkpoints import Checkpoint, Checkpoints
from chai_tui.recording.playing.chunks import Chunk, Chunks
from chai_tui.state.bulk import fold_bulk
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State

if TYPE_CHECKING:
    from chai_tui.findings.evidence.finding import Finding
    from chai_tui.findings.findings import Findings

_BEGINNING = Checkpoint(0, Floor())


class Ending(NamedTuple):
    """A maker's end.

    Attributes:
        at: when, in the events' seconds: the latest time that was told until then.
        position: how many events had happened with it.
        maker: its number.
        state: how it ended.
    """

    at: float
    position: int
    maker: int
    state: State


class Film:
    """Everything that was read of a recording so far.

    Attributes:
        header: of the recording.
        count: how many events there are by now.
        ends: of makers, oldest first; only ever added to.
        is_complete: whether everything that there is was read.
        follows: whether the recording still grows.
        problems: what is missing, a line each.

    Args:
        header: as above.
        chunks: where the text is kept.
        checkpoints: where floors are.
    """

    def __init__(
        self,
        header: Header,
        *,
        chunks: Chunks | None = None,
        checkpoints: Checkpoints | None = None,
    ) -> None:
        self.header = header
        self.count = 0
        self.ends: list[Ending] = []
        self.is_complete = False
        self.follows = False
        self.problems: list[str] = []
        self._head = Floor()  # of the thread that reads alone
        self._latest = header.monotonic
        self._ended: set[int] = set()
        self._zero: float | None = None
        self._chunks = chunks or Chunks()
        self._checkpoints = checkpoints or Checkpoints()
        self._findings = _findings_of(header)
        self._near = _BEGINNING  # where the chunk began that was sought last
        self._read: tuple[Chunk, Read] | None = None  # the chunk that was read last

    # For the thread that reads

    def add(self, read: Read) -> None:
        """Add what was read next.

        Raises:
            RecordingError: it cannot be kept.
        """
        if read.count:
            with without_collecting():
                self._add(read)

    def _add(self, read: Read) -> None:
        told = [self._latest, *read.times]
        if told != sorted(told):
            told = [*accumulate(told, max)]
        times = array("d", told[1:])
        text = read.text.encode("utf-8", "surrogatepass")
        self._chunks.add(times, text)
        self._latest = times[-1]
        fold_bulk(self._head, read.bulk)
        if self._findings is not None:
            self._findings.take([event for _, event in read.bulk.others], self._head)
        count = self.count + read.count
        self._checkpoints.passed(len(text), count, self._head)
        for index, (before, event) in enumerate(read.bulk.others, 1):
            if self._zero is None and type(event) in (Seated, TasteBegan):
                self._zero = event.at if type(event) is Seated else self.header.monotonic
            if type(event) is Exited and self._is_end(event):
                position = before + index
                state = self._head.makers[event.maker].state
                ending = Ending(times[position - 1], self.count + position, event.maker, state)
                self.ends.append(ending)
        self.count = count  # last: until now nobody looks

    def complete(self) -> None:
        """Take what there is for all of it: nothing more comes, or nobody adds to it any more."""
        if self._findings is not None:
            self._findings.end(self._head)
        self.is_complete = True

    def _is_end(self, event: Exited) -> bool:
        """Whether it is by this that a maker ended; what is told of it later changes nothing.

        A worker that a tasting lets go has no end that anybody looks for.
        """
        maker = self._head.makers.get(event.maker)
        if maker is None or maker.ended_at != event.at or maker.number in self._ended:
            return False
        if not maker.recipe and maker.state is State.STOPPED:
            return False
        self._ended.add(maker.number)
        return True

    # For whoever looks: one thread

    @property
    def began(self) -> float:
        """From where every screen counts, in the events' seconds: when the first maker was seated.

        Before anybody was, and of a tasting, when the run began.
        """
        return self.header.monotonic if self._zero is None else self._zero

    @property
    def ended(self) -> float:
        """The latest time that was told by now, in the events' seconds."""
        return self.time_at(self.count)

    def time_at(self, position: int) -> float:
        """Return the latest time that was told until a position, in the events' seconds."""
        chunk = self._chunks.after(position - 1)
        return self.header.monotonic if chunk is None else chunk.times[position - 1 - chunk.first]

    def position_at(self, at: float) -> int:
        """Return how many events had happened at a time, those of the very moment included."""
        return min(self.count, self._chunks.position_at(at))

    def found_at(self, at: float) -> list[Finding]:
        """Return what was found by a moment to be wrong with a program, as it was known then."""
        return [] if self._findings is None else self._findings.known_at(at)

    def events(self, first: int, last: int) -> list[Event]:
        """Return the events from one position to another, oldest first.

        Raises:
            RecordingError: they cannot be read again.
        """
        found: list[Event] = []
        while first < last and (chunk := self._chunks.after(first)) is not None:
            told = self._read_again(chunk).events
            found += told[first - chunk.first : last - chunk.first]
            first = chunk.first + len(told)
        return found

    def _read_again(self, chunk: Chunk) -> Read:
        if self._read is None or self._read[0] is not chunk:
            text = self._chunks.text(chunk).decode("utf-8", "surrogatepass")
            self._read = chunk, read_lines(text, self.header.window, Tally())
        return self._read[1]

    def floor_at(self, position: int) -> Floor:
        """Return the floor as it was at a position; it is the caller's.

        Raises:
            RecordingError: what happened before cannot be read again.
        """
        with without_collecting():
            return self._floor_at(position)

    def _floor_at(self, position: int) -> Floor:
        start = self._checkpoints.before(position) or _BEGINNING
        if start.position <= self._near.position <= position:
            start = self._near
        floor, done = start.copied_floor(), start.position
        while done < position and (chunk := self._chunks.after(done)) is not None:
            next_done = min(position, chunk.first + len(chunk.times))
            if next_done == position and done != start.position:
                self._near = Checkpoint(done, floor.copy())
            read = self._read_again(chunk)
            if done == chunk.first:
                fold_bulk(floor, read.bulk_until(next_done - done))
            else:
                floor.fold(read.events[done - chunk.first : next_done - chunk.first])
            done = next_done
        return floor

    def close(self) -> None:
        """Forget what is kept in a file."""
        self._chunks.close()


def _findings_of(header: Header) -> Findings | None:
    """What looks for findings, if it is a program that is not ours: nobody else pays for it."""
    if not header.run.is_program:
        return None
    from chai_tui.findings.findings import Findings  # noqa: PLC0415 - see above

    findings = Findings(keeps_history=True)
    findings.take([header.run], Floor())  # a recording that was cut may have lost it
    return findings
