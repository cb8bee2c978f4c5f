"""Whatever the bytes are, a reader shows what can be shown, and says in a line what is missing."""

from __future__ import annotations

import errno
import io
import itertools
import os
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings

from chai_tui.model.events import EVENT_TYPES, Event, Progress, Trouble
from chai_tui.recording import reader as reader_module
from chai_tui.recording.byte_input import ByteInput
from chai_tui.recording.form import Header, RecordingError
from chai_tui.recording.output import RecordingFile
from chai_tui.recording.reader import LONGEST_LINE, Reader
from chai_tui.recording.unpacker import PIECE
from chai_tui.state.floor import Floor
from tests.builders import BEGAN, brewing, served
from tests.unit.any_recording import look_at, mangled, packed, text_of

if sys.platform == "win32":
    pytest.skip("Windows has neither its pipes with names nor its devices", allow_module_level=True)

EVENTS = [
    *brewing(1),
    *(Progress(BEGAN + step / 100, 1, step / 100, 0.1) for step in range(100)),
    *served(2),
]
LINES = text_of(EVENTS).splitlines(keepends=True)
NO_END = "it has no end: it was cut off"


def recording(folder: Path, content: bytes, name: str = "run.chai", *, old: bool = True) -> Path:
    path = folder / name
    path.write_bytes(content)
    if old:
        os.utime(path, (1, 1))  # nobody writes to it any more
    return path


def all_of(reader: Reader) -> list[Event]:
    """Everything that is there now."""
    found: list[Event] = []
    while (read := reader.read()) is not None:
        found += read.events
    return found


def told(folder: Path, content: bytes) -> tuple[list[Event], list[str]]:
    """What is read of a file, and what is said to be missing."""
    reader = Reader.open(recording(folder, content))
    events = all_of(reader)
    problems = reader.problems()
    reader.close()
    assert all(problem.isprintable() and len(problem) < 400 for problem in problems)
    return events, problems


def refused(path: Path | str) -> str:
    with pytest.raises(RecordingError) as caught:
        Reader.open(path)
    said = str(caught.value)
    assert said.isprintable()
    return said


# What is whole


@pytest.mark.parametrize("form", [bytes, packed], ids=["plain", "gz"])
def test_a_whole_recording_is_read_and_nothing_is_missing(
    tmp_path: Path, form: Callable[[bytes], bytes]
) -> None:
    assert told(tmp_path, form(text_of(EVENTS))) == (EVENTS, [])


@pytest.mark.parametrize("ends", [b"\r\n", b"\n\n\n"])
def test_line_ends_of_others_a_mark_of_the_byte_order_and_a_missing_last_end_are_taken(
    tmp_path: Path, ends: bytes
) -> None:
    text = b"\xef\xbb\xbf" + text_of(EVENTS).replace(b"\n", ends)
    assert told(tmp_path, text) == (EVENTS, [])
    assert told(tmp_path, text.rstrip()) == (EVENTS, [])


def test_files_packed_one_behind_the_other_and_filled_up_with_zeros_are_one(
    tmp_path: Path,
) -> None:
    content = packed(b"".join(LINES[:40])) + packed(b"".join(LINES[40:])) + bytes(10_000)
    assert told(tmp_path, content) == (EVENTS, [])


def test_of_a_header_alone_nothing_can_be_shown_but_that_it_has_no_end(tmp_path: Path) -> None:
    assert told(tmp_path, LINES[0]) == ([], [NO_END])
    assert told(tmp_path, LINES[0].rstrip()) == ([], [NO_END])


