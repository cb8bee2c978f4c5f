"""Programs that are hard to follow, and systems that tell little of them."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from chai_tui.model.commands import KillMaker, PauseMaker, SignalMaker
from chai_tui.model.events import Exited, Paused, Said, Sampled, Seated, Trouble
from chai_tui.sources.program import listening
from chai_tui.sources.program import source as program_source
from chai_tui.sources.program.processes.connector import ProcessEvents
from chai_tui.sources.program.stations.delivering import deliver
from chai_tui.state.makers.records import State
from tests.programs import Gate, Seen, run, run_python, watch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of programs")

NOBODY = 65_534
SLEEPERS = (
    "import threading, time, os, sys\n"
    "stop = threading.Event()\n"
    "threads = [threading.Thread(target=stop.wait, daemon=True) for _ in range(int(sys.argv[1]))]\n"
    "[thread.start() for thread in threads]\n"
)


class Silent(ProcessEvents):
    """The kernel's process events on a system where nobody answers."""

    def __init__(self) -> None:
        super().__init__()
        self.close()
        self.why_not = "nobody answers"


@pytest.fixture(params=["told", "silent"])
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether the kernel tells who comes and goes, as far as it does here."""
    if request.param == "silent":
        monkeypatch.setattr(program_source, "ProcessEvents", Silent)
    return str(request.param)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is not ours to end."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def is_told(seen: Seen) -> bool:
    return "process events" in seen.source.follows_by


def troubles(seen: Seen) -> list[str]:
    return [event.text for event in seen.events if isinstance(event, Trouble)]


# Who comes and goes


@pytest.mark.usefixtures("kernel")
def test_how_it_ends_is_known_whoever_tells() -> None:
    with run_python("print('said'); raise SystemExit(3)") as seen:
        seen.until_over()
        assert (seen.lines, seen.floor.makers[1].exitcode) == (["said"], 3)
        ends = [event for event in seen.events if isinstance(event, Exited)]
        assert len(ends) == 1
        # Cores may be looked at once more, in the same turn.
        assert isinstance([one for one in seen.events if not isinstance(one, Sampled)][-1], Exited)


@pytest.mark.usefixtures("kernel")
def test_what_children_print_is_read_though_nobody_saw_them(tmp_path: Path) -> None:
    script = tmp_path / "short.py"
    script.write_text(
        "import multiprocessing as m\n"
        "def work(n): print('work', n)\n"
        "if __name__ == '__main__':\n"
        "    for n in range(30):\n"
        "        p = m.get_context('fork').Process(target=work, args=(n,)); p.start(); p.join()\n"
    )
    with run(sys.executable, str(script), hook=True) as seen:
        seen.until_over()
        assert sorted(seen.lines) == sorted(f"work {n}" for n in range(30))
        said_at = [place for place, event in enumerate(seen.events) if isinstance(event, Said)]
        assert max(said_at) < len(seen.events) - 1  # none after the end


@pytest.mark.usefixtures("kernel")
def test_what_many_printed_is_read_though_nobody_looked_before_the_end() -> None:
    code = (
        "import os\n"
        "for n in range(40):\n"
        "    if not os.fork(): print('work', n, flush=True); os._exit(0)\n"
        "    os.wait()\n"
    )
    with run_python(code, hook=True) as seen:
        seen.take(seen.source.poll(0))
        pid = seen.floor.run.pid
        deadline = time.monotonic() + 60
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        seen.until_over()
        assert sorted(seen.lines) == sorted(f"work {n}" for n in range(40))


@pytest.mark.usefixtures("kernel")
def test_a_program_goes_on_while_its_children_do() -> None:
    with run("sh", "-c", "sleep 0.4; sleep 0.2 & exec 1>&- 2>&-; exit 4") as seen:
        seen.until(lambda: seen.floor.makers.get(1) and seen.floor.makers[1].joined)
        seen.until_over()
        assert seen.floor.makers[1].exitcode == 4
        if is_told(seen):
            assert {maker.exitcode for maker in seen.makers("sleep")} == {0}


def test_who_closes_what_it_prints_into_is_followed_to_its_end() -> None:
    with run_python("import os, time; os.close(1); os.close(2); time.sleep(0.3)") as seen:
        seen.until_over()
        assert seen.floor.makers[1].state is State.DONE


@pytest.mark.usefixtures("kernel")
def test_exec_makes_nobody_new(gate: Gate) -> None:
    code = "import os, sys; sys.stdin.readline(); os.execvp('cat', ['cat'])"
    with run_python(code, stdin=gate.path) as seen:
        seen.until(lambda: seen.makers("python"))
        gate.let_go_on()
        seen.until(lambda: seen.makers("cat"))
        gate.close()
        seen.until_over()
        (maker,) = seen.floor.makers.values()
        assert (maker.called, maker.exitcode) == ("cat", 0)


@pytest.mark.usefixtures("kernel")
def test_who_calls_exec_in_a_thread_keeps_one_of_them(gate: Gate) -> None:
    code = (
        f"{SLEEPERS}"
        "sys.stdin.readline()\n"
        "threading.Thread(target=os.execvp, args=('cat', ['cat'])).start()\n"
        "time.sleep(600)\n"
    )
    with run_python(code, "3", stdin=gate.path) as seen:
        seen.until(lambda: seen.floor.open == 4)
        gate.let_go_on()
        seen.until(lambda: seen.makers("cat") and seen.floor.open == 1)
        gate.close()
        seen.until_over()
        assert not [maker for maker in seen.floor.makers.values() if maker.exitcode]


@pytest.mark.usefixtures("kernel")
def test_a_process_whose_first_thread_ended_lives_on(gate: Gate) -> None:
    code = (
        "import ctypes, os, threading\n"
        "def last():\n"
        "    os.read(0, 1); os._exit(5)\n"
        "threading.Thread(target=last).start()\n"
        "ctypes.CDLL(None).pthread_exit(None)\n"
    )
    with run_python(code, stdin=gate.path) as seen:
        seen.until(lambda: len(seen.floor.makers) == 2)
        pid = seen.floor.makers[1].pid
        stat = Path(f"/proc/{pid}/stat")
        seen.until(lambda: b") Z " in stat.read_bytes())
        assert not [event for event in seen.events if isinstance(event, Exited)]
        gate.let_go_on()
        seen.until_over()
        assert {maker.exitcode for maker in seen.floor.makers.values()} == {5}


def test_threads_that_their_process_takes_along_end_as_it_does(gate: Gate) -> None:
    code = f"{SLEEPERS}sys.stdin.readline(); os._exit(3)"
    with run_python(code, "99", stdin=gate.path) as seen:
        seen.until(lambda: seen.floor.open == 100)
        gate.let_go_on()
        seen.until_over()
        codes = [event.exitcode for event in seen.events if isinstance(event, Exited)]
        assert len(codes) == 100
        assert {*codes} == {3} or not is_told(seen)


def test_what_a_process_burned_is_told_with_its_end_and_counts_whatever_was_sampled() -> None:
    code = (
        "import threading, time\n"
        "def burn():\n"
        "    while time.thread_time() < 0.15:\n"
        "        pass\n"
        "others = [threading.Thread(target=burn) for _ in range(2)]\n"
        "for other in others:\n"
        "    other.start()\n"
    )
    with run_python(code, every=None) as seen:
        seen.until_over()
    (told,) = [event.cpu_seconds for event in seen.events if isinstance(event, Exited)]
    assert told is not None
    assert 0.28 <= told < 5
    assert seen.floor.burned == told


@pytest.mark.thorough
def test_five_hundred_children_a_second() -> None:
    code = (
        "import os, time\n"
        "began = time.monotonic()\n"
        "for n in range(500):\n"
        "    if not os.fork(): os._exit(0)\n"
        "    time.sleep(max(0, began + n / 500 - time.monotonic()))\n"
        "for n in range(500): os.wait()\n"
    )
    with run_python(code) as seen:
        seen.until_over()
        came = [event.maker for event in seen.events if isinstance(event, Seated)]
        went = [event.maker for event in seen.events if isinstance(event, Exited)]
        assert sorted(came) == sorted(went)
        assert len(came) == len({*came})
        assert len(came) == 501 or not is_told(seen)


@pytest.mark.thorough
def test_no_descriptor_is_left_after_many_programs() -> None:
    def descriptors() -> int:
        return len([*Path("/proc/self/fd").iterdir()])

    before = descriptors()
    for number in range(30):
        with run("true", hook=number % 2 == 0, tty=number % 3 == 0) as seen:
            seen.until_over()
    with run("/no/such/program") as seen:
        seen.until_over()
    assert descriptors() == before


# What they are called


def test_no_thread_name_is_more_than_text() -> None:
    code = (
        "import ctypes, threading, time\n"
        "def work():\n"
        "    ctypes.CDLL(None).prctl(15, b'\\x1b[2J[red]x')\n"
        "    time.sleep(600)\n"
        "threading.Thread(target=work, daemon=True).start()\n"
        "time.sleep(600)\n"
    )
    with run_python(code) as seen:
        seen.until(lambda: seen.makers("[red]x"))
        (maker,) = seen.makers("[red]x")
        assert maker.called == "␛[2J[red]x"


def test_a_process_that_writes_a_title_of_its_own_has_it() -> None:
    pytest.importorskip("setproctitle")
    code = (
        "import setproctitle, time\n"
        "time.sleep(0.2)\n"
        "setproctitle.setproctitle('worker: \\x1b[1m[idle]')\n"
        "time.sleep(600)\n"
    )
    with run_python(code) as seen:
        seen.until(lambda: seen.makers("worker: "))
        assert seen.floor.makers[1].called == "worker: ␛[1m[idle]"


# Who is watched


def test_the_first_process_of_all_can_be_watched() -> None:
    with watch(1) as seen:
        seen.until(lambda: seen.events)
        assert seen.floor.makers[1].pid == 1
        assert seen.floor.open
        assert not [pid for pid in seen.floor.stations.values() if pid.pid == os.getpid()]


def test_who_is_not_there_any_more_is_one_line() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    with watch(process.pid) as seen:
        seen.until(lambda: seen.events)
        assert troubles(seen) == [f"there is no process {process.pid} any more"]
        assert not seen.floor.open


def test_nobody_watches_itself() -> None:
    with watch(os.getpid()) as seen:
        seen.until(lambda: seen.events)
        seen.take(seen.source.poll(0.1))
        # Other tests may have left us children, who are nobody's secret.
        assert os.getpid() not in {maker.pid for maker in seen.floor.makers.values()}


def test_another_users_process_is_seen_and_not_signalled(
    sleeper: subprocess.Popen[bytes],
) -> None:
    is_root = os.geteuid() == 0
    pid = sleeper.pid if is_root else 1
    if not is_root and Path(f"/proc/{pid}").stat().st_uid == os.geteuid():
        pytest.skip("everybody here is the same user")
    if is_root:
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        with watch(pid) as seen:
            seen.until(lambda: seen.floor.makers)
            seen.source.submit(SignalMaker(1, 0))  # harms nobody where it arrives
            seen.until(lambda: any("another user's" in text for text in troubles(seen)))
            seen.source.submit(PauseMaker(1))
            seen.until(lambda: any("SIGSTOP" in text for text in troubles(seen)))
            assert not seen.floor.makers[1].paused
            assert seen.floor.makers[1].state is State.BREWING
    finally:
        if is_root:
            os.setresuid(0, 0, 0)


def test_no_signal_reaches_who_has_the_number_by_now(sleeper: subprocess.Popen[bytes]) -> None:
    assert deliver(sleeper.pid, signal.SIGKILL, lambda _pid: False) == "it has ended"
    assert sleeper.poll() is None
    assert deliver(sleeper.pid, 12_345, lambda _pid: True)
    assert deliver(sleeper.pid, signal.SIGKILL, lambda _pid: True) == ""
    assert sleeper.wait() == -signal.SIGKILL


@pytest.mark.usefixtures("kernel")
def test_who_sleeps_for_long_and_is_stopped_by_somebody_else_is_paused() -> None:
    with run_python(f"{SLEEPERS}time.sleep(600)", "10") as seen:
        seen.until(lambda: seen.floor.open == 11)

        def is_left_out() -> bool:
            samples = [event for event in seen.events if isinstance(event, Sampled)]
            return bool(samples) and not samples[-1].makers

        seen.until(is_left_out)
        pid = seen.floor.makers[1].pid
        assert pid
        os.kill(pid, signal.SIGSTOP)
        seen.until(lambda: all(maker.paused for maker in seen.floor.makers.values()))
        seen.until(is_left_out)
        assert all(maker.paused for maker in seen.floor.makers.values())
        os.kill(pid, signal.SIGCONT)
        seen.until(lambda: not any(maker.paused for maker in seen.floor.makers.values()))
        assert sum(isinstance(event, Paused) for event in seen.events) == 11


# What they print


@pytest.mark.parametrize("hook", [True, False])
def test_a_terminal_is_one_with_all_that_belongs_to_it(tmp_path: Path, *, hook: bool) -> None:
    (tmp_path / "input.txt").write_text("read\n")
    code = (
        "import os, sys\n"
        "print(sys.stdout.isatty(), sys.stderr.isatty(), sys.stdin.readline().strip())\n"
        "print(*os.get_terminal_size())\n"
        "with open('/dev/tty', 'w') as terminal: print('own', file=terminal)\n"
        "print(os.getpgrp() == os.tcgetpgrp(1), file=sys.stderr)\n"
        "sys.stdout.write('no end')\n"
    )
    with run_python(code, tty=True, hook=hook, stdin=str(tmp_path / "input.txt")) as seen:
        seen.until_over()
        assert seen.lines == ["True True read", "80 24", "own", "True", "no end"]
        assert seen.floor.makers[1].exitcode == 0


def test_all_of_a_flood_is_read() -> None:
    with run_python("import sys; sys.stdout.write('\\n' * 200_000); print('end')") as seen:
        slices = []
        while not seen.floor.makers or seen.floor.open:
            before = len(seen.events)
            seen.take(seen.source.poll(0.5))
            slices.append(sum(isinstance(event, Said) for event in seen.events[before:]))
        assert sum(slices) == 200_001
        assert seen.lines[-1] == "end"
        # So many at most, and what a pipe holds where a process ends.
        assert max(slices) < 100_000


@pytest.mark.thorough
def test_quitting_amid_floods_ends_everybody() -> None:
    with run("sh", "-c", "yes & yes & yes >&2") as seen:
        seen.until(lambda: sum(isinstance(event, Said) for event in seen.events) > 10_000)
        before = len(seen.events)
    assert seen.floor.all_joined
    said = sum(isinstance(event, Said) for event in seen.events[before:])
    assert said < 400_000  # what the pipes held, and not what was printed meanwhile


def test_quitting_ends_two_hundred() -> None:
    line = "for n in $(seq 200); do sleep 600 & done; wait"
    with run("sh", "-c", line) as seen:
        seen.until(lambda: seen.floor.open == 201)
        cpu = time.process_time()
        seen.take(seen.source.close())
        assert time.process_time() - cpu < 1.0
    assert seen.floor.all_joined
    ends = [event for event in seen.events if isinstance(event, Exited) and event.exitcode]
    assert len(ends) == 201
    assert all(event.ours for event in ends)


def test_nothing_is_asked_of_a_source_that_is_closed() -> None:
    with run("true") as seen:
        seen.until_over()
        seen.take(seen.source.close())
        threads = [
            threading.Thread(target=ask)
            for ask in (seen.source.wake, lambda: seen.source.submit(KillMaker(1)))
        ]
        for thread in threads:
            thread.start()
            thread.join()
        assert seen.source.poll(None) == []
        assert seen.source.close() == []


def test_who_could_not_start_anything_waits_without_work() -> None:
    with run("/no/such/program") as seen:
        seen.until_over()
        began, cpu = time.monotonic(), time.thread_time()
        seen.take(seen.source.poll(0.2))
        assert time.monotonic() - began > 0.15
        assert time.thread_time() - cpu < 0.1
        seen.source.wake()
        seen.take(seen.source.poll(None))  # as the screen does: without an end


def test_without_room_for_hooks_the_program_runs_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(listening, "HookReceiver", refuse)
    with run_python("print('runs')", hook=True) as seen:
        seen.until_over()
        assert seen.lines == ["runs"]
        assert troubles(seen) == ["Python tells nothing of what it does: Too many open files"]


def test_that_hooks_told_too_much_is_said_once() -> None:
    code = (
        "import os, socket, time\n"
        "end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
        "end.connect('\\0' + os.environ['CHAI_TUI_HOOK'].partition(':')[0][1:])\n"
        "for packet in ('D\\x1f1.0\\x1f5', 'D\\x1f1.0\\x1f7', 'nonsense', '\\x1f' * 4_096):\n"
        "    end.send(packet.encode())\n"
    )
    with run_python(code, hook=True) as seen:
        seen.until_over()
        (text,) = troubles(seen)
        assert "more of what it does than can be read" in text
        assert seen.floor.makers[1].exitcode == 0


# Real ones


def test_a_web_server(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("chai")
    command = ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(tmp_path)]
    with run(sys.executable, *command, hook=True) as seen:
        seen.until(lambda: seen.lines)
        port = re.search(r"port (\d+)", seen.lines[0])
        assert port, seen.lines
        answers: list[bytes] = []

        def ask() -> None:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"http://127.0.0.1:{port[1]}/page.txt") as answer:
                answers.append(answer.read())

        client = threading.Thread(target=ask)
        client.start()
        seen.until(lambda: any("GET /page.txt" in line for line in seen.lines))
        client.join()
        assert answers == [b"chai"]
        (station,) = seen.floor.stations.values()
        assert station.name == "python -m http.server"
        # Each request is answered by a thread of its own.
        assert seen.floor.makers[1].pid == station.pid


@pytest.mark.thorough
def test_pytest_with_two_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("xdist")
    for name in [name for name in os.environ if name.startswith(("PYTEST_", "COV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_it.py").write_text(
        "import pytest\n@pytest.mark.parametrize('n', range(6))\ndef test_it(n): assert n != 5\n"
    )
    options = ["-p", "xdist", "-n", "2", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    with run(sys.executable, "-m", "pytest", *options, hook=True) as seen:
        seen.until_over()
        assert seen.floor.makers[1].called == "python -m pytest"
        assert seen.floor.makers[1].exitcode == 1, seen.told
        assert any("1 failed, 5 passed" in line for line in seen.lines)
        # They are started by execnet, whose code is a "-c".
        children = [each for each in seen.floor.stations.values() if each.parent == 1]
        assert len(children) >= 2, seen.told
        assert not troubles(seen)


FAILING = """
import pathlib, subprocess
commands = (["false"], ["sh", "-c", "exit 9"], "exit 3; exit 4", b"false", pathlib.Path("false"))
for command in commands:
    process = subprocess.Popen(command, shell=type(command) is str)
    process.wait()
    assert "pid" in vars(process) and process.pid > 0
try:
    subprocess.run(["no-such-command"])
except FileNotFoundError as error:
    print(error.__traceback__.tb_next is None or "_chai_hook" in str(error))
"""


def test_children_that_fail_at_once_are_called_by_their_commands() -> None:
    with run_python(FAILING, hook=True) as seen:
        seen.until_over()
    first, *children = seen.floor.stations.values()
    assert seen.lines == ["False"]
    assert seen.floor.makers[first.makers[0]].exitcode == 0, seen.told
    names = [child.name for child in children]
    if seen.source.follows_by == "the kernel's process events":  # else many are missed
        assert names[:5] == ["false", "sh", "sh", "false", "false"]
    assert {*names} <= {"false", "sh", "no-such-command", first.name}
