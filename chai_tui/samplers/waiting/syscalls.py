"""Which system calls a thread may sleep in, and what it waits for there; syscalls(2)."""

from __future__ import annotations

import os
from enum import Enum, auto
from typing import NamedTuple

from chai_tui.model.program_events import WaitKind


class Names(Enum):
    """What the arguments of a system call name."""

    NOTHING = auto()
    FILE = auto()
    """The first is a descriptor."""
    SECOND = auto()
    """The second is one."""
    CHILD = auto()
    """As of wait4: the first is a process, a group of them, or anybody."""
    ID = auto()
    """As of waitid: the first says what the second is."""
    POLL = auto()
    """As of poll: the second is how many descriptors the first points at."""
    SELECT = auto()
    """As of select: the first is how many bits the next three point at."""
    EPOLL = auto()
    """The first is an epoll's descriptor."""
    FCNTL = auto()
    """The first is a descriptor; the second says whether a lock is wanted."""


class Call(NamedTuple):
    """A system call.

    Attributes:
        name: as the manual calls it.
        kind: what it waits for; ``OTHER`` names the call.
        names: what its arguments say of that.
    """

    name: str
    kind: WaitKind
    names: Names = Names.NOTHING


_TABLE: dict[tuple[WaitKind, Names], dict[str, tuple[int | None, int | None]]] = {
    # by name: the number on x86_64, and on aarch64
    (WaitKind.LOCK, Names.NOTHING): {
        "futex": (202, 98),
        "futex_waitv": (449, 449),
        "futex_wait": (455, 455),
        "semop": (65, 193),
        "semtimedop": (220, 192),
    },
    (WaitKind.LOCK, Names.FILE): {"flock": (73, 32)},
    (WaitKind.LOCK, Names.FCNTL): {"fcntl": (72, 25)},
    (WaitKind.SLEEP, Names.NOTHING): {"nanosleep": (35, 101), "clock_nanosleep": (230, 115)},
    (WaitKind.READ, Names.FILE): {
        "read": (0, 63),
        "pread64": (17, 67),
        "readv": (19, 65),
        "recvfrom": (45, 207),
        "recvmsg": (47, 212),
        "getdents64": (217, 61),
        "mq_timedreceive": (243, 183),
        "splice": (275, 76),
        "tee": (276, 77),
        "preadv": (295, 69),
        "recvmmsg": (299, 243),
        "copy_file_range": (326, 285),
        "preadv2": (327, 286),
    },
    (WaitKind.READ, Names.NOTHING): {"msgrcv": (70, 188)},
    (WaitKind.WRITE, Names.FILE): {
        "write": (1, 64),
        "pwrite64": (18, 68),
        "writev": (20, 66),
        "sendfile": (40, 71),
        "sendto": (44, 206),
        "sendmsg": (46, 211),
        "mq_timedsend": (242, 182),
        "vmsplice": (278, 75),
        "pwritev": (296, 70),
        "sendmmsg": (307, 269),
        "pwritev2": (328, 287),
    },
    (WaitKind.WRITE, Names.NOTHING): {"msgsnd": (69, 189)},
    (WaitKind.CONNECT, Names.FILE): {"connect": (42, 203)},
    (WaitKind.ACCEPT, Names.FILE): {"accept": (43, 202), "accept4": (288, 242)},
    (WaitKind.POLL, Names.POLL): {"poll": (7, None), "ppoll": (271, 73)},
    (WaitKind.POLL, Names.SELECT): {"select": (23, None), "pselect6": (270, 72)},
    (WaitKind.POLL, Names.EPOLL): {
        "epoll_wait": (232, None),
        "epoll_pwait": (281, 22),
        "epoll_pwait2": (441, 441),
    },
    (WaitKind.CHILD, Names.CHILD): {"wait4": (61, 260)},
    (WaitKind.CHILD, Names.ID): {"waitid": (247, 95)},
    # Who starts one this way sleeps until it runs a program of its own.
    (WaitKind.CHILD, Names.NOTHING): {
        "clone": (56, 220),
        "vfork": (58, None),
        "clone3": (435, 435),
    },
    (WaitKind.SIGNAL, Names.NOTHING): {
        "pause": (34, None),
        "rt_sigtimedwait": (128, 137),
        "rt_sigsuspend": (130, 133),
    },
    (WaitKind.DISK, Names.FILE): {
        "fsync": (74, 82),
        "fdatasync": (75, 83),
        "syncfs": (306, 267),
        "sync_file_range": (277, 84),
    },
    (WaitKind.DISK, Names.NOTHING): {"sync": (162, 81), "msync": (26, 227)},
    (WaitKind.OTHER, Names.FILE): {"ioctl": (16, 29), "io_uring_enter": (426, 426)},
    (WaitKind.OTHER, Names.NOTHING): {
        "open": (2, None),
        "openat": (257, 56),
        "io_getevents": (208, 4),
        "io_pgetevents": (333, 292),
        "ptrace": (101, 117),
        "exit_group": (231, 94),
        "exit": (60, 93),
        "execve": (59, 221),
    },
}

