"""Reads traces, in both forms: written after the specifications, not after what writes them."""

from __future__ import annotations

import json
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Told(NamedTuple):
    """A slice or, where both times are the same, perhaps an instant; in nanoseconds."""

    began: int
    ended: int
    name: str
    category: str
    args: dict[str, Any]


@dataclass
class Trace:
    """What a trace tells, whatever its form.

    Attributes:
        processes: names by pid.
        tracks: names of all tracks with anything on them, and of all threads.
        slices: by track.
        instants: by track.
        counters: times in nanoseconds and values, by name.
    """

    processes: dict[int, str] = field(default_factory=dict)
    tracks: list[str] = field(default_factory=list)
    slices: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    instants: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    counters: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))


def read_chrome(text: str) -> Trace:
    """Read Chrome's JSON."""
    trace = Trace()
    names: dict[tuple[int, int], str] = {}
    for each in json.loads(text):
        pid, tid, name = each["pid"], each["tid"], each["name"]
        args = each.get("args", {})
        at = each.get("ts", 0) * 1_000
        match each["ph"]:
            case "M" if name == "process_name":
                assert pid not in trace.processes
                trace.processes[pid] = args["name"]
            case "M" if name == "thread_name":
                assert (pid, tid) not in names, "two tracks have one number"
                names[pid, tid] = args["name"]
                trace.tracks.append(args["name"])
            case "X":
                told = Told(at, at + each["dur"] * 1_000, name, each["cat"], args)
                trace.slices[names[pid, tid]].append(told)
            case "i":
                trace.instants[names[pid, tid]].append(Told(at, at, name, each["cat"], args))
            case "C":
                ((part, value),) = args.items()
                trace.counters[f"{name} {part}"].append((at, value))
    return trace


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The numbers and values of a message's fields."""
    at = 0

    def whole() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = whole()
        match key & 7:
            case 0:
                yield key >> 3, whole()
            case 1:
                yield key >> 3, struct.unpack_from("<d", data, at)[0]
                at += 8
            case 2:
                length = whole()
                assert at + length <= len(data)
                yield key >> 3, data[at : at + length]
                at += length
            case other:
                raise AssertionError(f"no wire type that we write: {other}")


def read_perfetto(data: bytes) -> Trace:
    """Read Perfetto's own form."""
    reader = _Perfetto()
    for number, packet in fields(data):
        assert number == 1
        told = dict(fields(packet))
        assert told[10] == 1
        for kind, entry in fields(told.get(12, b"")):
            of = dict(fields(entry))
            reader.interned[kind, of[1]] = of[2].decode()
        if 60 in told and dict(fields(told[60]))[1] != 0:  # 0: the one that has all others
            reader.track(dict(fields(told[60])))
        if 11 in told:
            reader.event(told[8], told[11])
    assert not reader.begun
    return reader.trace


class _Perfetto:
    def __init__(self) -> None:
        self.trace = Trace()
        self.interned: dict[tuple[int, int], str] = {}
        self.begun: dict[str, Told] = {}
        self._names: dict[int, str] = {}

    def track(self, track: dict[int, Any]) -> None:
        assert track[1] not in self._names
        if 3 in track:
            process = dict(fields(track[3]))
            name = self.trace.processes[process[1]] = process[6].decode()
        else:
            name = (dict(fields(track[4]))[5] if 4 in track else track[2]).decode()
            if 8 not in track:
                self.trace.tracks.append(name)
        self._names[track[1]] = name

    def event(self, at: int, message: bytes) -> None:
        event = dict(fields(message))
        track = self._names[event[11]]
        match event[9]:
            case 1:
                assert track not in self.begun, "a slice began in another"
                self.begun[track] = self._told(at, message)
            case 2:
                self.trace.slices[track].append(self.begun.pop(track)._replace(ended=at))
            case 3:
                self.trace.instants[track].append(self._told(at, message))
            case 4:
                self.trace.counters[track].append((at, event[44]))

    def _told(self, at: int, message: bytes) -> Told:
        event, args = dict(fields(message)), dict[str, Any]()
        for number, annotation in fields(message):
            if number == 4:
                note = dict(fields(annotation))
                args[note[10].decode()] = _value(note)
        return Told(at, at, self.interned[2, event[10]], self.interned[1, event[3]], args)


def _value(note: dict[int, Any]) -> str | float:
    """The value of an annotation: a text, a whole number with its sign in bit 63, or another."""
    if 6 in note:
        text: str = note[6].decode()
        return text
    if 4 in note:
        whole: int = note[4]
        return whole - (whole >> 63 << 64)
    value: float = note[5]
    return value
