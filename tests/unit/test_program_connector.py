"""What the kernel's process events say, byte by byte."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.sources.program.processes.connector import (
    Execed,
    Exited,
    Forked,
    Record,
    ThreadBegan,
    ThreadLeft,
    exitcode_of,
    parse,
)

NONE, FORK, EXEC, UID, COMM, EXIT = 0, 1, 2, 4, 0x200, 0x8000_0000
AT = 25_172.25


def message(what: int, *fields: int, kind: int = 3, channel: tuple[int, int] = (1, 1)) -> bytes:
    """Return what the kernel sends: netlink's header, the connector's, ``struct proc_event``."""
    fields += (0,) * (6 - len(fields))
    event = struct.pack("=IIQ6I", what, 1, int(AT * 1e9), *fields)
    return (
        struct.pack("=IHHII", 36 + len(event), kind, 0, 11_676, 0)
        + struct.pack("=IIIIHH", *channel, 11_676, 0, len(event), 0)
        + event
    )


SAID: dict[str, tuple[bytes, Record | None]] = {
    "forked by a thread": (message(FORK, 948, 947, 988, 988), Forked(988, 947, AT)),
    "a thread": (message(FORK, 944, 944, 989, 947), ThreadBegan(947, 989, AT)),
    "exec": (message(EXEC, 990, 990), Execed(990, AT)),
    "exec by a thread": (message(EXEC, 991, 990), Execed(990, AT)),
    "exit 3": (message(EXIT, 988, 988, 768, 17, 947, 947), Exited(988, 3, AT)),
    "exit 255": (message(EXIT, 988, 988, 0xFF00, 17, 947, 947), Exited(988, 255, AT)),
    "killed": (message(EXIT, 988, 988, 9, 17, 947, 947), Exited(988, -9, AT)),
    "killed, with a core": (message(EXIT, 988, 988, 0x8B, 17, 947, 947), Exited(988, -11, AT)),
    "a thread's end": (
        message(EXIT, 989, 947, 512, 0xFFFF_FFFF),
        ThreadLeft(947, 989, 2, AT),
    ),
    "another user": (message(UID, 988, 988, 1, 1), None),
    "another name": (message(COMM, 988, 988), None),
    "an answer": (message(NONE), None),
    "an error": (message(FORK, 1, 1, 2, 2, kind=2), None),
    "another channel": (message(FORK, 1, 1, 2, 2, channel=(3, 1)), None),
    "half of one": (message(FORK, 948, 947, 988, 988)[:60], None),
    "nothing": (b"", None),
}


@pytest.mark.parametrize("name", SAID)
def test_a_message_is_understood(name: str) -> None:
    data, record = SAID[name]
    assert parse(data) == record


@given(st.binary(max_size=120))
def test_whatever_comes_raises_nothing(data: bytes) -> None:
    parse(data)
    parse(message(FORK)[:36] + data)


@pytest.mark.parametrize(("status", "code"), [(0, 0), (256, 1), (15, -15), (0x86, -6)])
def test_a_status_is_told_as_multiprocessing_does(status: int, code: int) -> None:
    assert exitcode_of(status) == code
