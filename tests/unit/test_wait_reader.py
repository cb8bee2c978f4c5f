"""What a thread waits for, read from a /proc made by hand."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from chai_tui.model.program_events import TIMED, WaitKind

if sys.platform != "linux":
    pytest.skip("there is no such /proc", allow_module_level=True)

from chai_tui.samplers.gil.images import Images
from chai_tui.samplers.gil.which_python import has_gil, python_in
from chai_tui.samplers.kernel.kept_file import Budget
from chai_tui.samplers.linux_program import ProgramSampler
from chai_tui.samplers.protocol import Watched
from chai_tui.samplers.waiting import permission
from chai_tui.samplers.waiting.descriptors import short
from chai_tui.samplers.waiting.permission import why_denied
from chai_tui.samplers.waiting.pipes import Pipes
from chai_tui.samplers.waiting.reader import Found, WaitReader
from chai_tui.samplers.waiting.syscalls import calls_of

STACK = "0x7ffd00000000 0x7f0000000000"
TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0
   1: 0100007F:D431 0100007F:1538 01 00000000:00000000 00:00000000 00000000     0        0 101 1 0
"""
TCP6 = """\
  sl  local_address                         remote_address                        st
0: 00000000000000000000000001000000:1F40 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 102
1: 0000000000000000FFFF00000100007F:1F40 0000000000000000FFFF00000100007F:1538 01 0:0 0:0 0 0 0 103
"""
UNIX = """\
Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01   104 /run/a name\x1b[31m
0000000000000000: 00000003 00000000 00000000 0001 03   105
"""


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "self").symlink_to(str(os.getpid()))
    (tmp_path / "stat").write_text("cpu 0\n")
    for folder in ("fd", "fdinfo", "net", "ns", "task/1"):
        (tmp_path / "1" / folder).mkdir(parents=True)
    links = {
        3: "/var/log/app/out.log",
        4: "socket:[100]",
        5: "socket:[101]",
        6: "socket:[102]",
        7: "socket:[103]",
        8: "socket:[104]",
        9: "socket:[105]",
        10: "socket:[106]",
        11: "/dev/pts/3",
        12: "anon_inode:[eventfd]",
        13: "anon_inode:inotify",
        14: "anon_inode:[pidfd]",
        15: "anon_inode:[eventpoll]",
        16: "/memfd:pool (deleted)",
        17: "pipe:[77]",
    }
    for number, link in links.items():
        (tmp_path / f"1/fd/{number}").symlink_to(link)
    (tmp_path / "1/net/tcp").write_text(TCP)
    (tmp_path / "1/net/tcp6").write_text(TCP6)
    (tmp_path / "1/net/unix").write_text(UNIX)
    (tmp_path / "1/fdinfo/14").write_text("pos:\t0\nPid:\t812\nNSpid:\t812\n")
    (tmp_path / "1/fdinfo/15").write_text("pos:\t0\ntfd:        5 events:       19\n")
    (tmp_path / "1/mem").write_bytes(b"")
    return tmp_path


def read(proc: Path, call: str, state: bytes = b"S") -> Found | None:
    """What is told by a system call of a process on x86_64."""
    reader = WaitReader(str(proc), lambda _, __: None, attach=True, machine="x86_64")
    return reader.by_call(10.0, 1, state, f"{call} {STACK}\n".encode())


@pytest.mark.parametrize(
    ("number", "subject"),
    [
        (3, "app/out.log"),
        (4, "socket on *:8000"),
        (5, "socket to 127.0.0.1:5432"),
        (6, "socket on [::1]:8000"),
        (7, "socket to 127.0.0.1:5432"),
        (8, "unix socket /run/a name␛[31m"),
        (9, "unix socket"),
        (10, "socket"),
        (11, "terminal /dev/pts/3"),
        (12, "event (eventfd)"),
        (13, "changes of files (inotify)"),
        (14, "pid 812"),
        (15, "several files (epoll)"),
        (16, "memory pool"),
        (99, ""),
    ],
)
@pytest.mark.skipif(sys.byteorder != "little", reason="addresses are in the machine's order")
def test_a_descriptor_in_words(proc: Path, number: int, subject: str) -> None:
    found = read(proc, f"0 {number:#x} 0x1 0x1 0x0 0x0 0x0")
    assert found == Found(WaitKind.READ, subject)


