"""What a program prints is read: all of it, nobody else's, and not too much at once."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator

import pytest

from chai_tui.model.events import Event, Said
from chai_tui.model.written import Written
from chai_tui.sources.live.poller import make_poller
from chai_tui.sources.program.hearing.messages import Output, ProcessBegan
from chai_tui.sources.program.hearing.output import ProgramOutput, Stream
from chai_tui.sources.program.told import MOST_WAITING, Told

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pipe there can be waited for")


class Reading:
    """An output that reads pipes."""

    def __init__(self) -> None:
        self.poller = make_poller()
        self.output = ProgramOutput(self.poller, lambda pid: (pid or None, 1), None)

    def pipe(self, pid: int = 0) -> int:
        """Have it read a new pipe; return the end to write into."""
        read, write = self.handed()
        self.output.add(read, "out", pid)
        return write

    @staticmethod
    def handed() -> tuple[int, int]:
        read, write = os.pipe()
        for end in (read, write):
            os.set_blocking(end, False)
        return read, write

    def ready(self) -> list[Stream]:
        return self.poller.wait(0)


@pytest.fixture
def reading() -> Iterator[Reading]:
    reading = Reading()
    yield reading
    reading.output.finish(0.0)
    reading.poller.close()


def passed_on(written: Written) -> bytes:
    """Return what is of both pipes, who have one station."""
    pieces = written.pieces.get((1, "out"), [])
    return b"".join(piece for piece in pieces if isinstance(piece, bytes))


def lines(events: list[Event]) -> list[str]:
    return [event.line for event in events if isinstance(event, Said)]


def test_what_was_written_is_handed_out_as_it_is_in_whole_lines() -> None:
    reading, written = Reading(), Written(["out"])
    reading.output = ProgramOutput(reading.poller, lambda _: (None, 1), None, written)
    first, second = reading.pipe(), reading.pipe(7)
    for end, data in ((first, b"a\tb\r\n\xff"), (second, b"c\x1b\nd"), (first, b"\n10 %\r")):
        os.write(end, data)
        reading.output.read_all(reading.output.sizes(reading.ready()), 0.0)
    assert passed_on(written) == b"a\tb\r\nc\x1b\n\xff\n"
    for end in (first, second):
        os.close(end)
    reading.output.finish(0.0)
    reading.poller.close()
    assert passed_on(written) == b"a\tb\r\nc\x1b\n\xff\n10 %\rd"


def test_a_question_is_handed_out_though_its_line_has_no_end(reading: Reading) -> None:
    written = Written(["out"])
    reading.output = output = ProgramOutput(reading.poller, lambda _: (None, 1), None, written)
    first, second = reading.pipe(), reading.pipe(7)
    for end, data in ((first, b"a line\nyour "), (second, b"."), (first, b"name? ")):
        os.write(end, data)
        output.read_all(output.sizes(reading.ready()), 0.0)
    due = output.settles_at
    output.settle(due - 0.001)
    assert passed_on(written) == b"a line\n"
    assert output.settle(due + 60) == []
    assert passed_on(written) == b"a line\nyour name? ."
    assert output.settles_at == float("inf")
    os.write(first, b"\n")
    os.close(first)
    os.close(second)
    output.finish(0.0)
    assert passed_on(written) == b"a line\nyour name? .\n"


def test_whoever_has_the_number_of_a_closed_stream_by_now_is_not_read(reading: Reading) -> None:
    write = reading.pipe(7)
    os.write(write, b"last words")
    os.close(write)
    ready = reading.ready()
    (stream,) = ready
    assert lines(reading.output.drain(7, 0.0)) == ["last words"]
    read, other = os.pipe()  # the lowest number that is free
    assert read == stream.descriptor
    os.write(other, b"of no business\n")
    assert reading.output.read_all(reading.output.sizes(ready), 0.0) == []
    assert os.read(read, 100) == b"of no business\n"
    os.close(read)
    os.close(other)


def test_a_line_without_an_end_is_told_though_somebody_keeps_the_pipe(reading: Reading) -> None:
    write = reading.pipe()
    os.write(write, b"one\nno end")
    assert lines(reading.output.drain_all(0.0)) == ["one"]
    assert lines(reading.output.finish(0.0)) == ["no end"]
    assert not reading.output.is_open
    os.close(write)


def test_of_a_flood_a_part_is_read_at_once_and_all_of_it_at_an_end(reading: Reading) -> None:
    write = reading.pipe()
    count = os.write(write, b"\n" * 65_536)
    first = lines(reading.output.read_all(reading.output.sizes(reading.ready()), 0.0))
    assert 0 < len(first) < count / 2
    assert len(first) + len(lines(reading.output.drain(0, 0.0))) == count
    os.close(write)


@pytest.mark.parametrize("is_over", [False, True], ids=["goes on", "is over"])
def test_what_is_said_after_somebody_was_looked_at_waits_for_the_next_time(
    reading: Reading, is_over: bool
) -> None:
    # It may be an answer to somebody of whom nothing was heard then.
    new = reading.pipe(7)
    assert reading.output.read_all({}, 0.0) == []
    os.write(new, b"before\n")
    sizes = reading.output.sizes(reading.ready())
    newest = reading.pipe(8)
    for end in (new, newest):
        os.write(end, b"after\n")
        if is_over:
            os.close(end)
    assert lines(reading.output.read_all(sizes, 0.0)) == ["before"]
    later = reading.output.read_all(reading.output.sizes(reading.ready()), 0.0)
    assert lines(later) == ["after", "after"]
    if not is_over:
        os.close(new)
        os.close(newest)


def test_what_is_handed_over_by_somebody_unknown_is_read_all_the_same(reading: Reading) -> None:
    told = Told({}, reading.output, time.monotonic, has_threads=True)
    read, write = reading.handed()
    os.write(write, b"unseen\n")
    os.close(write)
    told.hear(Output(7, read, None))
    told.give_up_on_strangers(1.0)  # first seen now
    assert told.knows_of_others
    told.give_up_on_strangers(3.0)
    assert lines(reading.output.drain_all(0.0)) == ["unseen"]


def test_no_descriptor_is_lost_where_very_much_waits(reading: Reading) -> None:
    told = Told({}, reading.output, time.monotonic, has_threads=True)
    read, write = reading.handed()
    told.hear(Output(7, read, read))
    for _ in range(MOST_WAITING):
        told.hear(ProcessBegan(0.0, 7, 1, "", "", ""))
    assert reading.output.is_open
    reading.output.finish(0.0)
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(read)
    os.close(write)


def test_nothing_is_kept_of_those_who_said_nothing(reading: Reading) -> None:
    for pid in range(1, 1_000):  # a program may start so many in two seconds
        assert reading.output.drain(pid, 0.0) == []
    assert not reading.output._allowances
