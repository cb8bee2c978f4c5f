"""Whom the receiver of hooks lets in, and when, with hooks that are made by hand."""

from __future__ import annotations

import array
import contextlib
import os
import socket
import sys
from collections.abc import Iterator

import pytest

if sys.platform != "linux":
    pytest.skip("the hook is for Linux only", allow_module_level=True)

import resource

from chai_tui.sources.program.hearing import door
from chai_tui.sources.program.hearing import receiver as receiving
from chai_tui.sources.program.hearing.door import Door
from chai_tui.sources.program.hearing.messages import SEPARATOR, Output, ProcessBegan
from chai_tui.sources.program.hearing.receiver import ADDRESS, HookReceiver


@pytest.fixture
def receiver() -> Iterator[HookReceiver]:
    receiver = HookReceiver()
    yield receiver
    receiver.close()


def packet(*fields: str) -> bytes:
    return SEPARATOR.join(fields).encode()


BEGAN = packet("P", "1.0", "1", "", "", "CPython 3.13", "one.py")


def connected(receiver: HookReceiver) -> socket.socket:
    hook = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    name = receiver.environment({})[ADDRESS].partition(":")[0]
    hook.connect("\0" + name[1:])
    return hook


def hand_over(hook: socket.socket) -> int:
    """Hand over a pipe; return the end to write into."""
    read, write = os.pipe()
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [read]))]
    hook.sendmsg([packet("O", "1.0", "1", "7:0")], rights)
    os.close(read)
    return write


def test_who_finds_no_room_waits_with_its_pipe_and_loses_nothing(
    receiver: HookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_room = Door.reserve
    monkeypatch.setattr(Door, "reserve", lambda _receiver, _count: [])
    with connected(receiver) as hook:
        hook.send(BEGAN)
        write = hand_over(hook)
        assert receiver.read() == []
        assert receiver.is_full
        assert receiver.due_in < 1
        os.write(write, b"not lost\n")
        os.close(write)
        monkeypatch.setattr(Door, "reserve", has_room)
        began, output = receiver.read_all()
        assert isinstance(began, ProcessBegan)
        assert isinstance(output, Output)
        assert output.out is not None
        assert os.read(output.out, 100) == b"not lost\n"
        os.close(output.out)
    assert receiver.due_in == float("inf")


def test_there_is_room_for_what_a_process_hands_over_whatever_is_opened_meanwhile(
    receiver: HookReceiver,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    with connected(receiver) as hook:
        hook.send(BEGAN)
        assert len(receiver.read()) == 1
        write = hand_over(hook)
        try:
            taken.append(os.dup(write))
            resource.setrlimit(resource.RLIMIT_NOFILE, (taken[0] + 20, hard))
            with contextlib.suppress(OSError):
                while True:
                    taken.append(os.dup(write))
            (output,) = receiver.read()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            for descriptor in (write, *taken):
                os.close(descriptor)
        assert isinstance(output, Output)
        assert output.out is not None
        os.close(output.out)


@pytest.fixture
def of_root(monkeypatch: pytest.MonkeyPatch) -> Iterator[HookReceiver]:
    """Return one of root, to whom everybody here is another user."""
    monkeypatch.setattr(door, "_is_root", lambda: True)
    another = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: another)
    receiver = HookReceiver()
    yield receiver
    receiver.close()


def test_another_user_is_let_in_by_a_word_that_is_in_the_environment_alone(
    of_root: HookReceiver,
) -> None:
    address, _, key = of_root.environment({})[ADDRESS].partition(":")
    assert len(key) >= 32
    assert key not in address
    with connected(of_root) as known, connected(of_root) as nosy, connected(of_root) as handing:
        known.send(key.encode())
        known.send(BEGAN)
        nosy.send(key[:-1].encode())
        nosy.send(BEGAN)
        os.close(hand_over(handing))
        (message,) = of_root.read()
        assert isinstance(message, ProcessBegan)
        assert of_root.connections == 1


def test_those_who_only_stand_at_the_door_are_sent_away(of_root: HookReceiver) -> None:
    key = of_root.environment({})[ADDRESS].partition(":")[2]
    known = connected(of_root)
    known.send(key.encode())
    others = [connected(of_root) for _ in range(receiving._MOST_STRANGERS + 5)]
    assert of_root.read() == []
    assert of_root.connections == 1 + receiving._MOST_STRANGERS
    known.send(BEGAN)
    assert len(of_root.read()) == 1
    for one in (known, *others):
        one.close()


def test_of_anybody_but_root_no_other_user_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_is_root", lambda: False)
    receiver = HookReceiver()
    assert ":" not in receiver.environment({})[ADDRESS]
    another = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: another)
    with connected(receiver) as hook:
        hook.send(BEGAN)
        assert receiver.read() == []
        assert receiver.connections == 0
    receiver.close()