def test_who_has_the_other_end_of_a_pipe_as_far_as_it_has_it_still(proc: Path) -> None:
    for pid in range(2, 7):
        (proc / f"{pid}/fd").mkdir(parents=True)
        (proc / f"{pid}/fd/4").symlink_to("pipe:[77]")
    pipes = Pipes(str(proc), cpu_clock=lambda: 0.0)

    def words(at: float, *pids: int) -> str:
        return pipes.words(at, 1, pids, "77", writes=False)[0]

    assert words(10.0, 1, 2, 3, 4, 5, 6) == "pipe held open by 5 processes"
    assert words(10.1, 1, 2, 3) == "pipe held open by pid 2, 3"  # the others ended
    assert words(10.1, 1, 3) == "pipe from pid 3"
    (proc / "3/fd/4").unlink()
    assert words(10.2, 1, 3) == "pipe from pid 3"  # it was looked for just now
    assert words(11.0, 1, 3) == "its own pipe"


@pytest.mark.parametrize(
    ("call", "state", "found"),
    [
        ("1 0x3 0x1 0x1 0x0 0x0 0x0", b"D", (WaitKind.DISK, "app/out.log")),
        ("74 0x3 0x0 0x0 0x0 0x0 0x0", b"S", (WaitKind.DISK, "app/out.log")),
        ("58 0x0 0x0 0x0 0x0 0x0 0x0", b"D", (WaitKind.CHILD, "")),
        ("61 0xffffffff 0x0 0x0 0x0 0x0 0x0", b"S", (WaitKind.CHILD, "")),
        ("61 0x32c 0x0 0x0 0x0 0x0 0x0", b"S", (WaitKind.CHILD, "pid 812")),
        ("247 0x1 0x32c 0x0 0x4 0x0 0x0", b"S", (WaitKind.CHILD, "pid 812")),
        ("247 0x3 0xe 0x0 0x4 0x0 0x0", b"S", (WaitKind.CHILD, "pid 812")),
        ("247 0x0 0x0 0x0 0x4 0x0 0x0", b"S", (WaitKind.CHILD, "")),
        ("202 0x7f00 0x89 0x0 0x7ffc 0x0 0xffffffff", b"S", (WaitKind.LOCK, TIMED)),
        ("202 0x7f00 0x89 0x0 0x0 0x0 0xffffffff", b"S", (WaitKind.LOCK, "")),
        ("72 0x3 0x7 0x0 0x0 0x0 0x0", b"S", (WaitKind.LOCK, "app/out.log")),
        ("7 0x7f00 0x0 0x64 0x0 0x0 0x0", b"S", (WaitKind.SLEEP, "")),
        ("7 0x7f00 0x5 0x64 0x0 0x0 0x0", b"S", (WaitKind.POLL, "")),
        ("7 0x7f00 0x1 0x64 0x0 0x0 0x0", b"S", (WaitKind.POLL, "")),  # no memory to be read
        ("23 0x5 0x0 0x0 0x0 0x0 0x0", b"S", (WaitKind.SLEEP, "")),
        ("232 0xf 0x0 0x0 0x0 0x0 0x0", b"S", (WaitKind.POLL, "socket to 127.0.0.1:5432")),
        ("16 0xb 0x0 0x0 0x0 0x0 0x0", b"S", (WaitKind.OTHER, "ioctl terminal /dev/pts/3")),
        ("9999 0x0 0x0 0x0 0x0 0x0 0x0", b"S", (WaitKind.OTHER, "system call 9999")),
    ],
)
def test_a_system_call_in_words(
    proc: Path, call: str, state: bytes, found: tuple[WaitKind, str]
) -> None:
    told = read(proc, call, state)
    assert told is not None
    assert told[:2] == found


