"""What control groups allow: CPU time, tasks, memory (Linux; elsewhere: no limit).

A container limited with ``--cpus=1.5`` still sees every core of its machine: only the quota tells.
Files and formats: https://docs.kernel.org/admin-guide/cgroup-v2.html (``cpu.max``) and
https://docs.kernel.org/scheduler/sched-bwc.html (version 1); ``mountinfo`` in proc(5).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class _Mount(NamedTuple):
    kind: str
    """``cgroup`` (version 1) or ``cgroup2``."""
    root: str
    """Which group of the hierarchy is mounted."""
    point: str
    """Where."""
    controllers: list[str]


class CpuQuota:
    """How much CPU time this process may use, which may change while it runs.

    Args:
        root: put before every path that is read.
    """

    def __init__(self, root: str = "") -> None:
        self._root = root
        self._groups = ""
        self._folders: list[tuple[str, str]] = []
        """Where a quota can stand, and of which kind it is there."""

    def read(self) -> float | None:
        """Return how many cores' worth of CPU time may be used at once; None: no limit.

        Every ancestor's quota holds too, so the smallest wins. What is missing or malformed counts
        as no limit: a wrong guess here would only misinform, never harm. Where to look is found out
        once, and again when the process was moved to another group; ten folders take 0.1 ms.
        """
        # Whichever processes /proc shows: "self" is the reader, and nobody else.
        groups = _text(f"{self._root}/proc/self/cgroup")
        if groups != self._groups:
            self._groups = groups
            mounts = _text(f"{self._root}/proc/self/mountinfo")
            self._folders = list(_folders_of("cpu", groups, mounts))
        read = (_quota_of(f"{self._root}{folder}", kind) for folder, kind in self._folders)
        quotas = [quota for quota in read if quota is not None]
        return min(quotas, default=None)


class OomCounter:
    """How many processes the system killed for lack of memory where a process belongs.

    Files: https://docs.kernel.org/admin-guide/cgroup-v2.html (``memory.events``) and
    https://docs.kernel.org/admin-guide/cgroup-v1/memory.html (``memory.oom_control``). A group
    counts those who were killed in it whosever limit it was; so the nearest group that counts is
    asked, and not its parents, whose other groups may have lost somebody else.

    Make it while the process lives: nobody knows afterwards where it belonged.

    Attributes:
        is_told: whether anything counts at all.

    Args:
        pid: of the process.
        root: put before every path that is read.
    """

    def __init__(self, pid: int, root: str = "") -> None:
        groups = _text(f"{root}/proc/{pid}/cgroup")
        mounts = _text(f"{root}/proc/self/mountinfo")
        paths = [
            f"{root}{folder}/{_KILLS_IN[kind]}"
            for folder, kind in _folders_of("memory", groups, mounts)
        ]
        # Of a machine's root group, only the whole machine's count is known.
        paths.append(f"{root}/proc/vmstat")
        self._path = next((path for path in paths if _kills_in(path) is not None), "")
        self.is_told = bool(self._path)
        self._kills = _kills_in(self._path) or 0

    def grown(self) -> int:
        """Return how many were killed since it was made, or since the last call."""
        kills = _kills_in(self._path)
        if kills is None:  # the group is gone, and all with it
            return 0
        grown, self._kills = kills - self._kills, kills
        return max(0, grown)


class OomWatch:
    """Who of several processes was killed for lack of memory.

    Args:
        root: put before every path that is read.
    """

    def __init__(self, root: str = "") -> None:
        self._root = root
        self._group_of: dict[int, str] = {}
        self._counters: dict[str, OomCounter] = {}
        self._kills: dict[str, list[tuple[float, int]]] = {}
        """When so many were killed in each group, of late."""
        self._dead: dict[int, float] = {}
        """When those died of SIGKILL, of late, of whom nobody knows why."""

    def watch(self, pid: int, parent: int = 0) -> None:
        """Look after a process that lives; again when it may have moved to another group.

        Args:
            pid: of the process.
            parent: pid of the one that started it, in whose group it began: it may be over already.
        """
        groups = _text(f"{self._root}/proc/{pid}/cgroup") or self._group_of.get(parent, "")
        if groups:
            self._group_of[pid] = groups
            if groups not in self._counters:
                self._counters[groups] = OomCounter(pid, self._root)

    def forget(self, pid: int) -> None:
        """Look after it no longer: it ended otherwise."""
        self._group_of.pop(pid, None)

    def look(self, at: float, killed: Iterable[int]) -> dict[int, int]:
        """Return how many were killed in the group of each who died of that; a look takes 0.02 ms.

        Look often, also while nobody dies: so that a kill long ago is not taken for today's. Where
        more died by SIGKILL than the system killed, nobody knows who, and nobody is told of.

        Args:
            at: now, in seconds.
            killed: those whom SIGKILL ended since the last look, but for those whom we sent it.
        """
        for pid in [pid for pid, since in self._dead.items() if since < at - _OF_LATE_SECONDS]:
            del self._dead[pid]
            self.forget(pid)
        self._dead |= {pid: at for pid in killed if pid in self._group_of}
        found: dict[int, int] = {}
        for groups, counter in self._counters.items():
            kills = [*self._kills.get(groups, ()), (at, counter.grown())]
            kills = [(since, n) for since, n in kills if n and since >= at - _OF_LATE_SECONDS]
            count = sum(n for _, n in kills)
            dead = [pid for pid in self._dead if self._group_of[pid] == groups]
            if dead and count >= len(dead):
                found |= dict.fromkeys(dead, count)
                kills = []
            self._kills[groups] = kills
        for pid in found:
            del self._dead[pid]
            self.forget(pid)
        return found


_OF_LATE_SECONDS = 1.0
"""A kill is counted at once, and its victim dies as soon as it has a core: within so many."""
_KILLS_IN = {"cgroup": "memory.oom_control", "cgroup2": "memory.events"}
"""The file that counts them, by kind of mount."""


def _kills_in(path: str) -> int | None:
    """Return the count in a file; None if it has none."""
    for line in _text(path).splitlines():
        name, _, count = line.partition(" ")
        if name == "oom_kill" and count.isdecimal():
            return int(count)
    return None


def tasks_of_groups(root: str = "") -> list[tuple[int, int]]:
    """Return of each control group how many tasks it has and may have, where there is a limit.

    Files: https://docs.kernel.org/admin-guide/cgroup-v2.html (``pids.max``).

    Args:
        root: put before every path that is read.
    """
    groups = _text(f"{root}/proc/self/cgroup")
    found = []
    for folder, _ in _folders_of("pids", groups, _text(f"{root}/proc/self/mountinfo")):
        path = f"{root}{folder}"
        words = _text(f"{path}/pids.current").split() + _text(f"{path}/pids.max").split()
        if len(words) == 2 and words[0].isdigit() and words[1].isdigit():
            found.append((int(words[0]), int(words[1])))
    return found


def _folders_of(wanted: str, groups: str, mounts: str) -> Iterator[tuple[str, str]]:
    """Yield the folder and the kind of each group that a controller may limit this process by."""
    of = dict(_of_groups(groups))
    for mount in _mounts(mounts):
        controller = "" if mount.kind == "cgroup2" else wanted
        if controller not in of or (controller and controller not in mount.controllers):
            continue
        for folder in _folders(mount, of[controller]):
            yield folder, mount.kind


def _of_groups(text: str) -> Iterator[tuple[str, str]]:
    """Yield each controller and this process's group in its hierarchy; version 2 has no name."""
    for line in text.splitlines():
        _, _, rest = line.partition(":")
        controllers, colon, path = rest.partition(":")
        if colon:
            for controller in controllers.split(","):
                yield controller, path


