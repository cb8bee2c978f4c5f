"""Who this process is: which Python runs what, and for whom."""

from __future__ import annotations

import os
import sys

LONGEST = 200
HELPERS = {
    "multiprocessing.forkserver": "fork server",
    "multiprocessing.resource_tracker": "resource tracker",
    "multiprocessing.semaphore_tracker": "resource tracker",
    "loky.backend.resource_tracker": "resource tracker",
    "joblib.externals.loky.backend.resource_tracker": "resource tracker",
}
_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}


def introduction() -> tuple[object, ...]:
    """Return how this process introduces itself while it starts."""
    return os.getppid(), is_helper(), "", _python(), script()


def _arguments() -> list[str]:
    arguments = getattr(sys, "orig_argv", None)  # of Python 3.10
    if arguments is None:
        with open("/proc/self/cmdline", "rb") as file:  # noqa: PTH123 - pathlib takes 10 ms
            arguments = file.read().decode("utf-8", "replace").split("\0")[:-1]
    return list(arguments)


def is_helper() -> str:
    """Return what multiprocessing started this process for beside what it was asked for."""
    if sys.argv[:1] == ["-c"]:
        for argument in _arguments():
            for module, name in HELPERS.items():
                if argument.startswith(f"from {module} import"):
                    return name
    return ""


def _python() -> str:
    name = sys.implementation.name
    is_free = not getattr(sys, "_is_gil_enabled", lambda: True)()
    major, minor = sys.version_info[:2]
    return f"{_IMPLEMENTATIONS.get(name, name)} {major}.{minor}{'t' if is_free else ''}"


def script() -> str:
    first = sys.argv[0] if getattr(sys, "argv", None) else ""
    if first == "-m":
        arguments = _arguments()
        place = arguments.index("-m") if "-m" in arguments else len(arguments)
        return f"-m {arguments[place + 1][:LONGEST]}" if place + 1 < len(arguments) else "-m"
    return (first if first == "-c" else os.path.basename(first))[:LONGEST]  # noqa: PTH119
