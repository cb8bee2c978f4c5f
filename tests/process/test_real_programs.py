"""Programs as people have them, run and watched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from chai_tui.model.commands import KillMaker, PauseMaker, ResumeMaker
from chai_tui.model.engine import Engine
from chai_tui.model.events import Exited, Said, Seated, Trouble
from chai_tui.model.program_events import Blocked, StationSeen
from chai_tui.sources.program import source as program_source
from chai_tui.sources.program.starting import StartedProgram, start_program
from chai_tui.state.makers.records import State
from tests.programs import PATIENCE, Gate, run, run_python, watch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of programs")

LESSON = Path(__file__).parents[2] / "assets" / "lesson.py"


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_the_lesson_shows_main_and_its_three_processes(method: str, tmp_path: Path) -> None:
    text = LESSON.read_text().replace("time.sleep(3)", "time.sleep(0.5)")
    script = tmp_path / "lesson.py"
    chosen = f"    import multiprocessing; multiprocessing.set_start_method({method!r})\n"
    script.write_text(text.replace('"__main__":\n', f'"__main__":\n{chosen}'))
    with run(sys.executable, str(script), hook=True) as seen:
        seen.until_over()
        main = seen.floor.makers[1]
        assert (main.called, main.exitcode) == ("python lesson.py", 0), seen.told
        makers = sorted(seen.makers("Process-"), key=lambda maker: maker.called)
        assert [maker.called for maker in makers] == ["Process-1", "Process-2", "Process-3"]
        assert [maker.target for maker in makers] == ["brew_chai"] * 3
        assert [maker.exitcode for maker in makers] == [0, 0, 0]
        for number, maker in enumerate(makers, 1):
            assert [line.text for line in maker.said] == [
                f"Start of Chai Maker #{number} chai brewing",
                f"End of Chai Maker #{number} chai brewing",
            ]
        assert [line.text for line in main.said] == ["All chai served"]
        assert seen.lines[-1] == "All chai served"
        joined = [event for event in seen.events if isinstance(event, Blocked)]
        assert makers[0].number in {event.whom for event in joined if event.maker == 1}, seen.told
        assert all(maker.joined for maker in seen.floor.makers.values())


@pytest.mark.parametrize("hook", [True, False])
def test_what_a_program_prints_is_what_it_prints_alone(tmp_path: Path, *, hook: bool) -> None:
    script = tmp_path / "prints.py"
    script.write_text(
        "import sys, subprocess, multiprocessing as m\n"
        "def work(n): print('work', n)\n"
        "if __name__ == '__main__':\n"
        "    print('begins', flush=True)\n"
        "    subprocess.run(['echo', 'from a child'])\n"
        "    p = m.get_context('fork').Process(target=work, args=(1,)); p.start(); p.join()\n"
        "    print('ends')\n"
    )
    alone = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=True
    )
    with run(sys.executable, str(script), hook=hook) as seen:
        seen.until_over()
        assert seen.lines == alone.stdout.splitlines()


def test_lines_of_both_streams_come_with_their_stream() -> None:
    code = "import sys; print('to out', flush=True); print('to err', file=sys.stderr)"
    with run_python(code) as seen:
        seen.until_over()
        said = [(line.text, line.stream) for line in seen.floor.makers[1].said]
        assert sorted(said) == [("to err", "err"), ("to out", "out")]


def test_a_line_without_an_end_is_told_before_its_speaker_has_ended() -> None:
    with run_python("import sys; sys.stdout.write('no end')") as seen:
        seen.until_over()
        assert [line.text for line in seen.floor.makers[1].said] == ["no end"]


@pytest.mark.parametrize(
    ("code", "exitcode", "state"),
    [
        ("pass", 0, State.DONE),
        ("raise SystemExit(3)", 3, State.FAILED),
        ("import os; os.kill(os.getpid(), 9)", -9, State.KILLED),
        ("import os; os.abort()", -6, State.KILLED),
    ],
)
def test_how_a_program_ended_is_known(code: str, exitcode: int, state: State) -> None:
    with run_python(code) as seen:
        seen.until_over()
        maker = seen.floor.makers[1]
        assert (maker.exitcode, maker.state) == (exitcode, state)


def test_stdin_is_empty_or_a_file(tmp_path: Path) -> None:
    with run("cat") as seen:
        seen.until_over()
        assert seen.lines == []
    (tmp_path / "lines.txt").write_text("one\ntwo\n")
    with run("cat", stdin=str(tmp_path / "lines.txt")) as seen:
        seen.until_over()
        assert seen.lines == ["one", "two"]


def test_a_pipe_into_which_nobody_writes_yet_is_waited_for_by_the_program_alone(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "pipe")
    with run("cat", stdin=str(tmp_path / "pipe")) as seen:
        seen.until(lambda: seen.floor.open == 1)
        (tmp_path / "pipe").write_text("at last\n")  # opens once there is a reader
        seen.until_over()
        assert (seen.lines, seen.floor.makers[1].exitcode) == (["at last"], 0)


def test_a_program_that_asks_for_a_terminal_gets_one() -> None:
    code = "import sys; print(sys.stdout.isatty(), sys.stdin.isatty())"
    with run_python(code) as seen:
        seen.until_over()
        assert seen.lines == ["False False"]
    with run_python(code, tty=True) as seen:
        seen.until_over()
        assert seen.lines == ["True True"]
    with run_python("import sys; print(repr(sys.stdin.read()))", tty=True) as seen:
        seen.until_over()  # nobody types, and that is told
        assert seen.lines == ["''"]


def test_of_a_flood_the_last_lines_are_kept() -> None:
    with run_python("for n in range(50_000): print(n)", lines_per_second=100) as seen:
        seen.until_over()
        maker = seen.floor.makers[1]
        assert [line.text for line in maker.said][-20:] == [str(n) for n in range(49_980, 50_000)]
        assert maker.said_count + maker.dropped == 50_000
        assert maker.dropped > 40_000


def test_a_question_that_waits_is_shown_on_a_screen() -> None:
    code = "import sys, time; sys.stdout.write('name? '); sys.stdout.flush(); time.sleep(600)"
    with run_python(code, lines_per_second=100) as seen:
        seen.until(lambda: seen.lines == ["name? "])


def test_what_other_programs_write_stands_with_whoever_had_the_pipe() -> None:
    with run("sh", "-c", "seq 2; echo three; sleep 0.3") as seen:
        seen.until_over()
        assert [line.text for line in seen.floor.makers[1].said] == ["1", "2", "three"]


def test_a_process_is_not_called_as_its_first_thread_is(gate: Gate) -> None:
    code = (
        "import sys, threading\n"
        "threading.main_thread().name = 'Dispatcher'\n"
        "with open(sys.argv[1]) as gate:\n"
        "    thread = threading.Thread(target=gate.readline, name='Loader')\n"
        "    thread.start(); thread.join()\n"
    )
    with run_python(code, gate.path, hook=True) as seen:
        seen.until(lambda: seen.makers("Loader"))
        gate.let_go_on()
        seen.until_over()
        names = {event.name for event in seen.events if isinstance(event, StationSeen)}
        assert names == {"python -c"}


def test_every_thread_is_a_maker_and_their_process_is_shared(gate: Gate) -> None:
    code = (
        "import threading, sys\n"
        "stop = threading.Event()\n"
        "threads = [threading.Thread(target=stop.wait) for _ in range(5)]\n"
        "[thread.start() for thread in threads]\n"
        "sys.stdin.readline()\n"
        "stop.set(); [thread.join() for thread in threads]; sys.stdin.readline()\n"
    )
    with run_python(code, stdin=gate.path) as seen:
        seen.until(lambda: len(seen.floor.makers) == 6)
        gate.let_go_on()
        seen.until(lambda: sum(maker.joined for maker in seen.floor.makers.values()) == 5)
        gate.let_go_on()
        seen.until_over()
        engines = {maker.engine for maker in seen.floor.makers.values()}
        assert engines == {Engine.THREAD}
        assert {maker.state for maker in seen.floor.makers.values()} == {State.DONE}


def test_five_hundred_threads() -> None:
    code = (
        "import threading, time\n"
        "stop = threading.Event()\n"
        "threads = [threading.Thread(target=stop.wait) for _ in range(499)]\n"
        "[thread.start() for thread in threads]\n"
        "print('there', flush=True); time.sleep(600)\n"
    )
    with run_python(code) as seen:
        seen.until(lambda: seen.floor.open == 500)
        (station,) = seen.floor.stations.values()
        assert len(station.makers) == 500


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_make_with_two_jobs(tmp_path: Path) -> None:
    rules = "".join(f"{name}:\n\t@sleep 0.3; echo made {name}\n" for name in "abcd")
    (tmp_path / "Makefile").write_text(f"all: a b c d\n{rules}")
    with run("make", "-j2", "-C", str(tmp_path)) as seen:
        seen.until_over()
        assert {"made a", "made b", "made c", "made d"} <= {*seen.lines}
        assert seen.floor.makers[1].called == "make"
        assert seen.stations("sleep 0.3"), seen.told


def test_a_shell_pipeline(gate: Gate) -> None:
    with run("sh", "-c", "sort | cat | wc -l", stdin=gate.path) as seen:
        seen.until(lambda: seen.makers("cat") and seen.makers("wc") and seen.makers("sort"))
        gate.close()
        seen.until_over()
        assert seen.lines == ["0"]


def test_whoever_daemonises_stays_in_the_picture_and_ends_with_us() -> None:
    code = (
        "import os, time\n"
        "if os.fork(): os._exit(0)\n"
        "os.setsid()\n"
        "if os.fork(): os._exit(0)\n"
        "print(os.getpid(), flush=True)\n"
        "time.sleep(600)\n"
    )
    with run_python(code) as seen:
        seen.until(lambda: seen.lines)
        pid = int(seen.lines[0])
        seen.until(lambda: [each.pid for each in seen.floor.unjoined.values()] == [pid])
        (maker,) = seen.floor.unjoined.values()
    assert not Path(f"/proc/{pid}").exists()
    assert maker.number in seen.floor.makers
    assert seen.floor.makers[maker.number].joined


def test_whoever_daemonises_before_anybody_looks_is_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "daemon.py"
    script.write_text(
        "import os, time\n"
        "if os.fork(): os._exit(0)\n"
        "os.setsid()\n"
        "parent = os.getpid()\n"
        "if os.fork(): os._exit(0)\n"
        "while os.getppid() == parent: time.sleep(0.01)\n"
        "with open('new', 'w') as file: file.write(f'{os.getpid()} {os.getppid()}')\n"
        "os.rename('new', 'taken in'); time.sleep(600)\n"
    )

    def start_late(*arguments: Any) -> StartedProgram:
        started = start_program(*arguments)
        deadline = time.monotonic() + PATIENCE
        while not (tmp_path / "taken in").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return started

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(program_source, "start_program", start_late)
    with run(sys.executable, str(script)) as seen:
        seen.until(lambda: seen.floor.open)
    daemon, parent = map(int, (tmp_path / "taken in").read_text().split())
    if parent != os.getpid():  # it is nobody's of ours, and stays
        os.kill(daemon, signal.SIGKILL)
    assert parent == os.getpid()
    assert not Path(f"/proc/{daemon}").exists()


def test_a_daemon_that_closed_all_files_tells_what_it_does_all_the_same(tmp_path: Path) -> None:
    script = tmp_path / "daemon.py"
    script.write_text(
        "import os, threading, time\n"
        "def step_aside():\n"
        "    if os.fork(): os._exit(0)\n"
        "step_aside(); os.setsid(); step_aside()\n"
        "print('daemon', os.getpid(), flush=True)\n"
        "os.closerange(0, 2000)\n"
        "for mode in (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY): os.open(os.devnull, mode)\n"
        "time.sleep(0.2)\n"  # so long the hook waits until it connects again
        "threading.Thread(target=time.sleep, args=(600,), name='Of the daemon').start()\n"
    )
    with run(sys.executable, str(script), hook=True) as seen:
        seen.until(lambda: seen.makers("Of the daemon"))
        (thread,) = seen.makers("Of the daemon")
        (said,) = [event for event in seen.events if isinstance(event, Said)]
        assert said.line == f"daemon {thread.pid}"
        assert said.maker == seen.floor.stations[thread.station].makers[0], seen.told
        assert not [event for event in seen.events if isinstance(event, Trouble)]


def test_quitting_ends_whoever_ignores_it_too() -> None:
    code = (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True); time.sleep(600)\n"
    )
    with run_python(code) as seen:
        seen.until(lambda: seen.lines)
    assert seen.floor.all_joined
    assert seen.floor.makers[1].exitcode == -signal.SIGKILL


def test_a_program_that_is_not_there_is_told_of() -> None:
    with run("/no/such/program") as seen:
        seen.until_over()
        assert "/no/such/program could not be started: No such file" in seen.told
    with run("true") as other:
        other.until_over()
    known = [(one.floor.run.maps_cores, one.floor.run.unseen) for one in (seen, other)]
    assert known[0] == known[1]  # of cores


def test_a_program_whose_interpreter_is_not_there_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "odd").write_text("#!/no/such/interpreter\n")
    (tmp_path / "odd").chmod(0o755)
    with run(str(tmp_path / "odd")) as seen:
        seen.until_over()
        assert "what its first line names, which is to run it, does not exist" in seen.told


def test_what_is_watched_is_left_alone() -> None:
    with subprocess.Popen(["sleep", "600"]) as sleeper:
        try:
            with watch(sleeper.pid) as seen:
                seen.until(lambda: seen.makers("sleep"))
            assert sleeper.poll() is None
            assert seen.floor.makers[1].state is State.BREWING
        finally:
            sleeper.kill()


def test_whoever_is_left_paused_is_told_of() -> None:
    with subprocess.Popen(["sleep", "600"]) as sleeper:
        try:
            with watch(sleeper.pid) as seen:
                seen.until(lambda: seen.makers("sleep"))
                seen.source.submit(PauseMaker(1))
                seen.until(lambda: seen.floor.makers[1].paused)
            told = [event.text for event in seen.events if isinstance(event, Trouble)]
            assert told == [
                f"pid {sleeper.pid} is paused from here: kill -CONT {sleeper.pid} lets it run again"
            ]
        finally:
            sleeper.kill()


def test_signals_pause_and_resume_reach_it() -> None:
    with subprocess.Popen(["sleep", "600"]) as sleeper:
        with watch(sleeper.pid) as seen:
            seen.until(lambda: seen.makers("sleep"))
            seen.source.submit(PauseMaker(1))
            seen.until(lambda: seen.floor.makers[1].paused)
            seen.source.submit(ResumeMaker(1))
            seen.until(lambda: not seen.floor.makers[1].paused)
            os.kill(sleeper.pid, signal.SIGSTOP)  # somebody else
            seen.until(lambda: seen.floor.makers[1].paused)
            seen.source.submit(KillMaker(1))
            seen.until(lambda: sleeper.poll() is not None)
            seen.until_over()
            assert not [event for event in seen.events if isinstance(event, Trouble)]


def test_whoever_ended_is_not_signalled() -> None:
    with run_python("pass") as seen:
        seen.until_over()
        seen.source.submit(KillMaker(1))
        seen.until(lambda: any(isinstance(event, Trouble) for event in seen.events))


def test_short_lived_children_by_the_hundred() -> None:
    code = "import os\nfor _ in range(300):\n    if os.fork() == 0: os._exit(0)\n    os.wait()\n"
    with run_python(code) as seen:
        seen.until_over()
        came = sum(isinstance(event, Seated) for event in seen.events)
        went = sum(isinstance(event, Exited) for event in seen.events)
        assert came == went
        is_told = "process events" in seen.source.follows_by
        # Where the kernel does not tell, what was missed is told as CPU seconds instead.
        assert came == 301 if is_told else seen.floor.missed is not None or came >= 1


def test_who_wakes_it_is_not_kept_waiting_by_what_the_kernel_tells_of_strangers() -> None:
    with run("sleep", "600", every=None) as seen:
        seen.until(lambda: seen.floor.makers)
        source, waits = seen.source, 0
        poller, following = source._poller, source._following
        assert following is not None
        wait = poller.wait

        def of_strangers(_: float | None) -> list[object]:
            """What is told of strangers comes with the bell, and again after a pause of none."""
            nonlocal waits
            waits += 1
            if waits == 10:
                source.wake()
            others = [token for token in wait(0.0) if token is not source]
            return [source, *others] if waits % 2 == 0 else others

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(poller, "wait", of_strangers)
            patch.setattr(following, "hears_news", lambda: False)
            patch.setattr(source, "_look_at", float("inf"))  # it would return for that, too
            assert source.poll(60.0) == []
        assert waits == 10
