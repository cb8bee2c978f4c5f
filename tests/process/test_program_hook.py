"""The hook in real programs: it tells what they do, and they do nothing else than without it."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from chai_tui.model.program_events import BlockKind
from chai_tui.sources.program.hearing import door
from chai_tui.sources.program.hearing.messages import (
    SHARED_KEYS,
    BlockedOn,
    ChildBegan,
    Holds,
    HookFailed,
    Output,
    ProcessBegan,
    Raised,
    Renamed,
    TaskBegan,
    TaskEnded,
    ThreadBegan,
    ThreadEnded,
    WentOn,
)
from chai_tui.sources.program.hearing.receiver import FOLDER, MOST_OF_ONE, HookReceiver
from tests.hooked import Ran, own_environment, python, run_alone, run_hooked
from tests.thorough import briefly

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the hook is for Linux only")

LESSON = """
import sys, time
from multiprocessing import Process, set_start_method

def brew_chai(name):
    print(f"Start of {name} chai brewing")
    time.sleep(0.2)
    print(f"End of {name} chai brewing")

if __name__ == "__main__":
    set_start_method(sys.argv[1])
    chai_makers = [Process(target=brew_chai, args=(f"Chai Maker #{i+1}",)) for i in range(3)]
    for p in chai_makers:
        p.start()
    for p in chai_makers:
        p.join()
    print("All chai served")
"""


ASLEEP = """
import os, time

def until_asleep(thread=os.getpid()):
    # Who is kept from a core is not, and who waits for the GIL would have it in between.
    times = 0
    while times < 20:
        with open(f"/proc/{thread}/stat") as file:
            times = times + 1 if ") S " in file.read() else 0
        time.sleep(0.005)
"""
"""Waits until another thread, or main, of any process waits for something, and has told it."""


def write(folder: Path, code: str, name: str = "lesson.py") -> None:
    (folder / name).write_text(textwrap.dedent(code))


def check_lesson(ran: Ran) -> None:
    assert ran.returncode == 0
    assert not ran.of(HookFailed)
    began = {one.name: one for one in ran.of(ProcessBegan) if one.target == "brew_chai"}
    assert set(began) == {"Process-1", "Process-2", "Process-3"}
    main = ran.messages[0]
    assert isinstance(main, ProcessBegan)
    assert main.script == "lesson.py"
    for number in (1, 2, 3):
        pid = began[f"Process-{number}"].pid
        assert ran.written[pid, 1].decode().splitlines() == [
            f"Start of Chai Maker #{number} chai brewing",
            f"End of Chai Maker #{number} chai brewing",
        ]
    assert ran.written[main.pid, 1] == b"All chai served\n"
    pids = {one.pid for one in began.values()}
    joined = [one for one in ran.of(BlockedOn) if one.kind is BlockKind.JOIN]
    assert joined
    assert all(one.pid == main.pid and one.whom_pid in pids for one in joined)
    assert len(joined) == len([one for one in ran.of(WentOn) if one.pid == main.pid])


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_the_lesson_tells_who_brews_and_who_waits_for_whom(method: str, tmp_path: Path) -> None:
    write(tmp_path, LESSON)
    check_lesson(run_hooked(python("lesson.py", method), tmp_path))


def other_pythons() -> list[str]:
    """Return the oldest and the newest other Python here, of those that the hook knows."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = []
    for minor in range(8, 16):
        there = [*versions.glob(f"3.{minor}.*/bin/python3")]
        on_path = shutil.which(f"python3.{minor}")
        if on_path and "shims" not in Path(on_path).parts:  # a shim runs only what is chosen
            there.append(Path(on_path))
        if minor != sys.version_info.minor:
            found += [str(path) for path in there[:1]]
    return [*dict.fromkeys([*found[:1], *found[-1:]])]


@briefly("method", ["fork", "spawn"])
@pytest.mark.parametrize("other", other_pythons(), ids=lambda path: Path(path).parts[-3])
def test_other_pythons_tell_the_same(other: str, method: str, tmp_path: Path) -> None:
    write(tmp_path, LESSON)
    check_lesson(run_hooked([other, "lesson.py", method], tmp_path))


POOLS = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

def brew(n):
    if n == 3:
        raise ValueError("no milk")

