"""What makers do in these tests: each function is one way to behave, or to end."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

from chai_tui.model.recipe import Recipe, Step, StepKind


def doing(*calls: Callable[[], object]) -> Recipe:
    """Return a recipe that calls these one after the other."""
    return Recipe("test", tuple(Step("act", StepKind.CALL, call=call) for call in calls))


def steps(**seconds: float) -> Recipe:
    """Return a recipe with one step a kind: ``steps(wait=1.0, compute=0.5)``."""
    return Recipe(
        "test", tuple(Step(kind, StepKind(kind), float(time)) for kind, time in seconds.items())
    )


def printing(text: str, *, end: str = "\n") -> Callable[[], None]:
    return partial(print, text, end=end)


def c_write(descriptor: int, data: bytes) -> Callable[[], object]:
    """Write as C code does: to the descriptor, past Python."""
    return partial(os.write, descriptor, data)


def fail() -> None:
    raise ValueError("no milk")


def fail_without_stderr() -> None:
    """Fail where there is no stream to say so."""
    sys.stderr = None
    raise ValueError("no milk")


def fail_with_stderr_closed() -> None:
    """Fail where the stream to say so is closed."""
    sys.stderr.close()
    raise ValueError("no milk")


def fail_with_long_traceback() -> None:
    def deeper(depth: int) -> None:
        if depth == 0:
            raise ValueError("[bold]no milk[/bold]\x1b[31m " + "x" * 5_000)
        deeper(depth - 1)

    deeper(300)


_counted = 0
_counting = threading.Lock()


def count() -> None:
    """Count in a global variable, and say how far it is."""
    global _counted  # noqa: PLW0603 - who shares it is the point
    with _counting:
        _counted += 1
        print("count", _counted)
    time.sleep(0.2)


def print_in_a_thread() -> None:
    thread = threading.Thread(target=print, args=("from a thread of mine",))
    thread.start()
    thread.join()


def exit_with(code: object) -> Callable[[], None]:
    return partial(sys.exit, code)  # type: ignore[arg-type]


def leave_at_once(code: int) -> Callable[[], None]:
    return partial(os._exit, code)


def segfault() -> None:
    ctypes.string_at(0)


def kill_myself(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(60)


def killing_itself(number: int) -> Callable[[], None]:
    return partial(kill_myself, number)


def ignore_sigterm() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("ignoring")


def sleep_long() -> None:
    time.sleep(600)


def compute_for_ever() -> None:
    print("computing", flush=True)
    while True:
        pass


def hold_the_gil_in_c() -> None:
    """One call that neither returns nor releases the GIL: PyDLL keeps it."""
    print("in C")
    libc = ctypes.PyDLL(None)
    libc.sleep(600)


def leave_a_grandchild() -> None:
    """Start a process that keeps both streams open and outlives its maker."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(f"grandchild {child.pid}")


def print_for_ever() -> None:
    number = 0
    while True:
        number += 1
        print("line", number)


def use_up_memory() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))


def use_up_all_memory() -> None:
    """Leave not even what it takes to say so: the traceback holds what was hoarded."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
    hoard: list[object] = [None] * 100_000
    size, kept = 16 << 20, 0
    while True:
        try:
            hoard[kept] = bytearray(size)
            kept += 1
        except MemoryError:
            if size < 1_024:
                raise
            size //= 2
