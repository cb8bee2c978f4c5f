"""What real threads wait for, as the system tells it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from ast import literal_eval
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from chai_tui.host.run_facts import gil_enabled
from chai_tui.model.events import Sampled
from chai_tui.model.program_events import TIMED, WaitKind
from chai_tui.samplers.protocol import Watched
from tests.process.program import told_by_a_stranger

if sys.platform != "linux":
    pytest.skip("there is no such /proc", allow_module_level=True)

from chai_tui.samplers.gil.which_python import has_gil, python_of
from chai_tui.samplers.linux_program import ProgramSampler

SECONDS = 60.0
"""Given to a crowded machine; a quiet one needs one."""

PROGRAM = """
import os, queue, select, signal, socket, subprocess, sys, threading, time
tids, lock = {}, threading.Lock()
lock.acquire()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
mine, other = os.pipe(), os.pipe()
def listening():
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, listener.getsockname()[1]
accepting, accept_port = listening()
answering, answer_port = listening()
calling = socket.create_connection(("127.0.0.1", answer_port))
ours, theirs = socket.socketpair()
full = os.pipe()
os.set_blocking(full[1], False)
try:
    while True: os.write(full[1], bytes(1 << 16))
except BlockingIOError:
    os.set_blocking(full[1], True)
child = subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL)
epoll = select.epoll()
epoll.register(accepting)
polling = select.poll()
polling.register(mine[0], select.POLLIN)
def busy():
    while True: pass
works = {
    "lock": lock.acquire,
    "timed lock": lambda: lock.acquire(timeout=1000),
    "queue": queue.Queue().get,
    "sleep": lambda: time.sleep(1000),
    "select nothing": lambda: select.select([], [], [], 1000),
    "pipe": lambda: os.read(int(sys.argv[1]), 1),
    "full pipe": lambda: os.write(full[1], bytes(1 << 16)),
    "recv": lambda: calling.recv(1),
    "unix recv": lambda: ours.recv(1),
    "accept": lambda: accepting.accept(),
    "select": lambda: select.select([mine[0], other[0]], [], []),
    "select one": lambda: select.select([theirs], [], [], 1000),
    "poll": lambda: polling.poll(),
    "epoll": lambda: epoll.poll(),
    "child": lambda: os.waitpid(child.pid, 0),
    "signal": lambda: signal.sigwait({signal.SIGUSR1}),
    "busy": busy,
    "busy too": busy,
}
def begin(name, work):
    tids[name] = threading.get_native_id()
    work()
for name, work in works.items():
    if not name.startswith("busy") or "busy" in sys.argv:
        threading.Thread(target=begin, args=[name, work], daemon=True).start()
        while name not in tids: time.sleep(0.001)
print(repr((tids, accept_port, answer_port, child.pid)), flush=True)
sys.stdin.read()
child.kill()
os._exit(0)
"""


@contextmanager
def running(*command: str, **given: object) -> Iterator[subprocess.Popen[str]]:
    given.setdefault("stdin", subprocess.PIPE)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **given)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
        if command[0] == sys.executable:  # it ends its child first, which has its output, too
            with suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS)
        process.kill()
        process.wait()
        process.stdout.close()


class Looked:
    """What was told of those that are watched."""

    def __init__(self, sampler: ProgramSampler, watched: Sequence[Watched]) -> None:
        self.sampler = sampler
        self.watched = watched
        self.waits: dict[int, tuple[WaitKind, str]] = {}
        self.told = 0

    def look(self) -> Sampled:
        sampled = self.sampler.sample(time.monotonic(), self.watched)
        self.told = len(self.sampler.changed_waits)
        for wait in self.sampler.changed_waits:
            self.waits[wait.maker] = (wait.what, wait.subject)
        return sampled

    def until(self, expected: Mapping[int, tuple[WaitKind, str]]) -> None:
        """Look until they wait for that, or too long."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            self.look()
            if expected.items() <= self.waits.items():
                break
            threading.Event().wait(0.05)
        assert {maker: self.waits.get(maker) for maker in expected} == dict(expected)


PYTHON_WITH_GIL = pytest.mark.skipif(not gil_enabled(), reason="this Python has no GIL")


@contextmanager
def looked(watched: Sequence[Watched], *, attach: bool = True) -> Iterator[Looked]:
    sampler = ProgramSampler((0, 1), attach=attach)
    try:
        yield Looked(sampler, watched)
    finally:
        sampler.close()


def of(maker: int, pid: int, tid: int | None = None) -> Watched:
    return Watched(maker, pid, pid if tid is None else tid, own_thread=True)


