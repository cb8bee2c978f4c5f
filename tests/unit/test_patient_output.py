"""All of it is written, whoever made the descriptor non-blocking, or nobody takes it."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator

import pytest

from chai_tui.host.patient_output import write_all, write_text

if sys.platform == "win32":
    pytest.skip("other pipes, which cannot be asked for room", allow_module_level=True)

MUCH = bytes(range(256)) * 2_000
"""More than a pipe holds."""


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue  # a test closed it


def read_slowly(reader: int, expected: int, taken: bytearray) -> None:
    while len(taken) < expected:
        taken += os.read(reader, 5_000)


@pytest.mark.parametrize("blocking", [True, False])
def test_everything_is_written_and_the_mode_is_left_alone(
    pipe: tuple[int, int], blocking: bool
) -> None:
    reader, writer = pipe
    os.set_blocking(writer, blocking)
    taken = bytearray()
    thread = threading.Thread(target=read_slowly, args=(reader, len(MUCH), taken))
    thread.start()
    write_all(writer, MUCH)
    thread.join()
    assert taken == MUCH
    assert os.get_blocking(writer) is blocking


@pytest.mark.parametrize("blocking", [True, False])
def test_what_nobody_reads_is_given_up_when_told_so(pipe: tuple[int, int], blocking: bool) -> None:
    _, writer = pipe
    os.set_blocking(writer, blocking)
    asked: list[int] = []

    def the_third_time() -> bool:
        asked.append(1)
        return len(asked) == 3

    with pytest.raises(InterruptedError):
        write_all(writer, MUCH, the_third_time)


@pytest.mark.parametrize("blocking", [True, False])
def test_an_other_end_that_is_gone_is_told(pipe: tuple[int, int], blocking: bool) -> None:
    reader, writer = pipe
    os.set_blocking(writer, blocking)
    os.close(reader)
    with pytest.raises(BrokenPipeError):
        write_all(writer, b"x")


def test_what_cannot_be_encoded_is_escaped(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    with io.TextIOWrapper(open(writer, "wb", closefd=False), encoding="latin-1") as stream:
        write_text(stream, "naïve चाय\n")
    assert os.read(reader, 100) == b"na\xefve \\u091a\\u093e\\u092f\n"


def test_nothing_is_left_in_a_buffer_of_a_stream_that_takes_nothing(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    os.close(reader)
    with io.TextIOWrapper(open(writer, "wb", closefd=False), encoding="utf-8") as stream:
        with pytest.raises(BrokenPipeError):
            write_text(stream, "lost\n")
        # Closing it flushes what is left.


def test_a_stream_without_a_descriptor_is_written_to_as_usual() -> None:
    stream = io.StringIO()
    write_text(stream, "चाय\n")
    assert stream.getvalue() == "चाय\n"
