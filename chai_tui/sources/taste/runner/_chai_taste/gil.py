"""Where the word is that says whether the GIL is held; and a guess where there is none."""

from __future__ import annotations

import os
import random
import struct
import sys
import threading
import time
from collections.abc import Iterator

_INTERVALS = (0.004321, 0.005377, 0.003253)
"""Seconds that stand nowhere else by chance: the record is found by its own switch interval."""
_MOST = 4 << 20
"""Bytes searched from ``_PyRuntime`` on: the whole of it has under 1 MB."""
_BLOCK = 1 << 18
_RECORD = struct.Struct("@LPiL")
"""``interval`` (µs), ``last_holder``, ``locked``, ``switch_number``; the same in 3.9 to 3.15."""
_LOCKED = 2 * struct.calcsize("@P")
_LOOKS = 50


def has_gil() -> bool:
    """Return whether this interpreter has a GIL."""
    enabled = getattr(sys, "_is_gil_enabled", None)
    return enabled is None or bool(enabled())


def find_word() -> int | None:
    """Return the address of ``gil.locked`` in this process; None if it cannot be known for sure.

    Four bytes there are 1 while a thread holds the GIL and 0 while none does.
    """
    if sys.platform != "linux" or not has_gil():
        return None
    try:
        import ctypes  # noqa: PLC0415 - some interpreters have none

        start = ctypes.addressof(ctypes.c_char.in_dll(ctypes.pythonapi, "_PyRuntime"))
        memory = os.open("/proc/self/mem", os.O_RDONLY | os.O_CLOEXEC)
    except (ImportError, OSError, ValueError, AttributeError):
        return None
    usual = sys.getswitchinterval()
    try:
        found = set(_search(memory, start, _INTERVALS[0]))
        for interval in _INTERVALS[1:]:
            mark = _set_interval(interval)
            found = {at for at in found if os.pread(memory, len(mark), at) == mark}
        words = [at + _LOCKED for at in found if _is_record(memory, at, ctypes)]
    except OSError:
        return None
    finally:
        sys.setswitchinterval(usual)
        os.close(memory)
    return words[0] if len(words) == 1 else None


def _set_interval(seconds: float) -> bytes:
    """Set the interval at which threads take turns, and return the bytes that then stand there."""
    sys.setswitchinterval(seconds)
    return struct.pack("@L", round(sys.getswitchinterval() * 1e6))


def _search(memory: int, start: int, interval: float) -> Iterator[int]:
    """Yield each place, aligned, that holds the interval after it was set."""
    mark = _set_interval(interval)
    for low, high in _readable(start):
        for at in range(low, high, _BLOCK):
            try:
                data = os.pread(memory, min(_BLOCK, high - at), at)
            except OSError:  # the kernel's own pages, ``[vvar]``, may lie right behind
                break
            position = data.find(mark)
            while position >= 0:
                if (at + position) % len(mark) == 0:
                    yield at + position
                position = data.find(mark, position + 1)


def _readable(start: int) -> Iterator[tuple[int, int]]:
    """Yield the readable pages from an address on that follow each other without a gap."""
    end = start
    with open("/proc/self/maps", encoding="ascii", errors="replace") as maps:  # noqa: PTH123
        for line in maps:
            span, access = line.split()[:2]
            low, high = (int(address, 16) for address in span.split("-"))
            if low <= end < high and access.startswith("r"):
                yield end, min(high, start + _MOST)
                end = high
            if end >= start + _MOST:
                return


def _is_record(memory: int, at: int, ctypes: object) -> bool:
    """Return whether the GIL's record stands there: held as seen from inside, then let go."""
    data = os.pread(memory, _RECORD.size, at)
    if _RECORD.unpack(data)[1] == 0:  # no thread ever held it
        return False
    word = ctypes.c_int.from_address(at + _LOCKED)  # type: ignore[attr-defined]
    held = all(word.value == 1 for _ in range(_LOOKS))
    # To read it through the kernel this thread lets go; another may hold it just then.
    free = sum(os.pread(memory, 4, at + _LOCKED) == b"\0\0\0\0" for _ in range(_LOOKS))
    return held and free > _LOOKS // 2


class Late:
    """A thread that asks for the GIL now and then, and sees whether it has to wait for it.

    Right where it is always held or never; a guess in between. Only for where nobody may look from
    outside, for it also costs the call some time.
    """

    PAUSE = 0.002
    """Seconds between two looks, on average."""
    LATE = 0.0008
    """Seconds from which on a thread is said to have waited: a bare wake-up takes 0.1 ms."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._late = self._looks = 0
        self._thread = threading.Thread(target=self._look, name="chai-taste-gil", daemon=True)

    def __enter__(self) -> Late:  # noqa: PYI034 - Self came with 3.11
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def share(self) -> float | None:
        """The share of the looks for which the GIL was held; None if there were too few."""
        return self._late / self._looks if self._looks >= 10 else None

    def _look(self) -> None:
        chance = random.Random()  # noqa: S311 - no secret
        while not self._over.is_set():
            pause = chance.uniform(0.5, 1.5) * self.PAUSE
            began = time.perf_counter()
            time.sleep(pause)
            self._late += time.perf_counter() - began - pause > self.LATE
            self._looks += 1