if __name__ == "__main__":
    kind = sys.argv[1]
    if kind in ("ThreadPoolExecutor", "ProcessPoolExecutor"):
        with globals()[kind](2) as pool:
            for future in [pool.submit(brew, n) for n in range(4)]:
                future.exception()
    else:
        with multiprocessing.Pool(2) if kind == "Pool" else ThreadPool(2) as pool:
            try:
                pool.map(brew, range(4), chunksize=1)
            except ValueError:
                pass
            pool.close()
            pool.join()
"""


@pytest.mark.parametrize(
    "kind", ["ThreadPoolExecutor", "ProcessPoolExecutor", "Pool", "ThreadPool"]
)
def test_pools_tell_each_task_and_what_it_raised(kind: str, tmp_path: Path) -> None:
    write(tmp_path, POOLS)
    ran = run_hooked(python("lesson.py", kind), tmp_path)
    assert ran.returncode == 0
    assert not ran.of(HookFailed)
    assert [one.name for one in ran.of(TaskBegan)] == ["brew"] * 4
    assert sorted(one.error for one in ran.of(TaskEnded)) == ["", "", "", "ValueError: no milk"]
    workers = {(one.pid, one.tid) for one in ran.of(TaskBegan)}
    in_processes = kind in {"ProcessPoolExecutor", "Pool"}
    assert all((pid == tid) == in_processes for pid, tid in workers)


def test_threads_tell_their_names_and_what_they_wait_for(tmp_path: Path) -> None:
    code = """
    import queue, threading, multiprocessing
    full, empty, over = queue.Queue(1), queue.Queue(), threading.Event()
    between = multiprocessing.Queue(1)
    def brew():
        threading.current_thread().name = "Kettle"
        full.put(1)
        full.put(2)
        over.wait()
        between.get()
        between.get()
    t = threading.Thread(target=brew, name="Pot")
    t.start()
    until_asleep(t.native_id)
    full.get()
    until_asleep(t.native_id)
    over.set()
    try:
        empty.get(timeout=0.1)
    except queue.Empty:
        pass
    until_asleep(t.native_id)
    between.put(1)
    until_asleep(t.native_id)
    between.put(2)
    t.join()
    t.name = "Nobody"
    """
    write(tmp_path, ASLEEP + textwrap.dedent(code))
    ran = run_hooked(python("lesson.py"), tmp_path)
    assert ran.returncode == 0
    assert not ran.of(HookFailed)
    pot, *_ = ran.of(ThreadBegan)
    assert (pot.name, pot.target) == ("Pot", "brew")
    assert [one.name for one in ran.of(Renamed) if one.tid == pot.tid] == ["Kettle", "Nobody"]
    assert pot.tid in {one.tid for one in ran.of(ThreadEnded)}
    waits = [(one.kind, one.name) for one in ran.of(BlockedOn) if one.tid == pot.tid]
    assert waits[:3] == [
        (BlockKind.PUT, "Queue"),
        (BlockKind.CONDITION, "Event.wait"),
        (BlockKind.GET, "Queue"),
    ]
    main = [(one.kind, one.whom_tid) for one in ran.of(BlockedOn) if one.tid == pot.pid]
    assert (BlockKind.GET, 0) in main
    assert len(ran.of(WentOn)) == len(ran.of(BlockedOn))


LOCKS = f"""{ASLEEP}
import multiprocessing, queue, sys, threading

def take(lock, ready=None, main=0):
    if ready:
        until_asleep(main)
        ready.set()
    with lock:
        pass

def held(lock, waiter, ready):
    with lock:
        waiter.start()
        ready.wait()
        until_asleep(getattr(waiter, "native_id", 0) or waiter.pid)
    waiter.join()

def put_later(into):
    until_asleep()
    into.put(1)

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    for lock in threading.Lock(), threading.RLock(), threading.Condition():
        ready = threading.Event()
        held(lock, threading.Thread(target=take, args=(lock, ready, os.getpid())), ready)
    often = threading.Lock()
    for _ in range(5_000):
        take(often)
    ready = threading.Event()
    held(often, threading.Thread(target=take, args=(often, ready, os.getpid())), ready)
    lock = threading.Lock()
    with lock:
        lock.acquire(timeout=0.1)
    for lock in multiprocessing.Lock(), multiprocessing.RLock():
        ready = multiprocessing.Event()
        of = lock, ready, os.getpid()
        held(lock, multiprocessing.Process(target=take, args=of), ready)
    simple = queue.SimpleQueue(), multiprocessing.SimpleQueue()
    for one in simple:
        threading.Thread(target=put_later, args=(one,)).start()
        one.get()
