"""What hooks tell very often goes through memory: nothing is lost; the program notices nothing."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chai_tui.host.run_facts import gil_enabled
from chai_tui.sources.program.hearing.messages import (
    HookFailed,
    Message,
    TaskBegan,
    TaskEnded,
    ThreadBegan,
    ThreadEnded,
)
from chai_tui.sources.program.hearing.receiver import HookReceiver
from chai_tui.sources.program.hearing.slate import SLOT, SLOTS
from tests.hooked import own_environment, python, run_hooked
from tests.process.test_program_hook import write

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the hook is for Linux only")

needs_slate = pytest.mark.skipif(
    not gil_enabled(), reason="without a GIL two threads could take one slot: nothing is told so"
)

POOL = """
from concurrent.futures import ThreadPoolExecutor
def brew(number):
    if number == 13: raise ValueError("no milk")
with ThreadPoolExecutor(2) as pool:
    pool.submit(brew, 0).result()  # until then there is no memory, and the socket has less room
    done = [pool.submit(brew, number) for number in range(1, MANY)]
"""


@needs_slate
def test_every_task_is_told_in_the_order_of_its_thread(tmp_path: Path) -> None:
    many = SLOTS // 2 - 10
    write(tmp_path, POOL.replace("MANY", str(many)))
    ran = run_hooked(python("lesson.py"), tmp_path)
    assert (ran.returncode, ran.dropped) == (0, 0)
    assert len(ran.of(TaskBegan)) == len(ran.of(TaskEnded)) == many
    assert [one.error for one in ran.of(TaskEnded) if one.error] == ["ValueError: no milk"]
    for worker in {one.tid for one in ran.of(TaskBegan)}:
        told = [one for one in ran.messages if getattr(one, "tid", 0) == worker]
        assert isinstance(told[0], ThreadBegan)
        assert isinstance(told[-1], ThreadEnded)
        kinds = [type(one) for one in told[1:-1] if isinstance(one, TaskBegan | TaskEnded)]
        assert kinds == [TaskBegan, TaskEnded] * (len(kinds) // 2)


@needs_slate
def test_what_comes_faster_than_it_is_read_is_counted(tmp_path: Path) -> None:
    many = 3 * SLOTS
    # Nobody of the pool waits once it has begun: that would be told, and what is told is read.
    first = "over = __import__('threading').Event()\n"
    held = "    held = [pool.submit(over.wait) for _ in range(2)]\n    done ="
    code = first + POOL.replace("    done =", held).replace("MANY", str(many)) + "    over.set()\n"
    write(tmp_path, code + "import time; time.sleep(0.3)\n")
    ran = run_hooked(python("lesson.py"), tmp_path)
    assert ran.returncode == 0
    assert ran.dropped > 0
    assert len(ran.of(TaskBegan)) + len(ran.of(TaskEnded)) + ran.dropped == 2 * (many + 2)
    assert ran.messages[-3:]
    assert {type(one) for one in ran.messages[-20:]} >= {TaskEnded, ThreadEnded}


def test_what_one_did_who_is_killed_is_known(tmp_path: Path) -> None:
    code = """
    import sys, time
    from concurrent.futures import ThreadPoolExecutor
    def steep(_=None):
        print("there", flush=True)
        time.sleep(600)
    pool = ThreadPoolExecutor(1)
    pool.submit(len, "")
    pool.submit(steep)
    """
    write(tmp_path, code)
    receiver = HookReceiver()
    environment = receiver.environment(own_environment())
    with subprocess.Popen(
        python("lesson.py"), cwd=tmp_path, env=environment, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"there\n"
        child.send_signal(signal.SIGKILL)
    messages: list[Message] = []
    while receiver.connections or not messages:
        select.select([receiver], [], [], 1)
        messages += receiver.read()
    receiver.close()
    assert [one.name for one in messages if isinstance(one, TaskBegan)] == ["len", "steep"]
    assert len([one for one in messages if isinstance(one, TaskEnded)]) == 1


def pythons() -> list[str]:
    """This interpreter, and the system's: a distribution builds other libraries into its own."""
    own = shutil.which("python3", path="/usr/bin")
    usable = "import sys, mmap, concurrent.futures; sys.exit(sys.version_info < (3, 8))"
    if (
        own
        and subprocess.run([own, "-c", usable], capture_output=True, check=False).returncode == 0
    ):
        return [sys.executable, own]
    return [sys.executable]


