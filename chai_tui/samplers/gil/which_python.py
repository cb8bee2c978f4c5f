"""Which Python a process runs, by the names of its program and of what it has mapped.

Nothing is read of its memory, and its interpreter is never run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

_DELETED = " (deleted)"
_LIBRARY = re.compile(r"libpython(\d\.\d+)(t?)[a-z]*\.so")
_PYPY = re.compile(r"(?:lib)?pypy(\d(?:\.\d+)?)?(?:-c|$)")
_PROGRAM = re.compile(r"python(\d(?:\.\d+)?)?(t?)(?:[a-su-z]{0,2}|-dbg|-intel64)$")
_ALWAYS = re.compile(r"CPython (?:2|3\.\d|3\.1[0-2])(?:\.|$)")
"""Those that always have one."""
_MODULES = re.compile(r"/python(\d\.\d+)(t?)/|\.cpython-(\d)(\d+)(t?)[a-z]*-")


def python_of(pid: int, proc: str = "/proc") -> str:
    """Return which Python a process runs.

    Args:
        pid: the system's number of it.
        proc: where /proc is.

    Returns:
        ``CPython 3.13``, ``CPython 3.13t`` if it was built without a GIL, ``PyPy 3.10``; empty if
        it runs none, or if that may not be seen.
    """
    seen = program_and_maps(proc, pid)
    return "" if seen is None else python_in(seen[0], map(path_in, seen[1]))


def has_gil(python: str) -> bool:
    """Whether the threads of such a Python wait for one GIL that is known here.

    Args:
        python: as :func:`python_of` tells it.
    """
    return is_cpython(python) and not python.endswith("t")


def is_cpython(python: str) -> bool:
    """Whether it is a CPython, which may have a GIL even if it was built to do without.

    Args:
        python: as :func:`python_of` tells it.
    """
    return python.startswith("CPython")


def may_do_without(python: str) -> bool:
    """Whether it is a CPython that may be built to do without a GIL, whatever its program is named.

    Args:
        python: as :func:`python_of` tells it.
    """
    return is_cpython(python) and not _ALWAYS.match(python)


def program_and_maps(proc: str, pid: int) -> tuple[str, list[str]] | None:
    """Return a process's program, and the lines of what it has mapped; None if nobody may see."""
    try:
        program = os.readlink(f"{proc}/{pid}/exe")  # noqa: PTH115 - pathlib costs an import
        with open(f"{proc}/{pid}/maps", encoding="utf-8", errors="replace") as maps:  # noqa: PTH123 - likewise
            return program, maps.read().splitlines()
    except OSError:
        return None


def path_in(line: str) -> str:
    """Return the path in a line of ``maps``; empty if it has none."""
    fields = line.split(maxsplit=5)
    return fields[5] if len(fields) > 5 else ""


def is_interpreter(path: str) -> bool:
    """Whether a program is named as an interpreter of Python is."""
    return _PROGRAM.match(_file(path)) is not None


def is_library(path: str) -> bool:
    """Whether a file is named as the library that holds one."""
    return _LIBRARY.match(_file(path)) is not None


def python_in(program: str, mapped: Iterable[str]) -> str:
    """Return which Python it is that has such a program and such files mapped.

    Args:
        program: the path of its executable.
        mapped: paths; names like ``[heap]`` may be among them.
    """
    paths = dict.fromkeys(mapped)
    for path in paths:
        if found := _LIBRARY.match(_file(path)):
            return f"CPython {found[1]}{found[2]}"
    for path in (program, *paths):
        if found := _PYPY.match(_file(path)):
            return f"PyPy {found[1] or ''}".rstrip()
    found = _PROGRAM.match(_file(program))
    if found is None:
        return ""
    if found[1] and "." in found[1]:
        return f"CPython {found[1]}{found[2]}"
    for path in paths:
        if modules := _MODULES.search(path):
            major_minor = modules[1] or f"{modules[3]}.{modules[4]}"
            return f"CPython {major_minor}{modules[2] or modules[5] or ''}"
    return f"CPython {found[1] or ''}".rstrip()


def _file(path: str) -> str:
    return path.removesuffix(_DELETED).rpartition("/")[2]
