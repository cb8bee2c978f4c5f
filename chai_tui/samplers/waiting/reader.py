"""What one thread waits for: its system call tells, else where it sleeps, else its state."""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Callable
from typing import NamedTuple, Protocol

from chai_tui.model.program_events import TIMED, WaitKind
from chai_tui.samplers.waiting.descriptors import Descriptors
from chai_tui.samplers.waiting.syscalls import SLEEPING_IN, Call, Names, calls_of

_SET_AND_WAIT = {7, 38}
"""What fcntl is told by who waits for a lock: ``F_SETLKW``, ``F_OFD_SETLKW``."""
_P_PID, _P_PIDFD = 1, 3
_MOST_BYTES = 1 << 16
"""Of a set of descriptors: half a million of them."""
_FIRST_LONG = 1 << 32
WAITS_NOT = (b"R", b"T", b"t", b"Z", b"X", b"")
"""States in which nobody waits for anything."""


class Found(NamedTuple):
    """What was found.

    Attributes:
        kind: what it waits for.
        subject: which of these; empty where nothing more is known.
        more_later: whether more may be known a little later.
        holds: whether the same call is the same wait for ever: no file or memory says more of it.
    """

    kind: WaitKind
    subject: str = ""
    more_later: bool = False
    holds: bool = False


NOTHING = Found(WaitKind.NOTHING)


class GilRule(Protocol):
    """Tells a wait for the GIL by the system call."""

    def waits_for_gil(self, syscall: bytes) -> bool:
        """Whether who is in it waits for the GIL; ``syscall`` is its file of that name."""
        ...


RuleOf = Callable[[float, int], GilRule | None]
"""Returns the rule of a process: at which second, and the process."""