"""


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_who_waits_for_a_lock_tells_who_has_it(start: str, tmp_path: Path) -> None:
    write(tmp_path, LOCKS)
    ran = run_hooked(python("lesson.py", start), tmp_path)
    assert ran.returncode == 0
    assert not ran.of(HookFailed)
    told = [one for one in ran.of(BlockedOn) if one.kind is BlockKind.LOCK]
    main = told[0].pid
    plain = [one for one in told if one.name.startswith("of lesson.py:")]
    known = [one.whom_tid == main for one in plain]
    assert known == [True, True, True, False]  # of one that is taken often nothing is told
    assert [one.timeout for one in plain] == [None] * 3 + [0.1]
    between = [one for one in told if one.name.startswith("of multiprocessing.")]
    assert [one.name for one in between] == ["of multiprocessing.Lock", "of multiprocessing.RLock"]
    # As main waited for their event, it told what it had then.
    assert [one.key for one in ran.of(Holds) if one.pid == main] == [one.key for one in between]
    assert min(one.key for one in between) >= SHARED_KEYS
    got = [one.name for one in ran.of(BlockedOn) if one.kind is BlockKind.GET]
    assert got == ["SimpleQueue", "SimpleQueue"]
    assert len(ran.of(WentOn)) == len(ran.of(BlockedOn))


OPENED_BY_ANYBODY = f"""{ASLEEP}
import _chai_hook.waits.locks as ours
import signal, threading

said = []

def saying(*what, **options):
    told(*what, **options)
    said.append(threading.get_ident())

told, ours.told = ours.told, saying

def waits_for(lock):
    def take():
        lock.acquire()
        lock.release()
    said.clear()
    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    while thread.ident not in said:
        time.sleep(0.01)
    return thread

def have(lock):
    lock.acquire()
    thread = waits_for(lock)
    lock.release()
    thread.join()

def hold():
    with locks[0], locks[1]:
        ready.set()
        over.wait()

have(threading.Lock())
have(threading.RLock())
locks = threading.Lock(), threading.RLock(), threading.Lock()
ready, over = threading.Event(), threading.Event()
threading.Thread(target=hold).start()
ready.wait()
with locks[2]:
    child = os.fork()
    if not child:
        for _ in range(3):  # one of whom is where the one that has two of the locks was
            threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
        for lock in locks:
            waits_for(lock)
        os._exit(0)
    os.waitpid(child, 0)
over.set()
for handler in signal.default_int_handler, lambda *_: None:
    signal.signal(signal.SIGINT, handler)
    thread = threading.Thread(target=until_asleep)
    thread.start()
    thread.join()
"""


def test_of_a_lock_that_anybody_may_open_nobody_is_told_to_have_it(tmp_path: Path) -> None:
    write(tmp_path, OPENED_BY_ANYBODY)
    ran = run_hooked(python("lesson.py"), tmp_path)
    assert ran.returncode == 0
    assert not ran.of(HookFailed)
    locks = [one for one in ran.of(BlockedOn) if one.kind is BlockKind.LOCK]
    assert [one.whom_tid > 0 for one in locks] == [False, True, False, False, True]
    joins = [one.handles_signals for one in ran.of(BlockedOn) if one.kind is BlockKind.JOIN]
    assert joins[-2:] == [False, True]
    assert not any(joins[:-2])  # threads of before, that went on late


def test_an_event_loop_tells_its_tasks_and_what_they_raised(tmp_path: Path) -> None:
    code = """
    import asyncio, fcntl, struct, termios, time
    from _chai_hook import link
    def wait_until_read():  # or some would be dropped where others keep the reader from its core
        while struct.unpack("i", fcntl.ioctl(link.state.socket, termios.TIOCOUTQ, bytes(4)))[0]:
            time.sleep(0.001)
    async def brew(cup):
        await asyncio.sleep(0)
        if cup:
            raise ValueError("no milk")
    async def main():
        await asyncio.create_task(brew(0), name="first")
        await asyncio.gather(*map(brew, range(5)), return_exceptions=True)
        for number in range(2_000):  # more than are told
            if not number % 20:
                wait_until_read()
            await asyncio.create_task(brew(0))
    asyncio.run(main())
    """
    write(tmp_path, code)
    ran = run_hooked(python("lesson.py"), tmp_path)
    assert ran.returncode == 0
    assert not ran.of(HookFailed)
    began = ran.of(TaskBegan)
    assert [one.name for one in began[:7]] == ["main", "first", *["brew"] * 5]
    assert len({one.number for one in began}) == len(began)
    errors = [one.error for one in ran.of(TaskEnded)]
    assert errors.count("ValueError: no milk") == 4
    assert not ran.dropped
    assert {one.number for one in began} == {one.number for one in ran.of(TaskEnded)}


SIGNALS_MAIN = f"""{ASLEEP}
import signal, threading

