"""Reading what a process writes in memory: whole messages, in order, whatever is written there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chai_tui.sources.program.hearing import slate as reading
from chai_tui.sources.program.hearing.slate import SLOT, SLOTS, SlateReader

HOOK = Path(reading.__file__).parents[1] / "hook" / "_chai_hook" / "slate.py"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the hook is for Linux only")


class Clock:
    """Stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Memory:
    """As a hook writes it."""

    def __init__(self) -> None:
        self.descriptor = os.memfd_create("slate")
        os.ftruncate(self.descriptor, SLOT * SLOTS)

    def write(self, number: int, message: bytes, *, is_whole: bool = True) -> None:
        begin = number % SLOTS * SLOT
        at = (number * 1_000_000).to_bytes(8, sys.byteorder)
        os.pwrite(self.descriptor, bytes(8) + at + message.ljust(SLOT - 16, b"\0"), begin)
        if is_whole:
            os.pwrite(self.descriptor, number.to_bytes(8, sys.byteorder), begin)


def read(reader: SlateReader, *, is_over: bool = False) -> list[bytes]:
    return [message for _, message in reader.read(is_over=is_over)]


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reader(memory: Memory, clock: Clock) -> Iterator[SlateReader]:
    made = SlateReader(memory.descriptor, clock)
    yield made
    made.close()
    made.close()


def test_both_sides_have_the_same_sizes() -> None:
    told = dict(
        line.split(" = ") for line in HOOK.read_text().splitlines() if line.startswith("SLO")
    )
    assert {name: int(value.replace("_", "")) for name, value in told.items()} == {
        "SLOT": SLOT,
        "SLOTS": SLOTS,
    }


def test_messages_come_once_in_order_round_after_round(memory: Memory, reader: SlateReader) -> None:
    assert read(reader) == []
    number = 1
    for many in (1, 2, SLOTS - 1, SLOTS, 3):
        wanted = [b"%d" % one for one in range(number, number + many)]
        for message in wanted:
            memory.write(int(message), message)
        number += many
        assert read(reader) == wanted
        assert read(reader) == []
    assert reader.lost == 0


def test_each_has_its_time(memory: Memory, reader: SlateReader) -> None:
    memory.write(1, b"one")
    memory.write(2, b"two")
    assert reader.read() == [(0.001, b"one"), (0.002, b"two")]


def test_what_was_written_over_is_counted_and_the_newest_are_read(
    memory: Memory, reader: SlateReader
) -> None:
    many = 2 * SLOTS + 10
    for number in range(1, many + 1):
        memory.write(number, b"%d" % number)
    read_now = read(reader)
    assert read_now[-1] == b"%d" % many
    assert read_now == [b"%d" % one for one in range(many - len(read_now) + 1, many + 1)]
    assert len(read_now) > SLOTS // 2
    assert len(read_now) + reader.lost == many


def test_a_message_that_is_being_written_is_waited_for(
    memory: Memory, reader: SlateReader, clock: Clock
) -> None:
    memory.write(1, b"one")
    memory.write(2, b"tw", is_whole=False)
    memory.write(3, b"three")
    assert read(reader) == [b"one"]
    clock.now += reading.HOLE_SECONDS / 2
    assert read(reader) == []
    memory.write(2, b"two")
    assert read(reader) == [b"two", b"three"]
    memory.write(5, b"five")
    assert read(reader) == []
    clock.now += reading.HOLE_SECONDS
    assert read(reader) == [b"five"]
    assert reader.lost == 1


def test_several_in_a_row_are_waited_for_once(
    memory: Memory, reader: SlateReader, clock: Clock
) -> None:
    memory.write(1, b"one")
    for number in range(7, 10):
        memory.write(number, b"%d" % number)
    assert read(reader) == [b"one"]
    assert read(reader) == []
    clock.now += reading.HOLE_SECONDS
    assert read(reader) == [b"7", b"8", b"9"]
    assert reader.lost == 5
    memory.write(12, b"12")  # neither of the next two
    assert read(reader) == []
    clock.now += reading.HOLE_SECONDS
    assert read(reader) == []  # it is seen now
    clock.now += reading.HOLE_SECONDS
    assert read(reader) == [b"12"]


def test_of_one_who_is_over_nothing_is_waited_for(memory: Memory, reader: SlateReader) -> None:
    memory.write(1, b"one")
    memory.write(4, b"four")
    assert read(reader, is_over=True) == [b"one", b"four"]
    assert reader.lost == 2


@pytest.mark.parametrize("number", [1 << 63, (1 << 64) - 1])
def test_nonsense_ends(memory: Memory, reader: SlateReader, number: int) -> None:
    os.pwrite(memory.descriptor, number.to_bytes(8, sys.byteorder), SLOT)
    reader.read(is_over=True)
    os.pwrite(memory.descriptor, os.urandom(SLOT * SLOTS), 0)
    for _ in range(3):
        assert len(reader.read(is_over=True)) <= SLOTS


def test_memory_that_is_cut_says_nothing(memory: Memory, reader: SlateReader) -> None:
    memory.write(1, b"one")
    os.ftruncate(memory.descriptor, SLOT * 2)
    assert read(reader) == []
    os.ftruncate(memory.descriptor, 0)
    assert read(reader, is_over=True) == []


def test_nothing_else_is_taken_for_memory(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    big = tmp_path / "big"
    big.write_bytes(bytes(SLOT * SLOTS))
    odd = (
        os.open(tmp_path, os.O_RDONLY),
        read_end,
        os.memfd_create("empty"),
        os.open(big, os.O_WRONLY),
        os.open(big, os.O_PATH),
    )
    for descriptor in odd:
        with pytest.raises(ValueError, match="not the memory"):
            SlateReader(descriptor)
        with pytest.raises(OSError, match="Bad file"):
            os.fstat(descriptor)
    os.close(write_end)