class WaitReader:
    """Reads what threads wait for.

    Args:
        proc: where /proc is.
        rule_of: returns how a wait for the GIL is told in a process; None if it has no GIL.
        attach: whether the memory of a process may be read, for the descriptors that it polls.
        machine: as ``uname -m`` says; None: this one.
    """

    def __init__(
        self, proc: str, rule_of: RuleOf, *, attach: bool, machine: str | None = None
    ) -> None:
        self._proc = proc
        self._rule_of = rule_of
        self._attach = attach
        self._calls = calls_of(machine)
        self.descriptors = Descriptors(proc)

    def by_call(self, at: float, pid: int, state: bytes, syscall: bytes) -> Found | None:
        """Return what a thread waits for, by its system call.

        Args:
            at: now, in seconds.
            pid: its process.
            state: its letter.
            syscall: what its file of that name holds.

        Returns:
            None where that does not tell: another machine, a page fault, a program of 32 bits.
        """
        words = syscall.split()
        if words and words[0] == b"running":
            return NOTHING
        try:
            number, *rest = (int(word, 0) for word in words)
        except ValueError:
            return None
        if len(rest) < 8 or rest[6] < _FIRST_LONG:  # the stack of 32 bits: other numbers
            return None
        call = self._calls.get(number)
        if call is None:
            return Found(WaitKind.OTHER, f"system call {number}") if self._calls else None
        if call.name == "futex" and rest[3]:  # with a timeout
            rule = self._rule_of(at, pid)
            if rule is not None and rule.waits_for_gil(syscall):
                return Found(WaitKind.GIL)
            return Found(WaitKind.LOCK, TIMED)
        found = self._of_call(at, pid, call, rest)
        if state == b"D" and found.kind is not WaitKind.CHILD:
            return found._replace(kind=WaitKind.DISK, holds=False)
        return found

    def by_place(self, pid: int, tid: int, state: bytes) -> Found:
        """Return what a thread waits for, by where in the kernel it sleeps.

        Args:
            pid: its process.
            tid: which thread.
            state: its letter.
        """
        place = self._read(f"{pid}/task/{tid}/wchan").strip()
        for begin, kind, subject in SLEEPING_IN:
            if place.startswith(begin) and not (state == b"D" and kind is not WaitKind.CHILD):
                return Found(kind, subject)
        if state == b"D":
            return Found(WaitKind.DISK)
        return NOTHING if place in ("", "0") else Found(WaitKind.OTHER, place)

    def _of_call(self, at: float, pid: int, call: Call, args: list[int]) -> Found:
        kind, names = call.kind, call.names
        first, second = args[0], args[1]
        if names is Names.FILE:
            writes = kind is WaitKind.WRITE
            words, more_later = self.descriptors.words(at, pid, _int(first), writes=writes)
            if kind is WaitKind.OTHER:
                words = f"{call.name} {words}".rstrip()
            return Found(kind, words, more_later)
        if names is Names.FCNTL:
            if second not in _SET_AND_WAIT:
                return Found(WaitKind.OTHER, call.name)
            return Found(kind, self.descriptors.words(at, pid, _int(first))[0])
        if names is Names.CHILD:
            return Found(kind, f"pid {_int(first)}" if _int(first) > 0 else "")
        if names is Names.ID:
            if first == _P_PIDFD:
                return Found(kind, self.descriptors.process(pid, _int(second)))
            return Found(kind, f"pid {_int(second)}" if first == _P_PID else "")
        if kind is WaitKind.POLL:
            return self._of_poll(at, pid, names, args)
        return Found(kind, call.name if kind is WaitKind.OTHER else "", holds=True)

    def _of_poll(self, at: float, pid: int, names: Names, args: list[int]) -> Found:
        """Who polls nothing sleeps; who polls one file waits for that."""
        polled: list[int] | None
        if names is Names.EPOLL:
            polled = self.descriptors.polled(pid, _int(args[0])) or None
        elif names is Names.POLL:
            polled = self._in_list(pid, args[0], args[1])
        else:
            polled = self._in_sets(pid, args[0], args[1:4])
        if polled == []:
            return Found(WaitKind.SLEEP)
        if polled is None or len(polled) > 1:
            return Found(WaitKind.POLL)
        return Found(WaitKind.POLL, *self.descriptors.words(at, pid, polled[0]))

    def _in_list(self, pid: int, address: int, count: int) -> list[int] | None:
        """The descriptors of a ``struct pollfd[]``; None if there are several, or it is unknown."""
        if count != 1:
            return [] if count == 0 else None
        entry = self._memory(pid, address, 4)
        return None if entry is None else [*struct.unpack("=i", entry)]

    def _in_sets(self, pid: int, count: int, sets: list[int]) -> list[int] | None:
        """The descriptors of an ``fd_set`` or several."""
        given = [address for address in sets if address]
        if not count or not given:
            return []
        found = 0
        for address in given:
            # A set is made of words of 64 bits, in the machine's order.
            bits = self._memory(pid, address, (count + 63) // 64 * 8)
            if bits is None:
                return None
            whole = b"".join(bits[at : at + 8][::_DIRECTION] for at in range(0, len(bits), 8))
            found |= int.from_bytes(whole, "little")
        found &= (1 << count) - 1
        if found & (found - 1):  # more than one
            return None
        return [found.bit_length() - 1] if found else []

    def _memory(self, pid: int, address: int, size: int) -> bytes | None:
        if not self._attach or size > _MOST_BYTES:
            return None
        try:
            file = os.open(f"{self._proc}/{pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            found = os.pread(file, size, address)
        except (OSError, OverflowError):
            return None
        finally:
            os.close(file)
        return found if len(found) == size else None

    def _read(self, path: str) -> str:
        try:
            with open(f"{self._proc}/{path}", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - pathlib costs an import
                return file.read()
        except OSError:
            return ""


_DIRECTION = 1 if sys.byteorder == "little" else -1


def _int(argument: int) -> int:
    """An argument as the ``int`` that the system call takes of it."""
    argument &= 0xFFFFFFFF
    return argument - (1 << 32) if argument & 0x80000000 else argument