# What is none


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "found it empty"),
        (b"\n", "found something else"),
        (b"\x1f\x8b", "found it empty"),
        (b"hello, world\n", "found something else"),
        (Random(7).randbytes(50_000), "found something else"),
        (bytes(5_000_000), "found something else"),
        (b"[" * 2_000_000, "found something else"),
        (b'{"event":"started"}\n', "found something else"),
        (b'{"recording":true}\n', "found something else"),
        (b'{"recording":"1"}\n', "found something else"),
        (LINES[0][:40], "cut in its first line"),
        (b'{"recording":2}\n', "a newer chai-tui wrote"),
        (b'{"recording":' + b"9" * 4_000 + b"}\n", "a newer chai-tui wrote"),
        (b'{"recording":' + b"9" * 900_000 + b"}\n", "found something else"),
        (b'{"recording":0}\n', "older"),
        (text_of(EVENTS).decode().encode("utf-16"), "UTF-16"),
        (packed(text_of(EVENTS))[:12], "found it empty"),
        (b"\x1f\x8b" + bytes(1_000), "damaged"),
        (packed(b"nothing of ours\n"), "found something else"),
        (packed(bytes(20_000_000)), "found something else"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else repr(value[:16]),
)
def test_what_is_no_recording_is_refused_in_a_line_that_names_it(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = recording(tmp_path, content, "x\x1b[2J.chai")
    message = refused(path)
    assert said in message
    assert message.startswith(str(tmp_path))
    assert "expected" in message


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert "found a folder" in refused(tmp_path)
    assert "no such file" in refused(tmp_path / "none")
    assert "cannot be read: Not a directory" in refused(recording(tmp_path, b"") / "x")
    assert "no file can have this name" in refused("a\0b")
    for device in ("/dev/zero", "/dev/null", "/dev/tty", "/dev/full"):
        if Path(device).exists():
            assert "device" in refused(device), device


def test_what_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = recording(tmp_path, text_of(EVENTS))
    path.chmod(0)
    # Root may read all: then the child becomes nobody, once it has imported what root alone may.
    code = (
        "import os, sys\n"
        "from chai_tui.recording.reader import Reader\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "Reader.open(sys.argv[1])\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert child.stderr.endswith("Permission denied\n"), child.stderr


def test_standard_input_is_read_unless_it_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert refused("-") == "standard input: expected a pipe or a file, found it closed"
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert "standard input: cannot be read" in refused("-")
    with piped([text_of(EVENTS)]) as source, os.fdopen(source) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        reader = Reader.open("-")
        assert list(reader.events()) == EVENTS
        reader.close()


# Pipes


class piped:  # noqa: N801 - read as a word
    """The descriptor of a pipe that a thread writes to, as long as anybody reads."""

    def __init__(self, pieces: Iterator[bytes] | list[bytes]) -> None:
        self._pieces = pieces

    def __enter__(self) -> int:
        source, sink = os.pipe()

        def write() -> None:
            try:
                for piece in self._pieces:
                    left = memoryview(piece)
                    while left:
                        left = left[os.write(sink, left) :]
            except BrokenPipeError:
                pass  # nobody reads any more
            finally:
                os.close(sink)

        self._thread = threading.Thread(target=write)
        self._thread.start()
        return source

    def __exit__(self, *_: object) -> None:
        self._thread.join(60)
        assert not self._thread.is_alive()


def test_a_slow_writer_is_waited_for_and_lines_may_come_in_pieces() -> None:
    text = text_of(EVENTS)
    random = Random(3)
    cuts = [0, *sorted(random.sample(range(len(text)), 60)), len(text)]
    pieces = [text[begin:end] for begin, end in itertools.pairwise(cuts)]
    with piped(pieces) as source:
        reader = Reader(ByteInput(source), "pipe")
        assert list(reader.events()) == EVENTS
        assert reader.problems() == []
        assert reader.is_over
        reader.close()


def test_a_pipe_with_a_name_that_nobody_writes_to_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "HEADER_SECONDS", 0.2)
    os.mkfifo(tmp_path / "pipe")
    assert "expected a recording" in refused(tmp_path / "pipe")


def test_a_byte_now_and_then_is_no_reason_to_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader_module, "HEADER_SECONDS", 0.3)

    def drops() -> Iterator[bytes]:
        while True:
            yield b" "
            time.sleep(0.001)

    with piped(drops()) as source, pytest.raises(RecordingError, match="none within"):
        Reader(ByteInput(source), "pipe")


@pytest.mark.parametrize(
    "endless",
    [
        bytes(65_536),
        (b"garbage" * 1_000 + b"\n") * 8,
        b"\n" * 500,
        b'{"event":"poured","at":1}\n' * 60,
        Random(7).randbytes(65_536),
    ],
    ids=["zeros", "garbage", "empty lines", "unknown events", "random"],
)
@pytest.mark.parametrize("is_packed", [False, True])
def test_an_endless_pipe_is_read_in_pieces_and_little_is_kept(
    endless: bytes, is_packed: bool
) -> None:
    begins = packed(b"".join(LINES[:9])) if is_packed else b"".join(LINES[:9])
    pieces = itertools.chain([begins], itertools.repeat(endless))
    with piped(pieces) as source:
        reader = Reader(ByteInput(source), "pipe")
        events: list[Event] = []
        most = 0
        for _ in range(8):
            read = reader.read()
            events += read.events if read else []
            most = max(most, len(reader._rest))
        reader.close()
    assert events == EVENTS[:8]
    assert most <= LONGEST_LINE + PIECE
    assert not reader.is_fresh


