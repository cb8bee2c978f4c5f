"""A trace in Perfetto's own form: smaller than Chrome's, and its tracks have names.

Numbers of fields are those of ``protos/perfetto/trace`` in https://github.com/google/perfetto:
``trace_packet.proto``, ``clock_snapshot.proto``, ``interned_data/interned_data.proto``, and in
``track_event/`` ``track_event``, ``track_descriptor``, ``process_descriptor``,
``thread_descriptor`` and ``debug_annotation.proto``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain, count

from chai_tui.recording.export.account import Account
from chai_tui.recording.export.traces.pieces import Pieces
from chai_tui.recording.export.traces.protobuf import double, message, number, text, varint
from chai_tui.recording.export.traces.tracks import (
    Counter,
    Process,
    Slice,
    Track,
    size_of,
    tracks_of,
)
from chai_tui.recording.export.traces.words import Words

_PACKET, _TIMESTAMP, _EVENT, _TRACK, _INTERNED, _CLOCKS = 1, 8, 11, 60, 12, 6
_SEQUENCE = number(10, 1) + number(13, 2)  # all packets are of one sequence, and need its names
_BEGIN, _END, _INSTANT, _COUNTER = (number(9, kind) for kind in (1, 2, 3, 4))
_IN_GIVEN_ORDER = (number(19, 1), number(20, 1))  # processes, and their threads
_REALTIME, _BOOTTIME = 1, 6
_LATEST = 2**33
"""Seconds since 1970: the nanoseconds of more than 272 years do not fit into 63 bits."""


def write_pftrace(
    account: Account, write: Callable[[bytes], object], progress: Callable[[float], None]
) -> None:
    """Write a run as a trace.

    Args:
        account: the run.
        write: takes the bytes, in pieces.
        progress: is told which part of it is written, from 0 to 1.
    """
    writer = _Writer(Pieces(write, progress, size_of(account), b""))
    writer.begin(account.header.wall)
    for each in tracks_of(account):
        if isinstance(each, Process):
            writer.process(each)
        elif isinstance(each, Track):
            writer.track(each)
        else:
            writer.counter(each)
    writer.close()


class _Writer:
    """Tracks are numbered as they come; times are nanoseconds."""

    def __init__(self, pieces: Pieces[bytes]) -> None:
        self._pieces = pieces
        self.close = pieces.close
        self._numbers = count(1)
        self._uuids: dict[tuple[int, int | None], int] = {}
        self._names: dict[tuple[int, str], int] = {}

    def begin(self, wall: str) -> None:
        """Write what comes before everything: nothing was interned yet; the time of day."""
        self._pieces.put(message(_PACKET, number(10, 1), number(13, 1)))
        self._describe(number(1, 0), *_IN_GIVEN_ORDER)
        try:
            seconds = datetime.fromisoformat(wall).timestamp()
        except (ValueError, OverflowError):
            return  # nobody knows
        if 0 < seconds < _LATEST:
            clocks = ((_REALTIME, round(seconds * 1e3) * 1_000_000), (_BOOTTIME, 0))
            told = (message(1, number(1, clock), number(2, at)) for clock, at in clocks)
            self._pieces.put(
                message(_PACKET, number(_TIMESTAMP, 0), message(_CLOCKS, *told), _SEQUENCE)
            )

    def process(self, process: Process) -> None:
        """Write what a process is called, and where it stands."""
        told = message(3, number(1, process.pid), text(6, process.name))
        uuid = self._uuids[process.pid, None] = next(self._numbers)
        self._describe(number(1, uuid), told, number(12, process.order))

    def _describe(self, *told: bytes) -> None:
        self._pieces.put(message(_PACKET, message(_TRACK, *told), _SEQUENCE))

    def track(self, track: Track) -> None:
        """Write a track with all that stands on it; a maker's second that is empty is left out."""
        slices = iter(track.slices)
        first = next(slices, None)
        if first is None and track.under is not None:
            return
        uuid = self._uuids[track.process.pid, track.tid] = next(self._numbers)
        if track.under is None:
            told = (number(1, track.process.pid), number(2, track.tid), text(5, track.name))
            self._describe(number(1, uuid), message(4, *told), number(12, track.order))
        else:
            parent = self._uuids[track.process.pid, track.under]
            place = (number(5, parent), text(2, track.name), number(12, track.order))
            self._describe(number(1, uuid), *place)
        on = number(11, uuid)
        if first is not None:
            self._pieces.put_all(self._packets(on, track.category, first, slices))
        for mark in track.marks:
            told = (_INSTANT, on, self._said(mark.words, mark.category))
            self._pieces.put(_packet(mark.at, message(_EVENT, *told) + _SEQUENCE))

    def _packets(
        self, on: bytes, category: str, first: Slice, others: Iterable[Slice]
    ) -> Iterator[bytes]:
        """A packet for the beginning of each slice, and one for its end."""
        kept: dict[Words, bytes] = {}
        ended = message(_EVENT, _END, on) + _SEQUENCE
        for began, until, words in chain((first,), others):
            rest = kept.get(words)
            if rest is None:
                said = self._said(words, category)
                rest = kept[words] = message(_EVENT, _BEGIN, on, said) + _SEQUENCE
            yield _packet(began, rest) + _packet(until, ended)

    def counter(self, counter: Counter) -> None:
        """Write a curve."""
        uuid, parent = next(self._numbers), self._uuids[counter.process.pid, None]
        name = text(2, f"{counter.name} {counter.part}")
        self._describe(number(1, uuid), number(5, parent), name, message(8))
        on = number(11, uuid)
        for at, value in counter.values:
            self._pieces.put(
                _packet(at, message(_EVENT, _COUNTER, on, double(44, value)) + _SEQUENCE)
            )

    def _said(self, words: Words, category: str) -> bytes:
        """What a slice or an instant is called, and what else is told of it."""
        told = [number(3, self._interned(1, category)), number(10, self._interned(2, words.name))]
        for key, value in words.args:
            if isinstance(value, str):
                told.append(message(4, text(10, key), text(6, value)))
            elif isinstance(value, int):
                told.append(message(4, text(10, key), number(4, value)))
            else:
                told.append(message(4, text(10, key), double(5, value)))
        return b"".join(told)

    def _interned(self, kind: int, name: str) -> int:
        """The number that stands for a name (kind 2) or a category (1) from now on."""
        found = self._names.get((kind, name))
        if found is None:
            found = self._names[kind, name] = len(self._names) + 1
            told = message(kind, number(1, found), text(2, name))
            self._pieces.put(message(_PACKET, message(_INTERNED, told), _SEQUENCE))
        return found


def _packet(micros: int, rest: bytes) -> bytes:
    """Return a packet with a time; ``rest`` is all else of it."""
    at = varint(micros * 1_000)
    return b"\x0a" + varint(len(at) + len(rest) + 1) + b"\x40" + at + rest