def test_each_kind_of_wait_and_what_it_is_for() -> None:
    ours, theirs = os.pipe()
    with (
        running(sys.executable, "-c", PROGRAM, str(ours), pass_fds=[ours]) as process,
        running("sleep", "1000", pass_fds=[theirs]) as writer,
    ):
        os.close(ours)
        os.close(theirs)
        assert process.stdout is not None
        tids, accepting, answering, child = literal_eval(process.stdout.readline())
        makers = {name: maker for maker, name in enumerate(tids, 1)}
        watched = [of(makers[name], process.pid, tid) for name, tid in tids.items()]
        watched.append(of(99, writer.pid))
        with looked(watched) as seen:
            expected = {
                "lock": (WaitKind.LOCK, ""),
                "timed lock": (WaitKind.LOCK, TIMED),
                "queue": (WaitKind.LOCK, ""),
                "sleep": (WaitKind.SLEEP, ""),
                "select nothing": (WaitKind.SLEEP, ""),
                "pipe": (WaitKind.READ, f"pipe from pid {writer.pid}"),
                "full pipe": (WaitKind.WRITE, "its own pipe"),
                "recv": (WaitKind.READ, f"socket to 127.0.0.1:{answering}"),
                "unix recv": (WaitKind.READ, "unix socket"),
                "accept": (WaitKind.ACCEPT, f"socket on 127.0.0.1:{accepting}"),
                "select": (WaitKind.POLL, ""),
                "select one": (WaitKind.POLL, "unix socket"),
                "poll": (WaitKind.POLL, "its own pipe"),
                "epoll": (WaitKind.POLL, f"socket on 127.0.0.1:{accepting}"),
                "child": (WaitKind.CHILD, f"pid {child}"),
                "signal": (WaitKind.SIGNAL, ""),
            }
            seen.until({makers[name]: wait for name, wait in expected.items()})
            seen.until({99: (WaitKind.SLEEP, "")})
            seen.look()
            assert seen.told == 0  # who sleeps on is not told of again
            assert seen.sampler.waits_unseen == ""
        with looked(watched, attach=False) as seen:
            kinds = {name: kind for name, (kind, _) in expected.items()}
            kinds["select nothing"] = WaitKind.POLL  # where it sleeps is all that is known
            kinds["recv"] = WaitKind.OTHER  # in the same place as who sends, or reads a terminal
            deadline = time.monotonic() + SECONDS
            while time.monotonic() < deadline and len(seen.waits) < len(watched):
                seen.look()
            assert {name: seen.waits[maker][0] for name, maker in makers.items()} == kinds


@PYTHON_WITH_GIL
def test_one_of_two_busy_threads_waits_for_the_gil() -> None:
    with running(sys.executable, "-c", PROGRAM, "0", "busy") as process:
        assert process.stdout is not None
        tids = literal_eval(process.stdout.readline())[0]
        assert has_gil(python_of(process.pid))
        watched = [of(1, process.pid, tids["busy"]), of(2, process.pid, tids["busy too"])]
        with looked(watched) as seen:
            kinds: set[tuple[WaitKind, str]] = set()
            deadline = time.monotonic() + SECONDS
            while time.monotonic() < deadline and (WaitKind.GIL, "") not in kinds:
                threading.Event().wait(0.013)
                seen.look()
                kinds |= {*seen.waits.values()}
            # Who hands it over waits a moment for whoever takes it, without a timeout.
            assert kinds <= {(kind, "") for kind in (WaitKind.GIL, WaitKind.NOTHING, WaitKind.LOCK)}
            assert (WaitKind.GIL, "") in kinds


def test_what_is_no_python_waits_too_but_for_no_gil() -> None:
    ours, theirs = os.pipe()
    with (
        running("sleep", "1000", pass_fds=[theirs]) as sleeps,
        running("cat", stdin=ours) as reads,
        running("sh", "-c", "sleep 1000; true", start_new_session=True) as waits,
    ):
        os.close(ours)
        os.close(theirs)
        try:
            child = child_of(waits.pid)
            processes = [sleeps, reads, waits]
            assert [python_of(process.pid) for process in processes] == ["", "", ""]
            watched = [of(maker, process.pid) for maker, process in enumerate(processes, 1)]
            expected = {
                1: (WaitKind.SLEEP, ""),
                2: (WaitKind.READ, f"pipe from pid {sleeps.pid}"),
                3: (WaitKind.CHILD, ""),
            }
            with looked(watched) as seen:
                seen.until(expected)
                sleeps.kill()  # nobody has the other end any more
                seen.until({1: (WaitKind.NOTHING, ""), 2: (WaitKind.NOTHING, "")})
            with looked([of(3, waits.pid), of(4, child)], attach=False) as seen:
                seen.until({3: (WaitKind.CHILD, ""), 4: (WaitKind.SLEEP, "")})
        finally:
            os.killpg(waits.pid, 9)


def child_of(pid: int) -> int:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if words := Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            return int(words[0])
        threading.Event().wait(0.01)
    raise TimeoutError("it has no child")


STRANGER = """
import os, sys, time
sys.path.insert(0, sys.argv[2])
from chai_tui.samplers.linux_program import ProgramSampler
from chai_tui.samplers.gil.which_python import python_of
from chai_tui.samplers.protocol import Watched
from chai_tui.samplers.waiting import teller, reader  # before it may read no file of ours
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
sampler = ProgramSampler((0, 1))
pid = int(sys.argv[1])
use = sampler.sample(time.monotonic(), [Watched(1, pid, pid, own_thread=True)]).makers[0]
print(repr((use.stopped, sampler.changed_waits, sampler.waits_unseen, python_of(pid))))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_of_another_users_process_it_is_said_why_nothing_is_told() -> None:
    with running("sleep", "1000") as process:
        stopped, waits, why, python = told_by_a_stranger(STRANGER, process.pid)
    assert (stopped, waits, python) == (False, (), "")
    assert why == "another user's process: run as root to see what it waits for"