_COLUMNS = {"x86_64": 0, "aarch64": 1}


def calls_of(machine: str | None = None) -> dict[int, Call]:
    """Return the system calls that are known, by their numbers.

    Args:
        machine: as ``uname -m`` says; None: this one.

    Returns:
        Nothing of a machine whose numbers are not known.
    """
    column = _COLUMNS.get(machine or os.uname().machine)
    if column is None:
        return {}
    return {
        number: Call(name, kind, names)
        for (kind, names), calls in _TABLE.items()
        for name, numbers in calls.items()
        if (number := numbers[column]) is not None
    }


SLEEPING_IN: tuple[tuple[str, WaitKind, str], ...] = (
    ("futex_", WaitKind.LOCK, ""),
    ("hrtimer_nanosleep", WaitKind.SLEEP, ""),
    ("do_nanosleep", WaitKind.SLEEP, ""),
    ("common_nsleep", WaitKind.SLEEP, ""),
    ("anon_pipe_read", WaitKind.READ, "pipe"),
    ("pipe_read", WaitKind.READ, "pipe"),
    ("anon_pipe_write", WaitKind.WRITE, "pipe"),
    ("pipe_write", WaitKind.WRITE, "pipe"),
    ("do_wait", WaitKind.CHILD, ""),
    ("wait_for_vfork_done", WaitKind.CHILD, ""),
    ("kernel_clone", WaitKind.CHILD, ""),
    ("poll_schedule_timeout", WaitKind.POLL, ""),
    ("do_poll", WaitKind.POLL, ""),
    ("do_sys_poll", WaitKind.POLL, ""),
    ("do_select", WaitKind.POLL, ""),
    ("ep_poll", WaitKind.POLL, ""),
    ("do_epoll_wait", WaitKind.POLL, ""),
    ("inet_csk_accept", WaitKind.ACCEPT, "socket"),
    ("unix_accept", WaitKind.ACCEPT, "unix socket"),
    ("inet_stream_connect", WaitKind.CONNECT, "socket"),
    ("inet_wait_for_connect", WaitKind.CONNECT, "socket"),
    ("sk_wait_data", WaitKind.READ, "socket"),
    ("unix_stream_read", WaitKind.READ, "unix socket"),
    ("unix_stream_data_wait", WaitKind.READ, "unix socket"),
    ("__skb_wait_for_more_packets", WaitKind.READ, "socket"),
    ("sk_stream_wait_memory", WaitKind.WRITE, "socket"),
    ("sock_alloc_send_pskb", WaitKind.WRITE, "socket"),
    ("wait_woken", WaitKind.OTHER, "socket or terminal"),
    ("n_tty_read", WaitKind.READ, "terminal"),
    ("eventfd_read", WaitKind.READ, "event (eventfd)"),
    ("inotify_read", WaitKind.READ, "changes of files (inotify)"),
    ("timerfd_read", WaitKind.READ, "timer (timerfd)"),
    ("signalfd", WaitKind.READ, "signals (signalfd)"),
    ("do_sigtimedwait", WaitKind.SIGNAL, ""),
    ("sigsuspend", WaitKind.SIGNAL, ""),
    ("__x64_sys_pause", WaitKind.SIGNAL, ""),
    ("sys_pause", WaitKind.SIGNAL, ""),
    ("locks_lock_inode_wait", WaitKind.LOCK, ""),
    ("do_semtimedop", WaitKind.LOCK, ""),
)
"""By the beginning of a kernel function's name (``wchan``): what who sleeps in it waits for."""
