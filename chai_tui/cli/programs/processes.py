"""From process numbers, or a part of a name, to the processes that are watched."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.config.toml_file import clipped

_PROC = Path("/proc")
_MOST_DIGITS = 10
"""More than any system's processes have."""


def settle_pids(words: Sequence[str], proc: Path = _PROC) -> tuple[int, ...]:
    """Return the process numbers that were asked for, each once.

    Args:
        words: as they were written.
        proc: where the system tells of its processes.

    Raises:
        BadRequestError: one of them is none that can be watched.
    """
    pids = dict.fromkeys(_number(word) for word in words)
    for pid in pids:
        if problem := _why_not_watched(pid, proc):
            raise BadRequestError(f"{pid}: {problem}", is_usage=False)
    return tuple(pids)


def settle_name(text: str, proc: Path = _PROC) -> tuple[int, ...]:
    """Return the numbers of the processes whose name or command line contains a text.

    Neither this process is one of them nor those that it was started by: their command lines have
    the text, too.

    Args:
        text: upper and lower case are the same.
        proc: where the system tells of its processes.

    Raises:
        BadRequestError: there is none.
    """
    if not text.strip():
        raise BadRequestError("--name: expected a part of a command line, found nothing.")
    wanted = text.casefold()
    own = set(_line_of_descent(os.getpid(), proc))
    pids = sorted(
        int(entry.name)
        for entry in proc.iterdir()
        if entry.name.isascii() and entry.name.isdigit() and int(entry.name) not in own
    )
    found = tuple(pid for pid in pids if any(wanted in name for name in _names(proc / str(pid))))
    if not found:
        raise BadRequestError(
            f'--name: no process has "{clipped(text)}" in its name or command line', is_usage=False
        )
    return found


def _number(word: str) -> int:
    digits = word.lstrip("0")
    if not re.fullmatch(r"[0-9]+", word) or not digits:
        raise BadRequestError(f'expected the number of a process, found "{clipped(word)}"')
    if len(digits) > _MOST_DIGITS:
        raise BadRequestError(f"{clipped(word)}: no such process", is_usage=False)
    return int(digits)


def _why_not_watched(pid: int, proc: Path) -> str:
    """Why a process cannot be watched; empty if it can."""
    if pid == os.getpid():
        return "that is this chai-tui itself"
    process = _status(proc / str(pid), "Tgid")
    if process is None:
        return _why_not_seen(pid)
    if process == os.getpid():
        return "that is a thread of this chai-tui itself"
    if process != pid:
        return f"it is a thread of process {process}: chai-tui watch {process}"
    return ""


def _why_not_seen(pid: int) -> str:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return "it is another user's, and /proc is mounted so that it hides those"
    except (ProcessLookupError, OverflowError):
        return "no such process"
    return "/proc does not tell of it"


def _status(folder: Path, field: str) -> int | None:
    """Return a number of a process's ``status``; None if it has ended, or cannot be seen."""
    try:
        text = (folder / "status").read_text("utf-8", "replace")
    except OSError:
        return None
    found = re.search(rf"^{field}:\s*([0-9]+)", text, re.MULTILINE)
    return int(found[1]) if found else None


def _line_of_descent(pid: int | None, proc: Path) -> Iterator[int]:
    """Yield a process, its parent, and so on."""
    while pid:
        yield pid
        pid = _status(proc / str(pid), "PPid")


def _names(folder: Path) -> Iterator[str]:
    """Yield the command line and the name of a process, for comparison; nothing once it is gone."""
    with contextlib.suppress(OSError):
        command = (folder / "cmdline").read_bytes()
        yield command.replace(b"\0", b" ").decode("utf-8", "surrogateescape").casefold()
        yield (folder / "comm").read_bytes().decode("utf-8", "surrogateescape").strip().casefold()