def test_what_does_not_tell_tells_nothing(proc: Path) -> None:
    reader = WaitReader(str(proc), lambda _, __: None, attach=True, machine="x86_64")
    for line in (
        b"-1 0x7ffd00000000 0x7f0000000000\n",  # a page fault
        b"3 0x1 0x0 0x0 0x0 0x0 0x0 0xffd00000 0xf7f00000\n",  # 32 bits: another table
        b"",
    ):
        assert reader.by_call(10.0, 1, b"S", line) is None
    elsewhere = WaitReader(str(proc), lambda _, __: None, attach=True, machine="s390x")
    assert elsewhere.by_call(10.0, 1, b"S", f"3 0 0 0 0 0 0 {STACK}".encode()) is None


@pytest.mark.parametrize(
    ("wchan", "state", "found"),
    [
        ("futex_do_wait", b"S", (WaitKind.LOCK, "")),
        ("hrtimer_nanosleep", b"S", (WaitKind.SLEEP, "")),
        ("anon_pipe_read", b"S", (WaitKind.READ, "pipe")),
        ("do_wait", b"S", (WaitKind.CHILD, "")),
        ("something_new", b"S", (WaitKind.OTHER, "something_new")),
        ("folio_wait_bit_common", b"D", (WaitKind.DISK, "")),
        ("0", b"S", (WaitKind.NOTHING, "")),
        ("0", b"D", (WaitKind.DISK, "")),
    ],
)
def test_where_it_sleeps_in_words(
    proc: Path, wchan: str, state: bytes, found: tuple[WaitKind, str]
) -> None:
    (proc / "1/task/1/wchan").write_text(wchan)
    reader = WaitReader(str(proc), lambda _, __: None, attach=False)
    assert reader.by_place(1, 1, state)[:2] == found


def test_each_machine_has_the_same_calls_but_for_those_that_are_gone() -> None:
    names = [
        {call.name for call in calls_of(machine).values()} for machine in ("x86_64", "aarch64")
    ]
    assert names[0] - names[1] == {"poll", "select", "epoll_wait", "vfork", "pause", "open"}
    assert names[1] <= names[0]
    assert calls_of("x86_64")[202].name == calls_of("aarch64")[98].name == "futex"
    assert calls_of("m68k") == {}


def test_a_path_is_cut_to_its_last_two_parts() -> None:
    assert [short(path) for path in ("/a/b/c/d", "/a/b", "/a")] == ["c/d", "/a/b", "/a"]


@pytest.mark.parametrize(
    ("users", "scope", "why"),
    [
        ((1000, 1000, 1000), "1", "run as root"),
        ((1000, 1000, 1000), "2", "ptrace_scope is 2"),
        ((1000, 1000, 1000), "3", "until the system is started again"),
        ((1000, 1000, 0), "1", permission.ANOTHER_USER),
        ((0, 1000, 1000), "1", permission.NO_CAPABILITY),
        ((0, 1000, 1000), "3", "Yama lets nobody"),
        ((1000, 0, 1000), "0", permission.PROTECTED),
    ],
)
def test_why_nothing_may_be_seen_and_what_to_do(
    proc: Path, monkeypatch: pytest.MonkeyPatch, users: tuple[int, int, int], scope: str, why: str
) -> None:
    user, owner, real = users
    (proc / "sys/kernel/yama").mkdir(parents=True)
    (proc / "sys/kernel/yama/ptrace_scope").write_text(f"{scope}\n")
    (proc / "1/status").write_text(f"Name:\tx\nUid:\t{real}\t{real}\t{real}\t{real}\n")
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(permission, "_owner", lambda _: owner)
    assert why in permission._why(str(proc), 1)


def test_a_kernel_without_the_file_is_said_and_a_thread_that_ended_is_not(proc: Path) -> None:
    assert why_denied(str(proc), 1, 1) == ""
    (proc / "1/task/1/stat").write_text("")
    assert why_denied(str(proc), 1, 1) == permission.NOT_TOLD