def test_what_is_too_much_is_left_out_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "MOST_BYTES", 3_000_000)
    with piped(itertools.chain([LINES[0]], itertools.repeat((b"x" * 900 + b"\n") * 60))) as source:
        reader = Reader(ByteInput(source), "pipe")
        assert list(reader.events()) == []
        assert "only the first 3,000,000 bytes are shown" in reader.problems()
        assert reader.share_read is None


# Bombs


def bomb(line: bytes, megabytes: int) -> bytes:
    """A recording of a few kilobytes that unpacks to so much of one line."""
    deflate = zlib.compressobj(9, wbits=31)
    piece = line * (1_000_000 // len(line))
    content = deflate.compress(LINES[0])
    return content + b"".join(deflate.compress(piece) for _ in range(megabytes)) + deflate.flush()


def test_a_bomb_of_zeros_is_one_line_that_is_too_long(tmp_path: Path) -> None:
    path = recording(tmp_path, bomb(b"\0", 40))
    tracemalloc.start()
    reader = Reader.open(path)
    assert all_of(reader) == []
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    reader.close()
    assert most < 6 * LONGEST_LINE
    assert reader.tally.garbled == 1
    assert reader.problems()[0].startswith("passed over 1 line that is no event")


def test_a_bomb_of_events_comes_a_piece_at_a_time(tmp_path: Path) -> None:
    path = recording(tmp_path, bomb(LINES[-4], 6))
    reader = Reader.open(path)
    seen = 0
    for _ in range(8):
        read = reader.read()
        assert read is not None
        assert len(read.text) <= 3 * PIECE
        seen += len(read.events)
    assert seen > 1_000
    reader.close()


# What is cut or damaged


@pytest.mark.parametrize("form", [bytes, packed], ids=["plain", "gz"])
def test_cut_anywhere_it_gives_all_that_is_before_the_cut(
    tmp_path: Path, form: Callable[[bytes], bytes]
) -> None:
    content = form(text_of(EVENTS))
    start = len(form(LINES[0]))
    seen = []
    for end in range(start, len(content) - 20, 97):
        events, problems = told(tmp_path, content[:end])
        assert events == EVENTS[: len(events)]
        assert problems == [NO_END]
        seen.append(len(events))
    assert seen == sorted(seen)
    assert len(EVENTS) - 3 <= seen[-1]


def test_behind_a_damaged_place_it_goes_on_and_what_is_missing_is_counted(tmp_path: Path) -> None:
    content = packed(text_of(EVENTS))
    random = Random(7)
    for _ in range(40):
        place = random.randrange(len(content) // 3, 2 * len(content) // 3)
        flipped = bytes([content[place] ^ (1 << random.randrange(8))])
        events, problems = told(tmp_path, content[:place] + flipped + content[place + 1 :])
        assert events[:9] == EVENTS[:9]
        assert events[-3:] == EVENTS[-3:]
        changed = sum(event not in EVENTS for event in events)
        assert changed <= 3, "a flip changes what is within one flush"
        assert problems or events == EVENTS, "some bits only fill up a byte"


def test_many_damaged_places_are_passed_one_after_the_other(tmp_path: Path) -> None:
    content = packed(b"".join(LINES[:20])) + b"\x00\x00\xff\xff\x07" * 60_000
    began = time.process_time()
    events, problems = told(tmp_path, content + packed(b"".join(LINES[20:])))
    assert events[:19] == EVENTS[:19]
    assert "1 damaged place could not be unpacked" in problems
    assert time.process_time() - began < 5.0


def test_what_comes_behind_an_end_or_a_second_header_is_shown(tmp_path: Path) -> None:
    lines = [*LINES[:30], LINES[-1], LINES[0], *LINES[30:]]
    events, problems = told(tmp_path, b"".join(lines))
    assert events == EVENTS
    assert problems == ["passed over 1 line that is no event (another recording begins there)"]


def test_lines_that_are_missing_are_counted_by_the_end(tmp_path: Path) -> None:
    _, problems = told(tmp_path, b"".join([*LINES[:5], *LINES[8:]]))
    assert problems == [f"3 events of {len(EVENTS)} are missing"]
    _, problems = told(tmp_path, LINES[0] + LINES[-1])
    assert problems == [f"{len(EVENTS)} events of {len(EVENTS)} are missing"]
    _, problems = told(tmp_path, LINES[0] + b'{"end":{"events":' + b"9" * 4_000 + b"}}\n")
    assert problems == []


def test_bytes_that_are_no_text_are_shown_as_such(tmp_path: Path) -> None:
    said = b'{"event":"trouble","at":1000,"maker":null,"text":"a\xff\x1b\xc3"}\n'
    events, problems = told(tmp_path, LINES[0] + said + LINES[-1])
    assert events == []
    assert "no event" in problems[0]  # a control code is none of JSON's
    said = said.replace(b"\x1b", b"\\u001b[31m[bold]\\udcff")
    events, _ = told(tmp_path, LINES[0] + said + LINES[-1])
    assert [event.text for event in events if isinstance(event, Trouble)] == ["a�␛[31m[bold]��"]


def test_times_years_away_and_unknown_events_are_passed_over_and_counted(tmp_path: Path) -> None:
    odd = [
        LINES[-4].replace(b'"at":100', b'"at":9999999100'),
        b'{"event":"poured","at":1000}\n',
        b"{}\n",
    ]
    events, problems = told(tmp_path, b"".join([*LINES[:-1], *odd, LINES[-1]]))
    assert events == EVENTS
    assert problems == [
        'passed over 1 line that is no event (expected an object with "event")',
        "passed over 1 event that this version does not know",
        "passed over 1 event at times that cannot be",
    ]


# What grows


def test_one_that_somebody_has_only_just_begun_is_waited_for(tmp_path: Path) -> None:
    file = RecordingFile(tmp_path / "run.chai")
    begins = threading.Timer(0.2, file.begin, [Header(monotonic=5.0)])
    begins.start()
    reader = Reader.open(tmp_path / "run.chai")
    begins.join()
    assert reader.header.monotonic == 5.0
    assert reader.is_fresh
    file.abandon()


def test_a_file_that_grows_is_followed_and_a_cut_line_is_completed_later(tmp_path: Path) -> None:
    text = text_of(EVENTS)
    start = len(LINES[0]) + 50
    path = recording(tmp_path, text[:start], old=False)
    reader = Reader.open(path)
    found = all_of(reader)
    assert reader.is_fresh
    assert reader.problems() == [f"{NO_END}, or goes on"]
    with path.open("ab") as file:
        for begin in range(start, len(text), 37):
            file.write(text[begin : begin + 37])
            file.flush()
            found += all_of(reader)
    assert found == EVENTS
    assert reader.is_over
    assert reader.problems() == []
    assert reader.share_read == 1.0
    reader.close()


def test_a_packed_file_that_grows_is_followed(tmp_path: Path) -> None:
    content = packed(text_of(EVENTS), lines_a_flush=1)
    path = recording(tmp_path, content[:600], old=False)
    reader = Reader.open(path)
    found = all_of(reader)
    with path.open("ab") as file:
        for begin in range(600, len(content), 211):
            file.write(content[begin : begin + 211])
            file.flush()
            found += all_of(reader)
    assert found == EVENTS
    reader.close()


@pytest.mark.parametrize("longer", [False, True], ids=["shorter", "longer"])
def test_a_file_that_is_begun_anew_is_noticed(tmp_path: Path, longer: bool) -> None:
    path = recording(tmp_path, b"".join(LINES[:50]))
    reader = Reader.open(path)
    assert all_of(reader) == EVENTS[:49]
    other = text_of(EVENTS).replace(b'"wall":""', b'"wall":"2026-01-01T00:00:00.000Z"')
    path.write_bytes(other if longer else other[:500])
    assert all_of(reader) == []
    assert reader.is_over
    assert reader.problems()[0].startswith("somebody cut the file or began it anew")
    reader.close()


def test_it_can_be_closed_at_any_time_and_closes_nothing_else(tmp_path: Path) -> None:
    reader = Reader.open(recording(tmp_path, text_of(EVENTS)))
    reader.close()
    with (tmp_path / "other").open("wb") as other:  # gets the same number
        reader.close()
        assert reader.read() is None
        assert reader.share_read is None
        assert not reader.is_fresh
        reader.wait(0.0)
        other.write(b"is still open")


def test_a_disk_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader.open(recording(tmp_path, text_of(EVENTS)))

    def fails(*_: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    all_of(reader)
    monkeypatch.setattr(os, "read", fails)
    with pytest.raises(RecordingError, match="cannot be read: Input/output error"):
        reader.read()
    monkeypatch.undo()
    reader.close()


# Anything


@settings(max_examples=60)
@given(mangled())
def test_of_anything_only_events_come_that_a_floor_takes_and_all_can_be_told(
    content: bytes,
) -> None:
    see_mangled(content)


def see_mangled(content: bytes) -> None:
    """Read what was mangled, fold it, and ask all that views ask."""
    with piped([content]) as source:
        try:
            reader = Reader(ByteInput(source), "pipe")
        except RecordingError:
            return
        events = list(reader.events())
        reader.close()
    low, high = reader.header.window
    assert all(type(event) in EVENT_TYPES and low <= event.at <= high for event in events)
    assert all(problem.isprintable() for problem in reader.problems())
    floor = Floor()
    floor.fold(events)
    look_at(floor, events)
