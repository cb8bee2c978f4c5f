"""Tells what threads wait for, of those who woke up since the last look.

Who did not run sleeps in the same wait: so whoever sleeps costs nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from chai_tui.model.program_events import Wait, WaitKind
from chai_tui.samplers.waiting.permission import why_denied
from chai_tui.samplers.waiting.reader import NOTHING, WAITS_NOT, Found, RuleOf, WaitReader

_SAME_FOR = 1.0
"""Seconds for which a file that is waited for is taken to be the one that it was."""
_FIRST_PAUSE = 0.6
_MOST_TRIES = 5
"""How often it is looked up whose the other end is, each time after twice the pause before."""
_FOR_EVER = float("inf")
_SYSCALL_SIZE = 256
_NO_CALL = (b"", 0.0)


class Reads(Protocol):
    """A file that is read again and again."""

    def read(self, size: int) -> bytes | None:
        """Return its first bytes; None if it may not be read, or is gone."""
        ...


class Sleeper(Protocol):
    """A thread, as far as it is asked here.

    Attributes:
        sweep: in which look it was looked at last.
        state: its letter; empty once it is gone.
        syscall: its file of that name.
        wait: what was told of it last.
        wait_call: its system call then, and until when that says the same.
    """

    sweep: int
    wait: Wait | None
    wait_call: tuple[bytes, float]

    @property
    def state(self) -> bytes: ...  # noqa: D102 - above
    @property
    def syscall(self) -> Reads: ...  # noqa: D102 - above


class Woken(NamedTuple):
    """A thread that ran since the last look: ``maker`` is who it is, ``pid`` whose it is."""

    maker: int
    pid: int
    tid: int
    thread: Sleeper


class _Again(NamedTuple):
    """Somebody of whom more may be known later: ``due_at`` is when to look again."""

    due_at: float
    pause: float
    tries: int
    who: Woken
    wait: Wait


class WaitTeller:
    """Tells whose waits changed.

    Attributes:
        unseen: why it is not known of all what they wait for, and what to do; empty if it is.

    Args:
        proc: where /proc is.
        rule_of: returns how a wait for the GIL is told in a process; None if it has no GIL.
        attach: whether system calls and memory may be looked at; else the kernel's own place tells.
        machine: as ``uname -m`` says; None: this one.
    """

    def __init__(
        self,
        proc: str,
        rule_of: RuleOf,
        *,
        attach: bool = True,
        machine: str | None = None,
    ) -> None:
        self._proc = proc
        self._attach = attach
        self._reader = WaitReader(proc, rule_of, attach=attach, machine=machine)
        self._denied: dict[int, str] = {}
        self._again: list[_Again] = []
        self.unseen = ""

    def look(
        self, at: float, sweep: int, woken: Sequence[Woken], pids: Collection[int]
    ) -> tuple[Wait, ...]:
        """Return the waits that changed.

        Args:
            at: now, in seconds.
            sweep: the number of this look.
            woken: who ran since the last one, or is new.
            pids: of all processes that are watched.
        """
        self._reader.descriptors.pids = pids
        changed: list[Wait] = []
        for who in woken:
            self._tell(at, who, _FIRST_PAUSE, 0, changed)
        due = [again for again in self._again if again.due_at <= at]
        if due:
            self._again = [again for again in self._again if again.due_at > at]
            for _, pause, tries, who, wait in due:
                if who.thread.sweep == sweep and who.thread.wait is wait:
                    who.thread.wait_call = _NO_CALL
                    self._tell(at, who, pause, tries, changed)
        if self._denied:
            self._denied = {pid: why for pid, why in self._denied.items() if pid in pids}
            self.unseen = next(filter(None, self._denied.values()), "")
        return tuple(changed)

    def _tell(self, at: float, who: Woken, pause: float, tries: int, changed: list[Wait]) -> None:
        thread = who.thread
        before = thread.wait
        if before is not None and before.maker != who.maker:
            thread.wait_call = _NO_CALL
        found = self._found(at, who)
        if found is None:
            return
        kind, subject, more_later, _ = found
        told = before is not None and before.maker == who.maker
        if before is None or not told or before.what is not kind or before.subject != subject:
            thread.wait = Wait(who.maker, kind, subject)
            if told or kind is not WaitKind.NOTHING:
                changed.append(thread.wait)
        if more_later and tries < _MOST_TRIES and thread.wait is not None:
            self._again.append(_Again(at + pause, pause * 2, tries + 1, who, thread.wait))

    def _found(self, at: float, who: Woken) -> Found | None:
        """Return what it waits for; None: what was told last."""
        thread, pid = who.thread, who.pid
        if thread.state in WAITS_NOT:
            thread.wait_call = _NO_CALL
            return NOTHING
        if self._attach and pid not in self._denied:
            line = thread.syscall.read(_SYSCALL_SIZE)
            if line is None:
                if why := why_denied(self._proc, pid, who.tid):
                    self._denied[pid] = self.unseen = why
            else:
                before, until = thread.wait_call
                # The state is no part of the line: the same call may wait for a disk this time.
                if (
                    line == before
                    and at < until
                    and not (until == _FOR_EVER and thread.state == b"D")
                ):
                    return None
                found = self._reader.by_call(at, pid, thread.state, line)
                thread.wait_call = line, at + _SAME_FOR
                if found is not None:
                    if found.holds:
                        thread.wait_call = line, _FOR_EVER
                    return found
        return self._reader.by_place(pid, who.tid, thread.state)