def signal_main(number, stays=0):
    until_asleep()
    os.kill(os.getpid(), number)
    time.sleep(stays)

"""
SAME = {
    "raises": "def f(): raise ValueError('x')\ntry: 1/0\nexcept Exception: f()",
    "exits with 3": "import sys; print('a'); sys.exit(3)",
    "is killed": "import os, signal; print('a', flush=True); os.kill(os.getpid(), signal.SIGKILL)",
    "forks": (
        "import os\npid = os.fork()\nif pid == 0:\n    os.write(1, b'child\\n'); os._exit(4)\n"
        "print(os.waitpid(pid, 0)[1])"
    ),
    "ignores its children": (
        "import multiprocessing, os, signal, subprocess\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "print('there', flush=True)\n"
        "for n in range(3):\n"
        "    if not os.fork(): print('child', n); raise SystemExit(n)\n"
        "try: os.wait()\n"
        "except ChildProcessError as error: print(error)\n"
        "print(subprocess.run(['true']).returncode)\n"
        "p = multiprocessing.get_context('fork').Process(target=print, args=('p',))\n"
        "p.start(); p.join(); print(p.exitcode)"
    ),
    "forks with files of its own where ours were": (
        "import os\n"
        "os.closerange(3, 2000)\n"
        "theirs = [open(os.devnull) for _ in range(1000)]\n"
        "for n in range(2):\n"
        "    if not os.fork():\n"
        "        print('child', n, len([one.close() for one in theirs])); raise SystemExit\n"
        "    os.wait()\n"
        "print(len([one.close() for one in theirs]))"
    ),
    "forks while alarms go off": (
        "import os, signal, sys\n"
        "rung = []\n"
        "signal.signal(signal.SIGALRM, lambda *_: rung.append(1))\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\n"
        "for n in range(20):\n"
        "    if not os.fork(): print('child', n); raise SystemExit(n)\n"
        "    code = os.waitstatus_to_exitcode(os.wait()[1])\n"
        "    assert code == n, code\n"
        "print(bool(rung))"
    ),
    "raises in a thread": (
        "import threading\ndef f(): raise ValueError('t')\n"
        "t = threading.Thread(target=f); t.start(); t.join()"
    ),
    "raises in a process": (
        "import multiprocessing as m\n"
        "def f(q): q.get(timeout=0.05)\n"
        "if __name__ == '__main__':\n"
        "    q = m.Queue(); p = m.Process(target=f, args=(q,))\n"
        "    p.start(); p.join(); print(p.exitcode)"
    ),
    "is interrupted in a join": (
        f"{SIGNALS_MAIN}"
        "t = threading.Thread(target=signal_main, args=(signal.SIGINT, 0.3)); t.start()\n"
        "t.join()"
    ),
    "waits a while for a command": f"{SIGNALS_MAIN}"
    """if 1:
        import inspect, subprocess
        def end_input(process):
            until_asleep()
            process.stdin.close()
        def tried(call, *args, **options):
            try: return call(*args, **options)
            except Exception as error: return type(error).__name__, str(error)
        wait = subprocess.Popen.wait
        print(wait.__name__, wait.__qualname__, wait.__doc__, inspect.signature(wait))
        p = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        print(tried(p.wait, 0.02), tried(p.wait, timeout=0), tried(p.wait, -1), tried(p.wait, "1"))
        print(tried(p.wait, 1, 2), tried(p.wait, seconds=1), tried(wait), tried(wait, p, 0.02))
        print(tried(subprocess.Popen.__new__(subprocess.Popen).wait, 1))
        threading.Thread(target=end_input, args=(p,)).start()
        print(p.wait(60.5), p.wait(60.5), p.wait(), p.returncode)
        print(tried(subprocess.run, ["sleep", "60"], timeout=0.05)[0])
        p = subprocess.Popen(["sh", "-c", "read line; kill -INT $PPID"], stdin=subprocess.PIPE)
        p._sigint_wait_secs = 60  # an interrupt waits a little for it
        threading.Thread(target=end_input, args=(p,)).start()
        try: p.wait(60)
        finally: print(p.returncode, flush=True)
    """,
    "is interrupted at a lock": (
        f"{SIGNALS_MAIN}"
        "a = threading.Lock(); a.acquire()\n"
        "threading.Thread(target=signal_main, args=(signal.SIGINT,)).start()\n"
        "with a: pass"
    ),
    "uses its locks in every way": """if 1:
        import copy, pickle, sys, threading, weakref, _thread
        def tried(call, *args):
            try: return call(*args)
            except Exception as error: return type(error).__name__, str(error)
        assert pickle.loads(pickle.dumps(threading.Lock)) in (threading.Lock, _thread.allocate_lock)
        for lock in threading.Lock(), threading.RLock():
            print(lock.acquire(), lock.acquire(timeout=0.02), tried(lock.acquire, False, 1))
            print(tried(lock.acquire, True, -5), tried(pickle.dumps, lock), tried(copy.copy, lock))
            print(isinstance(lock, type(threading.Lock())), lock.__class__, dir(lock))
            print(repr(lock).split()[0], hasattr(lock, "_release_save"))
            print(lock.release(), tried(setattr, lock, "milk", 1)[0])
            while not isinstance(tried(lock.release), tuple): pass
            with lock as taken: print(taken, tried(lock.release), tried(lock.release))
            with threading.Condition(lock) as condition: print(condition.wait(0.02))
            for _ in range(3_000):
                with lock: pass
            gone = weakref.ref(lock)
            del lock, condition
            print(gone())
    """,
    "has tasks that it shows": """if 1:
        import asyncio
        async def brew(cup):
            if cup: raise ValueError("no milk")
        async def main():
            loop = asyncio.get_running_loop()
            loop.slow_callback_duration = 60  # -X dev logs what a crowded machine makes slow
            lost = asyncio.create_task(brew(1)); print(str(lost).partition(" created")[0])
            kept = loop.create_task(brew(0)); kept.add_done_callback(lambda _: None); print(kept)
            await kept
            if hasattr(asyncio, "eager_task_factory"):
                loop.set_task_factory(asyncio.eager_task_factory)
                print(await asyncio.gather(brew(0), brew(0)))
        asyncio.run(main())
    """,
    "is interrupted at a queue": (
        f"{SIGNALS_MAIN}"
        "import queue\n"
        "threading.Thread(target=signal_main, args=(signal.SIGINT,)).start()\n"
        "queue.Queue().get()"
    ),
    "handles a signal while it waits": (
        f"{SIGNALS_MAIN}"
        "import multiprocessing\n"
        "class Late(OSError): pass\n"
        "def late(*_): raise Late('late')\n"
        "signal.signal(signal.SIGALRM, late)\n"
        "theirs = multiprocessing.Queue()\n"
        "threading.Thread(target=signal_main, args=(signal.SIGALRM,)).start()\n"
        "try: theirs.get()\n"
        "except Late as error: print(error)"
    ),
    "recurses without end": (
        "import threading\n"
        "def f():\n"
        "    t = threading.Thread(target=len, args=('',), name='t'); t.name = 'u'\n"
        "    return f()\n"
        "try: f()\n"
        "except RecursionError: print('deep')\n"
    ),
    "starts others": (
        "import subprocess, sys\n"
        "told = subprocess.check_output([sys.executable, '-c', 'import sys; print(*sys.path)'])\n"
        "print(told)\n"
        "sys.stdout.flush(); subprocess.call([sys.executable, '-c', 'print(1)'])\n"
        "subprocess.call('echo shell', shell=True, preexec_fn=lambda: None)"
    ),
    "looks round": """if 1:
        import inspect, multiprocessing.queues, os, signal, sys, threading, warnings
        from multiprocessing.process import BaseProcess
        print(sys.path[1:], 'sitecustomize' in sys.modules, sys.excepthook is sys.__excepthook__)
        print(sorted(n for n in os.environ if not n.startswith(('CHAI_TUI_HOOK', 'PYTHONPATH'))))
        print(warnings.filters, signal.getsignal(signal.SIGINT), threading.active_count())
        print(open(os.devnull).fileno(), threading.excepthook is threading.__excepthook__)
        for f in (threading.Thread.join, BaseProcess.join, multiprocessing.queues.Queue.get):
            print(f.__name__, f.__qualname__, f.__module__, f.__doc__, inspect.signature(f))
        try:
            import sitecustomize
            print(sitecustomize.MARK)
        except ImportError as error:
            print(repr(error))
    """,
}
SITES = {
    "": None,
    "their own": "import sys; sys.stdout.write('theirs\\n'); MARK = 1",
    "one that raises": "raise RuntimeError('bad site')",
    "one that lacks something": "import nothing_of_that_name",
}


def compare(folder: Path, *arguments: str, site: str | None = None) -> Ran:
    environment = own_environment()
    if site is not None:
        (folder / "site").mkdir()
        (folder / "site" / "sitecustomize.py").write_text(site)
        environment["PYTHONPATH"] = str(folder / "site")
    alone = run_alone(python(*arguments), folder, environment)
    ran = run_hooked(python(*arguments), folder, environment)
    assert ran.returncode == alone.returncode
    assert ran.all_written(1) == sorted(alone.stdout.splitlines())
    assert ran.all_written(2) == sorted(alone.stderr.splitlines())
    assert not ran.of(HookFailed)
    return ran


@pytest.mark.parametrize("what", SAME)
def test_a_program_ends_and_writes_as_without_the_hook(what: str, tmp_path: Path) -> None:
    write(tmp_path, SAME[what])
    ran = compare(tmp_path, "-W", "error", "-X", "dev", "lesson.py")
    if what == "waits a while for a command":
        joined = [one for one in ran.of(BlockedOn) if one.kind is BlockKind.JOIN]
        assert [round(one.timeout or 0, 1) for one in joined] == [0.0, 0.0, 60.5, 0.0, 60.0]
        began = [one.child for one in ran.of(ChildBegan)]
        assert [*dict.fromkeys(one.whom_pid for one in joined)] == began
        assert len(ran.of(WentOn)) == len(joined)
    if what.startswith("raises"):
        (raised,) = ran.of(Raised)
        assert 'lesson.py", line ' in raised.traceback
        assert raised.error.partition(":")[0] in {"ValueError", "Empty"}


@briefly("site", SITES, keep=(1, 2))
def test_their_own_sitecustomize_runs_as_without_ours(site: str, tmp_path: Path) -> None:
    write(tmp_path, SAME["looks round"])
    assert compare(tmp_path, "lesson.py", site=SITES[site]).of(ProcessBegan)


@pytest.mark.parametrize("option", ["-I", "-S", "-E"])
def test_a_python_that_looks_at_no_variable_tells_nothing(option: str, tmp_path: Path) -> None:
    write(tmp_path, "import threading; print(threading.active_count())")
    ran = compare(tmp_path, option, "lesson.py")
    assert option == "-S" or not ran.messages


def test_a_program_that_closes_every_file_tells_the_rest_on_a_connection_of_its_own(
    tmp_path: Path,
) -> None:
    code = """
    import os, threading, time
    os.closerange(3, 2000)
    theirs = [open(os.devnull) for _ in range(1000)]  # where ours were, among others
    time.sleep(0.2)
    t = threading.Thread(target=print, args=("late",), name="Late")
    t.start()
    t.join()
    for one in theirs:
        one.close()  # each is still theirs
    """
    write(tmp_path, code)
    ran = compare(tmp_path, "lesson.py")
    assert [one.name for one in ran.of(ThreadBegan)] == ["Late"]


def test_a_forked_child_is_told_of_at_once_and_has_output_of_its_own(tmp_path: Path) -> None:
    code = """
    import os, subprocess
    print("before", flush=True)
    if not os.fork():
        print("of the child")
        raise SystemExit
    os.wait()
    if os.spawnlp(os.P_WAIT, "true", "true"):
        raise SystemExit(1)
    subprocess.run(["true"], preexec_fn=lambda: None, check=True)
    print("after")
    """
    write(tmp_path, code)
    ran = run_hooked(python("lesson.py"), tmp_path)
    assert ran.returncode == 0
    main, child = ran.of(ProcessBegan)  # and of nobody who only became another program
    assert child.parent == main.pid
    assert ran.written[child.pid, 1] == b"of the child\n"
    assert ran.written[main.pid, 1] == b"before\nafter\n"


AS_ANOTHER = """
import os
os.setuid(65534)
if os.fork():
    raise SystemExit(os.wait()[1] != 0)