@pytest.mark.parametrize(
    ("program", "mapped", "python"),
    [
        ("/usr/bin/python3.11", [], "CPython 3.11"),
        ("/opt/bin/python3.13t", [], "CPython 3.13t"),
        ("/usr/bin/python3.12 (deleted)", ["[heap]"], "CPython 3.12"),
        ("/usr/bin/python3", ["/usr/lib/python3.9/lib-dynload/_x.so"], "CPython 3.9"),
        ("/opt/python", ["/x/_y.cpython-314t-x86_64-linux-gnu.so"], "CPython 3.14t"),
        ("/usr/bin/python3", [], "CPython 3"),
        ("/usr/bin/uwsgi", ["/usr/lib/libpython3.11.so.1.0"], "CPython 3.11"),
        ("/usr/bin/blender", ["/usr/lib/libpython3.so"], ""),
        ("/opt/bin/pypy3.10", ["/opt/bin/libpypy3.10-c.so"], "PyPy 3.10"),
        ("/usr/bin/sleep", ["/usr/lib/libc.so.6"], ""),
        ("/usr/bin/pythonista", [], ""),
        ("/usr/bin/gdb", ["/usr/share/python3.11/x"], ""),
    ],
)
def test_which_python_a_process_runs(program: str, mapped: list[str], python: str) -> None:
    assert python_in(program, mapped) == python


def test_only_a_cpython_that_was_built_with_one_has_a_gil_that_is_known() -> None:
    names = ("CPython 3.8", "CPython 3.13t", "PyPy 3.10", "")
    assert [has_gil(name) for name in names] == [True, False, False, False]


class Rests:
    """A program's sampler, of one process with a thread or several, over a /proc made by hand."""

    def __init__(self, proc: Path) -> None:
        self.proc = proc
        self.at = 10.0
        self.clock = 1_000
        self.read = 0
        self.sampler = ProgramSampler(
            (0,),
            proc=str(proc),
            budget=Budget(0),
            boot_clock=lambda: 100.0 + self.at,
            process_clock=lambda _: self.clock,
            machine="x86_64",
        )

    def thread(self, tid: int, burned: int, call: str, state: str = "S") -> None:
        folder = self.proc / f"1/task/{tid}"
        folder.mkdir(exist_ok=True)
        fields = [state, *["0"] * 49]
        fields[19] = "11000"
        (folder / "schedstat").write_text(f"{burned} 0 1\n")
        (folder / "stat").write_text(f"{tid} (chai) {' '.join(fields)}\n")
        (folder / "syscall").write_text(f"{call} {STACK}\n")

    def look(self, seconds: float = 0.1, threads: int = 2) -> list[tuple[int, object]]:
        self.at += seconds
        watched = [Watched(tid, 1, tid, own_thread=True) for tid in range(1, threads + 1)]
        sampled = self.sampler.sample(self.at, watched)
        return [(use.maker, use.cpu_share) for use in sampled.makers]

    @property
    def waits(self) -> list[tuple[int, WaitKind, str]]:
        return [(maker, kind, text) for maker, kind, text in self.sampler.changed_waits]


NAP = "230 0x0 0x0 0x7f00 0x0 0x0 0x0"
READS = "0 0x5 0x0 0x7f00 0x0 0x0 0x0"


def test_who_rests_is_told_of_once_and_then_only_what_is_new(proc: Path) -> None:
    stage = Rests(proc)
    stage.thread(1, 5_000, NAP)
    stage.thread(2, 6_000, READS)
    stage.look()
    assert stage.waits == [
        (1, WaitKind.SLEEP, ""),
        (2, WaitKind.READ, "socket to 127.0.0.1:5432"),
    ]
    assert stage.look() == [(1, 0.0), (2, 0.0)]
    assert stage.waits == []
    assert stage.look() == stage.look() == []
    # One wakes up: the other one is asked itself, and goes on resting.
    stage.clock += 50_000_000
    stage.thread(2, 50_006_000, NAP)
    assert stage.look() == [(2, pytest.approx(0.5))]  # since the last look, not since it was told
    assert stage.waits == [(2, WaitKind.SLEEP, "")]
    stage.clock += 50_000_000
    stage.thread(2, 100_006_000, "running", state="R")
    assert stage.look() == [(2, pytest.approx(0.5))]
    assert stage.waits == [(2, WaitKind.NOTHING, "")]


