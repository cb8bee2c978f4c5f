"""What a program is given: its input, its descriptors and its environment, as without us."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("programs are run on Linux alone", allow_module_level=True)

from chai_tui.host.process_setup import inherited_descriptors
from chai_tui.model.program import RunProgram
from chai_tui.sources.program.starting import ProgramStartError, as_we_got_it, start_program
from tests.terminal import PATIENCE


def written_by(*command: str, **options: Any) -> str:
    """What a command writes to stdout, and nothing to stderr."""
    program = RunProgram(command, " ".join(command))._replace(**options)
    started = start_program(program, lambda *_: os.environ)
    texts = {}
    try:
        started.process.wait(PATIENCE)
        for descriptor, name in started.streams.items():
            texts[name] = os.read(descriptor, 1_000).decode()
    finally:
        started.process.kill()
        for descriptor in started.streams:
            os.close(descriptor)
    assert texts["err"] == ""
    return texts["out"]


@contextmanager
def pipe_of(data: bytes) -> Iterator[int]:
    """A pipe that holds data, and its end."""
    given, end = os.pipe()
    os.write(end, data)
    os.close(end)
    yield given
    os.close(given)


def test_input_of_ours_goes_on_where_somebody_stopped_to_read_it(tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("a\nb\n")
    with (tmp_path / "lines").open("rb") as lines:
        os.read(lines.fileno(), 2)
        assert written_by("cat", stdin=lines.fileno()) == "b\n"
    with pipe_of(b"tea") as pipe:
        assert written_by("cat", stdin=pipe) == "tea"


def test_input_of_ours_may_be_a_socket() -> None:
    ours, other = socket.socketpair()
    with ours, other:
        other.sendall(b"tea")
        other.shutdown(socket.SHUT_WR)
        assert written_by("cat", stdin=ours.fileno()) == "tea"


def test_what_whoever_started_us_opened_for_it_is_open_in_it() -> None:
    with pipe_of(b"tea") as given, pipe_of(b"ours") as ours:
        os.set_inheritable(given, True)
        inherits = inherited_descriptors()
        assert given in inherits
        assert ours not in inherits
        listing = written_by("sh", "-c", f"cat </dev/fd/{given}; ls /dev/fd/", inherits=inherits)
    text, _, names = listing.partition("tea")
    assert text == ""
    assert {str(given)} <= {*names.split()} - {str(ours)} == {*names.split()}


def test_a_script_without_a_first_line_that_says_who_runs_it_is_the_shells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, other = tmp_path / "no-first-line", tmp_path / "other"
    for path, data in ((script, b'echo ran "$0" "$@"\n'), (other, b"\x01\0\n\0")):
        path.write_bytes(data)
        path.chmod(0o755)
    assert written_by(str(script), "a b") == f"ran {script} a b\n"
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert written_by("no-first-line") == f"ran {script}\n"
    with pytest.raises(ProgramStartError, match="other could not be started: Exec format error"):
        written_by(str(other))


def test_the_encoding_that_python_adds_for_itself_is_not_passed_on(tmp_path: Path) -> None:
    coerced = {"A": "1", "LC_CTYPE": "C.UTF-8"}
    for before, after in (
        (b"A=0\0", {"A": "1"}),
        (b"LC_CTYPE=C\0A=0\0", {"A": "1", "LC_CTYPE": "C"}),
        (b"LC_CTYPE=C.UTF-8\0", coerced),
    ):
        (tmp_path / "environ").write_bytes(before)
        assert as_we_got_it(coerced, str(tmp_path / "environ")) == after
    assert as_we_got_it(coerced, str(tmp_path / "none")) == coerced
    code = (
        "import os; from chai_tui.sources.program.starting import as_we_got_it as got\n"
        "print(got({**os.environ}) == {'LANG': '', 'FOO': '1=2'})"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={"LANG": "", "FOO": "1=2"},
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    assert result.stdout == b"True\n"
