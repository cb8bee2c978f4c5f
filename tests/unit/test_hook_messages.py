"""What the hook in a program sends: read whatever it is, since anybody may have sent it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.program_events import BlockKind
from chai_tui.sources.program.hearing.messages import (
    BlockedOn,
    ChildBegan,
    Dropped,
    Handed,
    Holds,
    HookFailed,
    ProcessBegan,
    Raised,
    Renamed,
    TaskBegan,
    TaskEnded,
    ThreadBegan,
    ThreadEnded,
    WentOn,
    read_packet,
)


def packet(*fields: object) -> bytes:
    return "\x1f".join(map(str, fields)).encode()


GOOD = [
    (
        ("P", 1.5, 7, "Process-1", "brew_chai", "CPython 3.13", "lesson.py"),
        ProcessBegan(1.5, 9, 7, "Process-1", "brew_chai", "CPython 3.13", "lesson.py"),
    ),
    (("C", 2, 10, "sh\0-c\0exit 9"), ChildBegan(2, 9, 10, ("sh", "-c", "exit 9"))),
    (("T", 2, 10, "Thread-1", "brew"), ThreadBegan(2, 9, 10, "Thread-1", "brew")),
    (("E", 2, 10), ThreadEnded(2, 9, 10)),
    (("N", 2, 0, "Kettle"), Renamed(2, 9, 0, "Kettle")),
    (
        ("B", 2, 10, "join", 12, 12, "Process-2", 0, 0.5, 1),
        BlockedOn(2, 9, 10, BlockKind.JOIN, 12, 12, "Process-2", 0, 0.5, handles_signals=True),
    ),
    (("U", 2, 10), WentOn(2, 9, 10)),
    (("H", 2, 10, 1 << 60), Holds(2, 9, 10, 1 << 60)),
    (("J", 2, 10, "brew", 0), TaskBegan(2, 9, 10, "brew")),
    (("K", 2, 10, "", 3), TaskEnded(2, 9, 10, "", 3)),
    (("R", 2, 10, "ValueError: x", "  a\n  b\n"), Raised(2, 9, 10, "ValueError: x", "  a\n  b\n")),
    (("F", 2, "OSError"), HookFailed(2, 9, "OSError")),
    (("D", 2, 30), Dropped(2, 9, 30)),
    (("O", 2, "12", "7:0,8:15"), Handed(0, 1, 2.0, ((7, 0), (8, 15)))),
    (("O", 2, "=", "7:0"), Handed(0, 0, 2.0, ((7, 0),))),
]


@pytest.mark.parametrize(("fields", "said"), GOOD, ids=lambda part: type(part).__name__)
def test_a_packet_is_a_message(fields: tuple[object, ...], said: object) -> None:
    read = read_packet(packet(*fields), 9)
    assert read == said
    assert type(read) is type(said)


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("?", 1, 2),
        ("E",),
        ("E", "soon", 10),
        ("E", "nan", 10),
        ("E", "-1", 10),
        ("E", 2, "-3"),
        ("E", 2, "٣"),
        ("E", 2, "9" * 30),
        ("E", 2, 10, 11),
        ("B", 2, 10, "love", 0, 0, "", 0, "", 0),
        ("O", 2, "3", "7:0"),
        ("O", 2, "1", "7"),
        ("O", 2, "1", "-7:1"),
        ("O", 2, "1"),
        ("F", 2, "x" * 5_000),
    ],
)
def test_what_is_no_message_is_passed_over(fields: tuple[object, ...]) -> None:
    assert read_packet(packet(*fields), 9) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_passed_over(data: bytes) -> None:
    read_packet(data, 9)


def test_no_text_reaches_a_terminal_as_it_came() -> None:
    said = read_packet(packet("R", 2, 10, "\x1b[2J", "a\x1b\nb"), 9)
    assert said == Raised(2, 9, 10, "␛[2J", "a␛\nb")