def test_the_same_call_may_wait_for_a_disk_another_time(proc: Path) -> None:
    stage = Rests(proc)
    opens = "257 0xffffff9c 0x7f00 0x0 0x0 0x0 0x0"
    stage.thread(1, 5_000, opens)
    stage.look(threads=1)
    assert stage.waits == [(1, WaitKind.OTHER, "openat")]
    stage.clock += 1_000
    stage.thread(1, 6_000, opens, state="D")
    stage.look(threads=1)
    assert [(maker, kind) for maker, kind, _ in stage.waits] == [(1, WaitKind.DISK)]


def test_who_came_meanwhile_is_told_of(proc: Path) -> None:
    stage = Rests(proc)
    stage.thread(1, 5_000, NAP)
    for _ in range(15):
        stage.look(threads=1)
    stage.thread(2, 6_000, NAP)
    assert [maker for maker, _ in stage.look()] == [2]
    assert stage.waits == [(2, WaitKind.SLEEP, "")]


def test_whose_memory_changed_is_told_of_though_it_rests(proc: Path) -> None:
    stage = Rests(proc)
    stage.thread(1, 5_000, NAP)
    rollup = proc / "1/smaps_rollup"
    rollup.write_text("Private_Dirty: 4 kB\n")
    for _ in range(40):
        stage.look(threads=1)
    assert stage.look(threads=1) == []
    rollup.write_text("Private_Dirty: 8 kB\n")
    told = [stage.look(threads=1) for _ in range(40)]
    assert [uses for uses in told if uses] == [[(1, 0.0)]]


def test_while_no_thread_of_a_process_ran_none_is_read(proc: Path) -> None:
    stage = Rests(proc)
    stage.thread(1, 5_000, NAP)
    for _ in range(15):
        stage.look(threads=1)
    stage.thread(1, 9_000, READS)  # which is not so: its process's clock would say
    assert stage.look(threads=1) == []
    stage.clock += 4_000
    assert stage.look(threads=1) == [(1, pytest.approx(0.00004))]


def test_of_a_crowd_none_is_read_but_the_lively_who_burned_all_that_was_burned(proc: Path) -> None:
    stage = Rests(proc)
    for tid in range(1, 21):
        stage.thread(tid, 5_000, NAP)

    def run(*tids: int) -> list[tuple[int, object]]:
        for tid in tids:
            burned[tid] += 50_000_000
            stage.thread(tid, burned[tid], NAP)
            stage.clock += 50_000_000
        return stage.look(threads=20)

    burned = dict.fromkeys(range(1, 21), 5_000)
    for _ in range(3):
        run()
    told = [(1, pytest.approx(0.5))]
    assert run(1) == told
    stage.thread(7, 9_000, READS)  # which is not so: its process's clock would say
    assert run(1) == told
    stage.thread(7, 5_000, NAP)
    # Whoever else runs is told of at once, and as of one who rested until then.
    assert run(1, 7) == [*told, (7, pytest.approx(0.5))]
    assert run(1) == [*told, (7, 0.0)]
    assert run(1) == told
    stage.at += 10.0
    assert run(7) == [(1, 0.0), (7, pytest.approx(0.5 / 101))]


def test_after_an_exec_another_interpreter_is_looked_for(proc: Path) -> None:
    (proc / "1/exe").symlink_to("/bin/sh")
    (proc / "1/maps").write_text("1000-2000 rw-p 0 fe:00 1 /bin/sh\n")

    def stack(address: int) -> None:
        (proc / "1/stat").write_text(f"1 (x) S {'0 ' * 24}{address} 0\n")

    stack(1)
    images = Images(str(proc))
    assert images.of(10.0, 1) is None
    (proc / "1/exe").unlink()
    (proc / "1/exe").symlink_to("/bin/python3.11")
    (proc / "1/maps").write_text("1000-2000 rw-p 0 fe:00 1 /bin/python3.11\n")
    assert images.of(10.5, 1) is None  # it is not asked more often than once a second
    stack(2)
    assert images.of(11.5, 1) is not None
    images.keep([])
    assert images._seen == {}