print("of the child")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_what_another_user_prints_is_read(tmp_path: Path) -> None:
    write(tmp_path, AS_ANOTHER)
    ran = run_hooked(python("lesson.py"), tmp_path)
    assert ran.returncode == 0
    _, child = ran.of(ProcessBegan)
    assert ran.written[child.pid, 1] == b"of the child\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_who_would_not_be_let_in_hands_nothing_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_is_root", lambda: False)
    write(tmp_path, AS_ANOTHER)
    with contextlib.closing(HookReceiver()) as receiver:
        read, theirs = os.pipe()
        environment = receiver.environment(own_environment(), theirs)
        command = python("lesson.py")
        with subprocess.Popen(command, cwd=tmp_path, stdout=theirs, env=environment) as child:
            os.close(theirs)
        messages = receiver.read_all()
        pipes = [read, *(one.out for one in messages if isinstance(one, Output) and one.out)]
        written = b"".join(os.read(pipe, 100) for pipe in pipes)
        for pipe in pipes:
            os.close(pipe)
    assert child.returncode == 0
    assert written == b"of the child\n"


@pytest.mark.thorough
def test_of_very_many_forked_children_those_are_told_of_that_do_something(tmp_path: Path) -> None:
    code = """
    import os, threading
    for n in range(200):
        if not os.fork():
            if n == 199:
                t = threading.Thread(target=len, args=("",), name="Of the last")
                t.start(); t.join()
            os._exit(0)
        os.wait()
    """
    write(tmp_path, code)
    began = time.monotonic()
    ran = run_hooked(python("lesson.py"), tmp_path)
    seconds = int(time.monotonic() - began) + 1
    children = ran.of(ProcessBegan)[1:]
    assert 1 < len(children) <= min(200, 50 * seconds + 1)
    assert [one.name for one in ran.of(ThreadBegan)] == ["Of the last"]


