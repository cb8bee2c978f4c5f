"""Who belongs to a program, with real processes: by the kernel's events, and by /proc."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("it is Linux's /proc that is read", allow_module_level=True)

from chai_tui.samplers.kernel.kept_file import Budget
from chai_tui.sources.program.processes.adopting import Adoption
from chai_tui.sources.program.processes.changes import Came, Change, ThreadsChanged, Went, Zombie
from chai_tui.sources.program.processes.connector import Execed, Lost, ProcessEvents, Record
from chai_tui.sources.program.processes.ending import end_everybody
from chai_tui.sources.program.processes.following import Following
from chai_tui.sources.program.processes.proc_tree import read_stat
from tests.process.conftest import PATIENCE


class Refused(ProcessEvents):
    """The kernel's events where there are none."""

    def __init__(self) -> None:
        self._socket = None
        self._early = []
        self.why_not = "it was refused"


class Forgetful(ProcessEvents):
    """Events that get lost, most of them: there is hardly any room for them."""

    def __init__(self) -> None:
        super().__init__()
        self.losses = 0
        if self._socket is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)

    def read(self) -> list[Record]:
        records = super().read()
        self.losses += records.count(Lost())
        return records


class Scene:
    """A program that was started, and everything that was told of it."""

    def __init__(self, events: ProcessEvents) -> None:
        self.events = events
        self.told: list[Change] = []
        self.programs: list[subprocess.Popen[str]] = []
        self.following: Following | None = None
        self.adoption: Adoption | None = None

    def start(self, code: str, *, adopts: bool = True, setup: bool = True) -> int:
        """Start Python code as a program; it goes on once the first look was taken."""
        if adopts and self.adoption is None:
            self.adoption = Adoption()
        waits = "import os, signal, sys, time, threading\nsys.stdin.readline()\n" if setup else ""
        program = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", waits + textwrap.dedent(code)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.programs.append(program)
        self.following = Following([program.pid], adopts=adopts, events=self.events)
        self.look()
        self.go_on()
        return program.pid

    def go_on(self) -> None:
        stdin = self.programs[-1].stdin
        assert stdin is not None
        stdin.write("\n")
        stdin.flush()

    def line(self) -> str:
        """Return what the program says next."""
        stdout = self.programs[-1].stdout
        assert stdout is not None
        return stdout.readline().strip()

    def look(self) -> list[Change]:
        assert self.following is not None
        changes = self.following.look()
        self.told += changes
        return changes

    def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.told
            time.sleep(0.005)
            self.look()

    def went(self, pid: int) -> Went | None:
        return next((c for c in self.told if isinstance(c, Went) and c.pid == pid), None)

    def came(self) -> list[int]:
        return [change.pid for change in self.told if isinstance(change, Came)]

    def close(self) -> None:
        if self.following is not None:
            end_everybody(self.following, grace=0.0)
            self.following.close()
        if self.adoption is not None:
            self.adoption.close()
        for program in self.programs:
            if program.poll() is None:
                program.kill()
            program.communicate()
        self.events.close()


WAYS = {"told": ProcessEvents, "looking": Refused, "lossy": Forgetful}