def _mounts(text: str) -> Iterator[_Mount]:
    for line in text.splitlines():
        left, _, right = line.partition(" - ")
        fields, kind_source_options = left.split(" "), right.split(" ")
        if len(fields) >= 5 and len(kind_source_options) >= 3:
            kind, _, options = kind_source_options[:3]
            if kind in ("cgroup", "cgroup2"):
                yield _Mount(kind, _unescaped(fields[3]), _unescaped(fields[4]), options.split(","))


def _unescaped(path: str) -> str:
    r"""Return a path of ``mountinfo``, where blanks and backslashes are octal (``\040``)."""
    return re.sub(r"\\([0-3][0-7]{2})", lambda match: chr(int(match[1], 8)), path)


def _folders(mount: _Mount, group: str) -> Iterator[str]:
    """Yield the folders of a group and of its ancestors, as far up as they are mounted."""
    above = mount.root.rstrip("/")
    inside = group == mount.root or group.startswith(f"{above}/")
    # A group outside of what is mounted is some ancestor's relative, seen from a container: then
    # the mounted root is the nearest group that can be read.
    path = group[len(above) :].rstrip("/") if inside and "/.." not in group else ""
    while path:
        yield mount.point.rstrip("/") + path
        path = path.rpartition("/")[0]
    yield mount.point


def _quota_of(folder: str, kind: str) -> float | None:
    if kind == "cgroup2":
        words = _text(f"{folder}/cpu.max").split()
    else:
        words = _text(f"{folder}/cpu.cfs_quota_us").split()
        words += _text(f"{folder}/cpu.cfs_period_us").split()
    try:
        quota, period = (int(word) for word in words)
        return quota / period if quota > 0 and period > 0 else None
    except (ValueError, OverflowError):  # "max", or nothing that anyone would write
        return None


def _text(path: str) -> str:
    """Return what is in a file; nothing where it cannot be read."""
    parts: list[bytes] = []
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except (OSError, ValueError):
        return ""
    try:
        while part := os.read(descriptor, 65_536):
            parts.append(part)
    except OSError:
        return ""
    finally:
        os.close(descriptor)
    return b"".join(parts).decode("utf-8", "surrogateescape")