def test_a_python_that_is_given_a_copy_of_the_environment_has_output_of_its_own(
    tmp_path: Path,
) -> None:
    code = """
    import os, subprocess, sys
    if len(sys.argv) == 1:
        print("from here", flush=True)
        subprocess.run([sys.executable, __file__, "again"], env=dict(os.environ), check=True)
    else:
        print("from there")
    """
    write(tmp_path, code)
    ran = run_hooked(python("lesson.py"), tmp_path)
    main, other = ran.of(ProcessBegan)
    assert ran.written[main.pid, 1] == b"from here\n"
    assert ran.written[other.pid, 1] == b"from there\n"


MANY_TASKS = """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as pool:
    print(sum(pool.map(abs, range(-5000, 0))))
"""


@briefly("gone", [True, False], ids=["gone", "never reads"], keep=(1,))
def test_a_program_goes_on_though_nobody_listens(tmp_path: Path, gone: bool) -> None:
    receiver = HookReceiver()
    environment = receiver.environment(own_environment())
    if gone:
        receiver.close()
    write(tmp_path, MANY_TASKS)
    done = run_alone(python("lesson.py"), tmp_path, environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"12502500\n", b"")
    messages = [*receiver.read(), *receiver.read(), *receiver.read()]
    assert bool(messages) is not gone
    assert len(messages) < 5_000
    receiver.close()
    receiver.close()


