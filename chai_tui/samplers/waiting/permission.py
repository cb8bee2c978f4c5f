"""Why it may not be seen what a process waits for, and what to do about it."""

from __future__ import annotations

import os

_YAMA = "sys/kernel/yama/ptrace_scope"
_BY_SCOPE = {
    "1": "Yama lets only a parent look into a process (kernel.yama.ptrace_scope is 1): "
    "run as root to see what it waits for",
    "2": "Yama lets only root look into a process (kernel.yama.ptrace_scope is 2): "
    "run as root to see what it waits for",
    "3": "Yama lets nobody look into a process until the system is started again "
    "(kernel.yama.ptrace_scope is 3)",
}
ANOTHER_USER = "another user's process: run as root to see what it waits for"
NO_CAPABILITY = "this system keeps it from root, too, what a process waits for (CAP_SYS_PTRACE)"
PROTECTED = "a protected process: run as root to see what it waits for"
NOT_TOLD = "this kernel does not tell what a thread waits for"


def why_denied(proc: str, pid: int, tid: int) -> str:
    """Return why a thread's system call may not be seen, in words; empty if it may, or is gone.

    Args:
        proc: where /proc is.
        pid: its process.
        tid: which thread.
    """
    folder = f"{proc}/{pid}"
    try:
        with open(f"{folder}/task/{tid}/syscall", "rb") as file:  # noqa: PTH123 - pathlib costs an import
            file.read()
    except FileNotFoundError:
        return NOT_TOLD if os.path.exists(f"{folder}/task/{tid}/stat") else ""  # noqa: PTH110 - likewise
    except PermissionError:
        return _why(proc, pid)
    except OSError:  # it ended
        return ""
    return ""


def _why(proc: str, pid: int) -> str:
    try:
        owner = _owner(f"{proc}/{pid}")
        real = _real_user(proc, pid)
    except OSError:
        return ""
    own = os.geteuid()
    if own == 0:
        scope = _scope(proc)
        return _BY_SCOPE["3"] if scope == "3" else NO_CAPABILITY
    if real not in (own, -1):
        return ANOTHER_USER
    if owner != own:  # it is ours, but the system protects it: it has changed its user, say
        return PROTECTED
    return _BY_SCOPE.get(_scope(proc), PROTECTED)


def _owner(folder: str) -> int:
    return os.stat(folder).st_uid  # noqa: PTH116 - likewise


def _real_user(proc: str, pid: int) -> int:
    with open(f"{proc}/{pid}/status", "rb") as file:  # noqa: PTH123 - likewise
        for line in file:
            if line.startswith(b"Uid:"):
                return int(line.split()[1])
    return -1


def _scope(proc: str) -> str:
    try:
        with open(f"{proc}/{_YAMA}", encoding="ascii") as file:  # noqa: PTH123 - likewise
            return file.read().strip()
    except (OSError, ValueError):
        return ""