@needs_slate
@pytest.mark.parametrize("interpreter", pythons())
def test_it_is_read_though_nothing_wakes_anybody(interpreter: str, tmp_path: Path) -> None:
    code = """
    import sys
    from concurrent.futures import ThreadPoolExecutor
    def brew(): pass
    with ThreadPoolExecutor(1) as pool:
        for line in sys.stdin:
            pool.submit(brew).result()
            print("done", flush=True)
    """
    write(tmp_path, code)
    receiver = HookReceiver()
    assert receiver.due_in == float("inf")
    with subprocess.Popen(
        [interpreter, "lesson.py"],
        cwd=tmp_path,
        env=receiver.environment(own_environment()),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for number in range(1, 4):
            child.stdin.write(b"\n")
            child.stdin.flush()
            assert child.stdout.readline() == b"done\n"
            ended: list[TaskEnded] = []
            deadline = time.monotonic() + 60
            while not ended and time.monotonic() < deadline:
                ended = [one for one in receiver.read() if isinstance(one, TaskEnded)]
            assert len(ended) == 1
            assert receiver.due_in < 1
            if number > 1:
                assert not select.select([receiver], [], [], 0)[0]
        child.stdin.close()
        while receiver.connections:
            receiver.read()
    assert receiver.due_in == float("inf")
    receiver.close()


UNUSUAL = {
    "a module of its own of that name": """
        import mmap
        assert mmap.OWN
        tasks()
        assert sys.modules["mmap"] is mmap
    """,
    "closes everything": """
        tasks()
        while len(os.listdir("/proc/self/task")) > 1: pass  # who ends opens a library for that
        os.closerange(3, 2_000)
        kept = open("kept", "w")
        others = [open("other", "w") for _ in range(8)]
        kept.write("all of it")
        import time; time.sleep(0.15)
        tasks()
    """,
    "forks": """
        tasks()
        while len(os.listdir("/proc/self/task")) > 1: pass  # Python warns of threads
        pid = os.fork()
        tasks()
        if pid:
            os.waitpid(pid, 0)
    """,
    "limits its memory": """
        tasks_of = pool()
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
        tasks(tasks_of)
    """,
    "refuses memory": """
        def refuse(event, arguments):
            if event.startswith("mmap"): raise PermissionError(event)
        sys.addaudithook(refuse)
        tasks()
    """,
    "hears of files that are too long": """
        import resource, signal
        signal.signal(signal.SIGXFSZ, lambda *_: print("heard", file=sys.stderr))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
        tasks()
    """,
    "closes everything while many say something": """
        import threading, time
        sys.setswitchinterval(1e-5)
        is_over = False
        def talk():
            while not is_over:
                threading.current_thread().name = "talks"
                time.sleep(0)
        many = [threading.Thread(target=talk) for _ in range(4)]
        for one in many: one.start()
        for wait in (0.06, 0.12, 0.24):
            time.sleep(wait)
            os.closerange(3, 2_000)
        is_over = True
        for one in many: one.join()
        state = sys.modules["_chai_hook.link"].state
        deadline = time.monotonic() + 30
        while True:  # it tries again after a while, which grows
            threading.current_thread().name = "says something"
            if state.socket is not None or not state.is_on or time.monotonic() > deadline: break
            time.sleep(0.01)
        tasks()
    """,
    "long names": """
        def long(): pass
        long.__qualname__ = "chai" * 40
        with pool() as one:
            one.submit(long).result()
        long.__qualname__ = "ch\\x1fai"
        with pool() as one:
            one.submit(long).result()
    """,
}


@pytest.mark.parametrize("what", UNUSUAL)
def test_programs_notice_nothing(what: str, tmp_path: Path) -> None:
    code = """
    import os, sys
    from concurrent.futures import ThreadPoolExecutor as Pool
    def pool(): return Pool(1)
    def brew(): return 1
    def tasks(of=None):
        with of or pool() as one:
            assert [one.submit(brew).result() for _ in range(3)] == [1] * 3
    """
    write(tmp_path, code)
    with (tmp_path / "lesson.py").open("a") as file:
        write(tmp_path, UNUSUAL[what], "more")
        file.write((tmp_path / "more").read_text())
    (tmp_path / "mmap.py").write_text("OWN = True\n")
    if what != "a module of its own of that name":
        (tmp_path / "mmap.py").unlink()
    ran = run_hooked(python("lesson.py"), tmp_path)
    assert ran.returncode == 0, ran.all_written(2)
    assert not ran.of(HookFailed)
    assert ran.all_written(2) == [], what
    times = {"long names": 2, "closes everything": 6, "forks": 9}.get(what, 3)
    assert len(ran.of(TaskBegan)) == len(ran.of(TaskEnded)) == times
    if what == "closes everything":
        assert (tmp_path / "kept").read_text() == "all of it"
    if what == "forks":
        assert len({one.pid for one in ran.of(TaskEnded)}) == 2


def test_strangers_hand_over_what_they_like(tmp_path: Path) -> None:
    receiver = HookReceiver()
    address = "\0" + receiver.environment({})["CHAI_TUI_HOOK"].partition(":")[0][1:]
    memory = os.memfd_create("slate")
    os.ftruncate(memory, SLOT * SLOTS)
    told = (
        b"nonsense",
        b"O\x1f12\x1f7:0,8:0",
        b"J\x1fx\x1fname\x1f0",
        b"J\x1f1",
        b"K\x1f1\x1f2\x1f3\x1f4",
    )
    for number, message in enumerate(told, 1):
        head = number.to_bytes(8, sys.byteorder) + bytes(8)
        os.pwrite(memory, head + message, number * SLOT)
    with (
        contextlib.closing(receiver),
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger,
        (tmp_path / "file").open("w") as file,
    ):
        stranger.connect(address)
        open_before = len([*Path("/proc/self/fd").iterdir()])
        socket.send_fds(stranger, [b"M\x1f1"], [file.fileno()])
        socket.send_fds(stranger, [b"M\x1f1"], [file.fileno()] * 2)
        stranger.send(b"M\x1f1")
        assert receiver.read() == []
        assert receiver.tally.passed_over == 3
        assert len([*Path("/proc/self/fd").iterdir()]) == open_before + 1  # the connection
        for _ in range(3):
            socket.send_fds(stranger, [b"M\x1f1"], [memory])
        assert [*receiver.read(), *receiver.read()] == []
        assert receiver.tally.passed_over == 3 + 2 + len(told)  # once is enough
        path = os.open(tmp_path, os.O_PATH)
        socket.send_fds(stranger, [b"O\x1f1\x1f1\x1f7:0"], [path])
        os.close(path)
        for _ in range(3 * SLOTS):  # a clock that is ahead, and a flood with one that stands
            with contextlib.suppress(BlockingIOError):
                stranger.send(b"E\x1f%.1f\x1f12" % (time.monotonic() + 0.5), socket.MSG_DONTWAIT)
                stranger.send(b"E\x1f0\x1f12", socket.MSG_DONTWAIT)
            receiver.read()
            assert receiver.due_in > 0
        assert len(next(iter(receiver._peers.values())).held) <= 4 * SLOTS
        os.ftruncate(memory, 0)
        assert {type(message) for message in receiver.read()} <= {ThreadEnded}  # of the flood
        assert len([*Path("/proc/self/fd").iterdir()]) <= open_before + 2
    os.close(memory)
