"""What there was too little of when a process or a thread was refused. Standard library only.

The system says EAGAIN for nearly everything, and CPython says nothing at all for a thread. So each
limit is looked at: one is named only if what counts against it comes near.
"""

from __future__ import annotations

import os
import threading

from chai_tui.host.cgroup import tasks_of_groups
from chai_tui.host.process_stat import why_unseen

UNKNOWN = "no more memory or processes"
"""Where no limit comes near; what others may see of it is not for us to see."""
_NEAR = 0.75
"""Share of a limit of tasks from which on it is near: some end between the refusal and the look."""
_DEFAULT_STACK = 8 << 20
"""Bytes of a thread's stack where there is no limit: glibc takes 2 MB then, other libraries 8."""


def too_few_tasks() -> str:
    """Return which limit kept the system from giving this process another process."""
    own, most = _tasks_of_this_user(), _soft("RLIMIT_NPROC")
    limits = [("this control group", "pids.max", *group) for group in tasks_of_groups()]
    limits.append(("this user", "RLIMIT_NPROC", own, most))
    limits.append(("this machine", "the kernel's limit", *_tasks_of_the_machine()))
    near = [limit for limit in limits if limit[3] and limit[2] >= _NEAR * limit[3]]
    if not near:
        return UNKNOWN
    who, name, _, limit = max(near, key=lambda limit: limit[2] / limit[3])
    return f"no more processes or threads for {who} ({name} is {limit})"


def too_little_for_a_thread() -> str:
    """Return which limit kept the system from giving this process another thread."""
    stack = threading.stack_size() or _soft("RLIMIT_STACK") or _DEFAULT_STACK
    space = _soft("RLIMIT_AS")
    if space and _address_space() + 2 * stack > space:
        return too_little_space()
    if stack > _memory_of_the_machine():
        return f"no more memory for a thread's stack (RLIMIT_STACK is {_size(stack)})"
    return too_few_tasks()


def too_little_space() -> str:
    """Return that memory is refused, and by which limit if this process has one."""
    space = _soft("RLIMIT_AS")
    if not space:
        return "no more memory"
    return f"no more memory for this process (RLIMIT_AS is {_size(space)})"


def _soft(name: str) -> int:
    """Return a limit that holds now; 0 if there is none."""
    try:
        import resource  # noqa: PLC0415 - POSIX only
    except ImportError:
        return 0
    soft, _ = resource.getrlimit(getattr(resource, name))
    return 0 if soft == resource.RLIM_INFINITY else soft


def _size(count: int) -> str:
    return f"{count >> 20} MB" if count < 10 << 30 else f"{count >> 30} GB"


def _numbers(path: str) -> dict[str, int]:
    """Return the lines of a file of /proc that begin with a name and a number."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - pathlib costs an import
            words = [line.split() for line in file]
    except OSError:
        return {}
    return {word[0]: int(word[1]) for word in words if len(word) > 1 and word[1].isdigit()}


def _first_number(path: str) -> int:
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as above
            return int(file.read().split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def _address_space() -> int:
    return _first_number("/proc/self/statm") * os.sysconf("SC_PAGE_SIZE")


def _memory_of_the_machine() -> float:
    memory = _numbers("/proc/meminfo")
    if "MemTotal:" not in memory:
        return float("inf")
    return 1_024 * (memory["MemTotal:"] + memory.get("SwapTotal:", 0))


def _tasks_of_this_user() -> int:
    """Return how many processes and threads count against this user's limit, as far as is seen."""
    if why_unseen():
        return 0
    tasks = 0
    for name in os.listdir("/proc"):  # noqa: PTH208 - as above
        if name.isdigit():
            status = _numbers(f"/proc/{name}/status")
            if status.get("Uid:") == os.getuid():  # the first one is the real one
                tasks += status.get("Threads:", 0)
    return tasks


def _tasks_of_the_machine() -> tuple[int, int]:
    """Return how many processes and threads there are, and how many there may be; 0: unknown."""
    limits = [_first_number(f"/proc/sys/kernel/{name}") for name in ("threads-max", "pid_max")]
    try:
        with open("/proc/loadavg", encoding="utf-8") as file:  # noqa: PTH123 - as above
            tasks = int(file.read().split()[3].partition("/")[2])
    except (OSError, ValueError, IndexError):
        return 0, 0
    return tasks, min(limits)
