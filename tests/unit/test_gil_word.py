"""Whether a GIL is held, seen in a file that stands for another process's memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from chai_tui.samplers.gil import word as gil_word
from chai_tui.samplers.gil.word import LONGEST, SHORTEST, GilWatch, GilWord

PID, ADDRESS = 7, 8
FREE, HELD = bytes(4), b"\1\0\0\0"


class Memory:
    """The memory of a process, and a clock that each reading of it takes on by ``step``."""

    def __init__(self, proc: Path) -> None:
        self._proc = proc
        self._file = proc / str(PID) / "mem"
        self._file.parent.mkdir()
        self.now, self.step = 10.0, 0.0
        self.words: list[GilWord] = []
        self.set(FREE)

    def set(self, word: bytes) -> None:
        self._file.write_bytes(bytes(ADDRESS) + word)

    def clock(self) -> float:
        self.now += self.step
        return self.now

    def word(self) -> GilWord:
        word = GilWord(PID, ADDRESS, proc=str(self._proc))
        self.words.append(word)
        return word

    def looked(self, watch: GilWatch, *looks: tuple[float, bytes]) -> None:
        """Look at these moments, at which the word is so."""
        for self.now, word in looks:
            self.set(word)
            watch.look()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    memory = Memory(tmp_path)
    yield memory
    for word in memory.words:
        word.close()


@pytest.fixture
def watch(memory: Memory) -> GilWatch:
    return GilWatch(memory.word(), memory.clock)


def test_the_word_says_whether_it_is_held_and_of_who_is_gone_nothing_is_known(
    memory: Memory,
) -> None:
    word = memory.word()
    assert word.is_held() is False
    memory.set(HELD)
    assert word.is_held() is True
    memory.set(b"")  # as the memory of a process that has ended reads
    assert word.is_held() is None


def test_memory_that_cannot_be_read_is_refused_at_once(memory: Memory) -> None:
    memory.set(b"")
    with pytest.raises(OSError, match="process 7 cannot be read"):
        memory.word()


def test_only_the_looks_between_two_moments_count(memory: Memory, watch: GilWatch) -> None:
    assert watch.share_so_far() == (None, 0)
    watch.begin()
    memory.looked(watch, (10.9, HELD), (11.0, HELD), (11.5, FREE), (12.0, FREE), (12.1, HELD))
    watch.end(11.0, 12.0)
    assert (watch.share, watch.looks) == pytest.approx((1 / 3, 3))
    assert watch.share_so_far() == (watch.share, watch.looks)
    memory.now = 20.0
    watch.begin()
    memory.looked(watch, (20.0, HELD))
    assert watch.share_so_far() == (0.5, 4)
    watch.end(20.0, 21.0)
    assert (watch.share, watch.looks) == (0.5, 4)


def test_a_look_is_of_the_middle_of_its_reading(memory: Memory, watch: GilWatch) -> None:
    watch.begin()
    memory.step = 0.2
    memory.looked(watch, (10.8, HELD))  # read from 11.0 to 11.2
    watch.end(11.05, 11.15)
    assert watch.looks == 1


def test_looks_keep_no_rhythm_and_end_with_the_stretch(memory: Memory) -> None:
    asked: list[tuple[float, float]] = []
    pauses = iter([0.0003, 0.0006])

    def draw(least: float, most: float) -> float:
        asked.append((least, most))
        return next(pauses)

    watch = GilWatch(memory.word(), memory.clock, draw)
    assert watch.due_at == math.inf
    watch.begin()
    assert watch.due_at == 10.0
    memory.looked(watch, (10.0, FREE))
    assert watch.due_at == pytest.approx(10.0003)
    memory.looked(watch, (11.0, FREE))
    assert watch.due_at == pytest.approx(11.0006)
    assert asked == [(SHORTEST, LONGEST)] * 2
    watch.end(10.0, 11.0)
    assert watch.due_at == math.inf


def test_enough_looks_are_enough(
    memory: Memory, watch: GilWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gil_word, "MOST_LOOKS", 2)
    watch.begin()
    memory.looked(watch, (10.0, HELD), (10.5, HELD))
    watch.end(10.0, 11.0)
    watch.begin()
    assert watch.due_at == math.inf


def test_who_is_gone_is_looked_at_no_more(memory: Memory, watch: GilWatch) -> None:
    watch.begin()
    memory.looked(watch, (10.5, b""))
    assert watch.due_at == math.inf
    assert watch.share_so_far() == (None, 0)


def test_after_the_end_the_memory_is_open_no_more(memory: Memory) -> None:
    word = memory.word()
    watch = GilWatch(word, memory.clock)
    watch.begin()
    watch.close()
    watch.close()
    assert watch.due_at == math.inf
    assert word.is_held() is None