def test_what_was_dropped_is_counted(tmp_path: Path) -> None:
    receiver = HookReceiver()
    write(
        tmp_path,
        MANY_TASKS + "print(flush=True); input(); import threading\n"
        "t = threading.Thread(target=len, args=('',)); t.start(); t.join()\n",
    )
    child = subprocess.Popen(
        python("lesson.py"),
        cwd=tmp_path,
        env=receiver.environment(own_environment()),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == b"12502500\n"
    child.stdout.readline()
    seen = 0
    while messages := receiver.read():
        seen += len(messages)
    child.communicate(b"\n", timeout=60)
    while messages := receiver.read():
        seen += len(messages)
    assert receiver.tally.dropped > 0
    # The process, its three threads, and two a task; a wait that lasted may be told too.
    assert seen + receiver.tally.dropped >= 10_000
    receiver.close()


def test_a_hook_that_fails_says_so_once_and_the_program_goes_on(tmp_path: Path) -> None:
    code = """
    import sys, threading
    sys.modules["_chai_hook.threads"].name_of = None
    for _ in range(2):
        t = threading.Thread(target=print, args=("on",)); t.start(); t.join()
    """
    write(tmp_path, code)
    ran = run_hooked(python("lesson.py"), tmp_path, own_environment())
    # Modules of ours are loaded with theirs.
    assert ran.returncode == 0
    assert ran.all_written(1) == [b"on", b"on"]
    (failed,) = ran.of(HookFailed)
    assert failed.why.startswith("TypeError: ")
    assert not ran.of(ThreadBegan)


def test_anybody_may_write_into_the_socket(tmp_path: Path) -> None:
    receiver = HookReceiver()
    address = receiver.environment({})["CHAI_TUI_HOOK"].partition(":")[0]
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
        stranger.connect("\0" + address[1:])
        stranger.send(b"nonsense")
        stranger.send(b"x" * 10_000)
        with (tmp_path / "file").open("w") as file:
            socket.send_fds(
                stranger, [b"O\x1f1\x1f12\x1f7:0,8:0"], [file.fileno()]
            )  # one is missing
            socket.send_fds(stranger, [b"E\x1f1\x1f12"], [file.fileno()] * 3)
        open_before = len([*Path("/proc/self/fd").iterdir()])
        messages = receiver.read()
    assert messages == [ThreadEnded(1, os.getpid(), 12)]
    assert receiver.tally.passed_over == 3
    assert len([*Path("/proc/self/fd").iterdir()]) == open_before
    receiver.close()


def test_a_flood_of_one_makes_nobody_else_wait() -> None:
    receiver = HookReceiver()
    address = "\0" + receiver.environment({})["CHAI_TUI_HOOK"].partition(":")[0][1:]
    with contextlib.ExitStack() as stack:
        flooding, quiet = (
            stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
            for _ in range(2)
        )
        for stranger in (flooding, quiet):
            stranger.setblocking(False)
            stranger.connect(address)
        with contextlib.suppress(BlockingIOError):
            while True:
                flooding.send(b"E\x1f1\x1f12")
        quiet.send(b"U\x1f1\x1f13")
        messages = receiver.read()
    assert WentOn(1, os.getpid(), 13) in messages
    assert len(messages) <= MOST_OF_ONE + 1
    receiver.close()


def test_output_of_a_program_that_has_one_pipe_for_both_stays_in_order(tmp_path: Path) -> None:
    receiver = HookReceiver()
    read, write_end = os.pipe()
    code = "import sys; print(1, flush=True); print(2, file=sys.stderr, flush=True); print(3)"
    write(tmp_path, code)
    environment = receiver.environment(own_environment(), write_end, write_end)
    subprocess.run(
        python("lesson.py"),
        cwd=tmp_path,
        env=environment,
        stdout=write_end,
        stderr=write_end,
        check=True,
    )
    os.close(write_end)
    assert os.read(read, 100) == b""
    (output,) = [one for one in receiver.read() if isinstance(one, Output)]
    assert output.out is not None
    assert output.out == output.err
    assert os.read(output.out, 100) == b"1\n2\n3\n"
    os.close(output.out)
    os.close(read)
    receiver.close()


def test_what_was_on_the_path_stays_behind_ours() -> None:
    receiver = HookReceiver()
    ours = str(FOLDER)
    for before, after in (("", ours), ("/a:/b", f"{ours}:/a:/b"), (f"/a:{ours}", f"{ours}:/a")):
        assert receiver.environment({"PYTHONPATH": before})["PYTHONPATH"] == after
    assert receiver.environment({"HOME": "/home"})["HOME"] == "/home"
    receiver.close()


def test_a_process_that_is_killed_leaves_no_half_message(tmp_path: Path) -> None:
    code = """
    import threading
    while True:
        t = threading.Thread(target=len, args=("",)); t.start(); t.join()
    """
    write(tmp_path, code)
    receiver = HookReceiver()
    child = subprocess.Popen(
        python("lesson.py"), cwd=tmp_path, env=receiver.environment(own_environment())
    )
    seen = 0
    deadline = time.monotonic() + 60
    while seen < 100 and time.monotonic() < deadline:
        select.select([receiver], [], [], 1)
        seen += len(receiver.read())
    child.send_signal(signal.SIGKILL)
    child.wait()
    while receiver.connections:
        receiver.read()
    assert seen >= 100
    assert receiver.tally.passed_over == 0
    receiver.close()