@pytest.fixture(params=["told", "looking"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    yield from _scene(request.param)


@pytest.fixture
def told() -> Iterator[Scene]:
    yield from _scene("told")


@pytest.fixture
def looking() -> Iterator[Scene]:
    yield from _scene("looking")


def _scene(way: str) -> Iterator[Scene]:
    events = WAYS[way]()
    if way != "looking" and events.why_not:
        pytest.skip(f"no process events of the kernel: {events.why_not}")
    scene = Scene(events)
    try:
        yield scene
    finally:
        scene.close()


SHORT_LIVES = """
    for number in range({}):
        child = os.fork()
        if not child:
            time.sleep(0.002)
            os._exit(number % 50)
        os.waitpid(child, 0)
"""


def test_children_that_live_two_milliseconds_are_all_seen_with_their_exit_codes(
    told: Scene,
) -> None:
    root = told.start(SHORT_LIVES.format(100))
    told.until(lambda: told.went(root))
    children = [change for change in told.told if isinstance(change, Came)][1:]
    assert len(children) == 100
    assert {change.parent for change in children} == {root}
    for number, child in enumerate(children):
        went = told.went(child.pid)
        assert went is not None
        assert went.exitcode == number % 50
        came_at, went_at = told.told.index(child), told.told.index(went)
        assert came_at < went_at
        assert child.at <= went.at
    assert told.following is not None
    assert told.following.missed == 0.0
    assert told.following.how == "the kernel's process events"


BURN = """
    def burn(seconds):
        end = time.process_time() + seconds
        while time.process_time() < end: pass
"""


def test_what_children_burned_whom_nobody_saw_is_said(looking: Scene) -> None:
    root = looking.start(
        textwrap.dedent(BURN)
        + textwrap.dedent("""
        for _ in range(10):
            child = os.fork()
            if not child:
                burn(0.05)
                os._exit(0)
            os.waitpid(child, 0)
        print("burned", flush=True)
        sys.stdin.readline()
        """)
    )
    assert looking.line() == "burned"  # nobody looked meanwhile
    assert looking.following is not None
    looking.until(lambda: looking.following and looking.following.missed > 0.3)
    assert looking.following.missed <= 1.5
    assert looking.came() == [root]
    assert "because it was refused" in looking.following.how


def test_what_children_burned_who_were_seen_is_not_missed(scene: Scene) -> None:
    scene.start(
        textwrap.dedent(BURN)
        + textwrap.dedent("""
        child = os.fork()
        if not child:
            sys.stdin.readline()
            burn(0.3)
            os._exit(7)
        os.waitpid(child, 0)
        print("burned", flush=True)
        time.sleep(60)
        """)
    )
    scene.until(lambda: len(scene.came()) == 2)
    child = scene.came()[1]
    scene.go_on()
    scene.until(lambda: scene.went(child))
    for _ in range(5):
        scene.look()
    assert scene.following is not None
    assert scene.following.missed <= 0.05


def test_a_program_that_daemonises_stays_until_it_ends(scene: Scene) -> None:
    root = scene.start("""
        if not os.fork():
            os.setsid()
            if not os.fork():
                print(os.getpid(), flush=True)
                sys.stdin.readline()
                os._exit(5)
            os._exit(0)
        os.wait()
        os._exit(0)
    """)
    daemon = int(scene.line())
    scene.until(lambda: scene.went(root))
    scene.until(lambda: daemon in scene.came())
    assert scene.following is not None
    assert list(scene.following.pids) == [daemon]
    scene.go_on()
    scene.until(lambda: scene.went(daemon))
    assert scene.went(daemon) == (daemon, 5, *scene.went(daemon)[2:])  # type: ignore[index]
    assert read_stat("/proc", daemon) is None  # joined


def test_children_of_ours_that_are_none_of_the_program_are_left_alone(scene: Scene) -> None:
    scene.start("sys.stdin.readline()")
    with subprocess.Popen(["/bin/sh", "-c", "exit 3"]) as other:
        scene.until(lambda: _is_zombie(other.pid))
        for _ in range(3):
            scene.look()
        assert other.wait() == 3
    assert other.pid not in scene.came()


def _is_zombie(pid: int) -> bool:
    stat = read_stat("/proc", pid)
    return stat is not None and stat.has_ended


def test_a_zombie_that_nobody_joins_has_gone_and_is_told_once(scene: Scene) -> None:
    root = scene.start("""
        child = os.fork()
        if not child:
            os._exit(4)
        print(child, flush=True)
        sys.stdin.readline()
        os.waitpid(child, 0)
        sys.stdin.readline()
    """)
    child = int(scene.line())
    scene.until(lambda: any(isinstance(change, Zombie) for change in scene.told))
    went = scene.went(child)
    assert went is not None
    assert went.exitcode == 4
    for _ in range(5):
        scene.look()
    assert [change for change in scene.told if isinstance(change, Zombie)] == [(child, root)]
    assert scene.following is not None
    assert list(scene.following.zombies) == [child]
    scene.go_on()
    scene.until(lambda: scene.following is not None and not scene.following.zombies)
    assert scene.came() == [root, child]


LEADER_LEAVES = """
    import ctypes
    libc = ctypes.CDLL(None)
    def stay():
        os.read(0, 100)
        os._exit(6)
    threading.Thread(target=stay, daemon=True).start()
    print("leaves", flush=True)
    libc.syscall({}, 0)
"""
EXIT = {"x86_64": 60, "aarch64": 93, "riscv64": 93}


def test_a_leader_that_is_a_zombie_has_not_ended_while_a_thread_lives(scene: Scene) -> None:
    number = EXIT.get(os.uname().machine)
    if number is None:
        pytest.skip("the number of the system call exit is not known here")
    root = scene.start(LEADER_LEAVES.format(number))
    assert scene.line() == "leaves"
    scene.until(lambda: "\nState:\tZ" in Path(f"/proc/{root}/status").read_text())
    for _ in range(5):
        scene.look()
    assert scene.went(root) is None
    scene.go_on()
    scene.until(lambda: scene.went(root))
    assert scene.went(root)[1] == 6  # type: ignore[index]


def test_exec_is_told_and_is_the_same_process(scene: Scene) -> None:
    root = scene.start("""os.execv("/bin/sleep", ["sleep", "60"])""")
    scene.until(lambda: any(isinstance(change, Execed) for change in scene.told))
    assert scene.following is not None
    assert list(scene.following.pids) == [root]
    os.kill(root, signal.SIGINT)
    scene.until(lambda: scene.went(root))
    assert scene.went(root)[1] == -signal.SIGINT  # type: ignore[index]


def test_exec_in_another_thread_keeps_the_process(scene: Scene) -> None:
    root = scene.start("""
        threading.Thread(target=os.execv, args=("/bin/sleep", ["sleep", "60"])).start()
        time.sleep(60)
    """)
    scene.until(lambda: any(isinstance(change, Execed) for change in scene.told))
    for _ in range(3):
        scene.look()
    assert scene.following is not None
    assert list(scene.following.pids) == [root]
    assert scene.went(root) is None


def test_threads_that_come_and_go_are_told(scene: Scene) -> None:
    root = scene.start("""
        thread = threading.Thread(target=sys.stdin.readline)
        thread.start()
        thread.join()
        time.sleep(60)
    """)

    def changes() -> list[ThreadsChanged]:
        return [change for change in scene.told if isinstance(change, ThreadsChanged)]

    scene.until(changes)
    assert ThreadsChanged(root) in scene.told
    scene.told.clear()
    scene.go_on()
    # Who left is told by the kernel alone; of who came something may still be told before.
    is_told = scene.following is not None and scene.following.is_told
    scene.until(lambda: any(change.left or not is_told for change in changes()))
    assert {change.pid for change in changes()} == {root}
    assert [code for change in changes() for _, code in change.left] == [0] * is_told


def test_a_program_that_is_watched_is_not_joined() -> None:
    events = ProcessEvents()
    with subprocess.Popen(["/bin/sh", "-c", "read line; exit 3"], stdin=subprocess.PIPE) as program:
        following = Following([program.pid], adopts=False, events=events)
        assert type(following.look()[0]) is Came
        program.communicate(b"\n")  # joins it
        told: list[Change] = []
        deadline = time.monotonic() + PATIENCE
        while not told:
            assert time.monotonic() < deadline
            told = [change for change in following.look() if isinstance(change, Went)]
    assert program.returncode == 3
    assert told[0][:2] == (program.pid, 3 if following.is_told else None)
    following.close()
    events.close()


def test_whoever_is_found_when_events_are_lost_was_not_missed() -> None:
    for scene in _scene("lossy"):
        root = scene.start("""
            for _ in range(20):
                if not os.fork():
                    os._exit(0)
            child = os.fork()
            if not child:
                os.read(0, 1)
                os._exit(0)
            print(child, flush=True)
            os.read(0, 1)
        """)
        child = int(scene.line())  # nobody looked meanwhile
        scene.until(lambda: child in scene.came())  # noqa: B023
        scene.until(lambda: scene.following and len(scene.following.zombies) == 20)  # noqa: B023
        assert isinstance(scene.events, Forgetful)
        assert scene.events.losses
        scene.go_on()
        scene.go_on()
        scene.until(lambda: scene.went(root) and scene.went(child))  # noqa: B023
        came = scene.came()
        assert len(came) == len(set(came)) == 22


def test_many_children_at_once_are_found_and_ended(looking: Scene) -> None:
    root = looking.start(
        """
        for _ in range(100):
            if not os.fork():
                signal.pause()
        print("forked", flush=True)
        signal.pause()
    """
    )
    assert looking.line() == "forked"
    assert looking.following is not None
    fresh = Following([root], adopts=False, budget=Budget(10))
    assert len(fresh.look()) == 101
    fresh.close()
    began = time.monotonic()
    looking.until(lambda: looking.following and len(looking.following.pids) == 101)
    assert end_everybody(looking.following, grace=0.0) == []
    assert time.monotonic() - began < PATIENCE


def test_everybody_ends_who_ignores_sigterm_and_who_forks_at_it(scene: Scene) -> None:
    scene.start("""
        def fork_again(*_):
            if not os.fork():
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                while True: signal.pause()
        if not os.fork():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.setsid()
            print("ready", flush=True)
            while True: signal.pause()
        if not os.fork():
            signal.signal(signal.SIGTERM, fork_again)
            print("ready", flush=True)
            while True: signal.pause()
        if not os.fork():
            print("ready", flush=True)
            os.kill(os.getpid(), signal.SIGSTOP)
        while True: signal.pause()
    """)
    for _ in range(3):
        assert scene.line() == "ready"
    assert scene.following is not None
    left = end_everybody(scene.following, grace=0.5, tell=scene.told.extend)
    assert left == []
    assert len(scene.came()) >= 5
    for pid in scene.came():
        assert scene.went(pid) is not None
        assert read_stat("/proc", pid) is None
    codes = [change.exitcode for change in scene.told if isinstance(change, Went)]
    assert {-signal.SIGTERM, -signal.SIGKILL} == set(codes) - {None}


def test_this_process_adopts_only_meanwhile() -> None:
    adoption = Adoption()
    assert adoption.works
    again = Adoption()
    again.close()
    assert Adoption()._was == 1
    adoption.close()
    last = Adoption()
    assert last._was == 0
    last.close()


def test_another_network_namespace_is_refused_in_words() -> None:
    code = (
        "from chai_tui.sources.program.processes.connector import ProcessEvents\n"
        "e = ProcessEvents()\n"
        "print(e.why_not, e.fileno(), e.read())"
    )
    for option, why in (("-n", "first network namespace"), ("-pf", "first pid and user namespace")):
        command = ["unshare", option, sys.executable, "-c", code]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode and "unshare" in result.stderr:
            pytest.skip(f"no namespaces may be made: {result.stderr.strip()}")
        assert why in result.stdout
        assert result.stdout.endswith(" -1 []\n")


def test_whose_numbers_are_of_another_namespace_is_not_looked_for() -> None:
    code = """
import os, subprocess
from chai_tui.sources.program.processes.following import Following
with subprocess.Popen(["/bin/sleep", "60"], start_new_session=True) as program:
    following = Following([program.pid], adopts=True)
    print(following.look(), following.how)
    following.close()
    program.kill()
"""
    # This /proc goes on showing the processes outside, where process 1 has children, too.
    command = ["unshare", "-pf", sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode and "unshare" in result.stderr:
        pytest.skip(f"no namespaces may be made: {result.stderr.strip()}")
    assert result.stdout == "[] nobody is seen: /proc shows the processes of another namespace\n"


def test_a_descriptor_tells_when_somebody_ended(scene: Scene) -> None:
    root = scene.start("sys.stdin.readline()\nsys.exit(2)")
    assert scene.following is not None
    scene.go_on()
    while not scene.went(root):
        assert select.select([scene.following], [], [], PATIENCE)[0]
        scene.look()


def test_a_program_that_ended_before_the_first_look_is_told() -> None:
    for events in (ProcessEvents(), Refused()):
        program = subprocess.Popen(["/bin/sh", "-c", "exit 9"])
        _eventually(lambda: _is_zombie(program.pid))  # noqa: B023
        following = Following([program.pid], adopts=True, events=events)
        told = [*following.look(), *following.look()]
        assert type(told[0]) is Came
        assert told[-1][:2] == (program.pid, 9)
        program.wait()  # somebody else joined it
        following.close()
        events.close()


def _eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


AS_NOBODY = """
import os, sys, time
from chai_tui.sources.program.processes.changes import Came, Went
from chai_tui.sources.program.processes.ending import end_everybody
from chai_tui.sources.program.processes.following import Following
from chai_tui.sources.program.processes.proc_tree import read_stat
os.setgroups([]); os.setgid(65534); os.setuid(65534)
pid = int(sys.argv[1])
following = Following([pid], adopts=False)
print(*[type(change).__name__ for change in following.look()], flush=True)
print(end_everybody(following, grace=0.0), flush=True)
while not (changes := [c for c in following.look() if isinstance(c, Went)]):
    time.sleep(0.005)
print(changes[0].exitcode, flush=True)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_another_users_process_is_followed_and_not_ended() -> None:
    with subprocess.Popen(["/bin/sh", "-c", "read line; exit 0"], stdin=subprocess.PIPE) as program:
        watching = [sys.executable, "-c", AS_NOBODY, str(program.pid)]
        with subprocess.Popen(watching, stdout=subprocess.PIPE, text=True) as watcher:
            assert watcher.stdout is not None
            assert watcher.stdout.readline() == "Came\n"
            assert watcher.stdout.readline() == f"[{program.pid}]\n"
            assert program.stdin is not None
            program.stdin.close()
            # It is a zombie: another user is told 0 whatever it was, so nobody knows.
            assert watcher.stdout.readline() == "None\n"
