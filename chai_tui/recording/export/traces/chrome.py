"""A trace in Chrome's JSON: what ui.perfetto.dev, chrome://tracing and many others open.

The form: "Trace Event Format", https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
It is an array: of one that was cut, readers take what there is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from chai_tui.recording.export.account import Account
from chai_tui.recording.export.traces.pieces import Pieces
from chai_tui.recording.export.traces.tracks import (
    Counter,
    Process,
    Slice,
    Track,
    size_of,
    tracks_of,
)
from chai_tui.recording.export.traces.words import Words

_ENCODE = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def write_trace(
    account: Account, write: Callable[[str], object], progress: Callable[[float], None]
) -> None:
    """Write a run as a trace.

    Tracks cannot be named there, but threads can: every track is one.

    Args:
        account: the run.
        write: takes the text, in pieces; it is ASCII alone.
        progress: is told which part of it is written, from 0 to 1.
    """
    writer = _Writer(Pieces(write, progress, size_of(account), ""))
    for each in tracks_of(account):
        if isinstance(each, Process):
            writer.process(each)
        elif isinstance(each, Track):
            writer.track(each)
        else:
            writer.counter(each)
    writer.close()


class _Writer:
    def __init__(self, pieces: Pieces[str]) -> None:
        self._pieces = pieces
        self._between = "[\n"

    def process(self, process: Process) -> None:
        """Write what a process is called, and where it stands."""
        self._name("process", process.pid, process.pid, process.name, process.order)

    def track(self, track: Track) -> None:
        """Write a track with all that stands on it; a maker's second that is empty is left out."""
        pid, tid = track.process.pid, track.tid
        slices = iter(track.slices)
        first = next(slices, None)
        if first is None and track.under is not None:
            return
        self._name("thread", pid, tid, track.name, track.order)
        where = f'"pid":{pid},"tid":{tid},"ts":'
        if first is not None:
            self._pieces.put_all(_lines(f',\n{{"ph":"X",{where}', track.category, first, slices))
        for mark in track.marks:
            rest = _rest(mark.words, mark.category)
            self._pieces.put(f',\n{{"ph":"i","s":"t",{where}{mark.at}{rest}')

    def counter(self, counter: Counter) -> None:
        """Write a curve; readers call it by its name and its part."""
        pid = counter.process.pid
        begin = f',\n{{"ph":"C","pid":{pid},"tid":{pid},"name":{_ENCODE(counter.name)},"ts":'
        part = _ENCODE(counter.part)
        self._pieces.put_all(
            f'{begin}{at},"args":{{{part}:{value}}}}}' for at, value in counter.values
        )

    def _name(self, what: str, pid: int, tid: int, name: str, order: int) -> None:
        """Write what a process or a thread is called, and where it stands."""
        where = f'"ph":"M","pid":{pid},"tid":{tid}'
        self._pieces.put(
            f'{self._between}{{"name":"{what}_name",{where},"args":{{"name":{_ENCODE(name)}}}}},\n'
            f'{{"name":"{what}_sort_index",{where},"args":{{"sort_index":{order}}}}}'
        )
        self._between = ",\n"

    def close(self) -> None:
        """Write the end."""
        self._pieces.put("\n]\n")
        self._pieces.close()


def _lines(begin: str, category: str, first: Slice, others: Iterable[Slice]) -> Iterator[str]:
    """Put slices together by hand: JSON's own encoder takes three times as long."""
    kept: dict[Words, str] = {}
    for began, ended, words in chain((first,), others):
        rest = kept.get(words)
        if rest is None:
            rest = kept[words] = _rest(words, category)
        yield f'{begin}{began},"dur":{ended - began}{rest}'


def _rest(words: Words, category: str) -> str:
    """What does not change from slice to slice, up to the end of one."""
    told = f',"args":{_ENCODE(dict(words.args))}' if words.args else ""
    return f',"name":{_ENCODE(words.name)},"cat":"{category}"{told}}}'
