"""Where an export goes: a file, which is there whole or not at all, or stdout."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.host.patient_output import descriptor_of, write_all
from chai_tui.model.text import printable
from chai_tui.recording.byte_input import is_stdin
from chai_tui.recording.export.tables import (
    EVENT_COLUMNS,
    FINDING_COLUMNS,
    MAKER_COLUMNS,
    SAMPLE_COLUMNS,
)
from chai_tui.views.output import OutputError

_AT_ONCE = 262_144
"""Bytes that are gathered before they are written."""
_LOOKED_AT = 65_536
"""Bytes at the beginning of a file that tell whether it is an export; a report's style is long."""
_ENDINGS = {
    "trace": ".trace.json",
    "pftrace": ".pftrace",
    "html": ".html",
    "csv": ".csv",
    "svg": ".svg",
    "jsonl": ".jsonl",
}
_TABLES = (MAKER_COLUMNS, EVENT_COLUMNS, SAMPLE_COLUMNS, FINDING_COLUMNS)
_LOOKS_LIKE = {
    "trace": rb"(?s)\[.*chai-tui",
    "pftrace": rb"(?s)\n.*chai-tui",
    "html": rb"(?si)<!doctype html.*chai",
    "csv": b"|".join(re.escape(",".join(columns).encode()) + b"\r?\n" for columns in _TABLES),
    "svg": rb"(?s)(<\?xml|<svg).*(chai|<desc[^>]*>A timeline of )",
    "jsonl": rb'\{"event":',
}
"""What an export of each form begins with."""
_STDOUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


class Target(NamedTuple):
    """Where to.

    Attributes:
        path: of the file; None for stdout.
        form: what is written.
    """

    path: Path | None
    form: str


def settle_target(recording: str, form: str, table: str, output: str | None) -> Target:
    """Return where an export goes.

    Args:
        recording: its path, ``-`` for standard input.
        form: what is made of it.
        table: of a csv, what its rows are; else empty.
        output: as it was asked for; None: nothing was.

    Raises:
        BadRequestError: it cannot go there.
    """
    shows = sys.stdout is not None and sys.stdout.isatty()
    if output is None and (sys.stdout is None or shows):
        path = _beside(recording, form, table)
    elif output is None or output in _STDOUT:
        if shows and form == "pftrace":
            raise BadRequestError(
                "--output: pftrace is not for a terminal: expected a file, or stdout in a pipe."
            )
        if _is_what_stdout_is(recording):
            raise BadRequestError(
                "stdout: it is the recording itself, which is not written over.", is_usage=False
            )
        return Target(None, form)
    else:
        path = Path(output)
    problem = "no file can have an empty name" if output == "" else _problem(path, recording, form)
    if problem:
        raise BadRequestError(f"{printable(str(path))}: {problem}", is_usage=False)
    return Target(path, form)


def _is_what_stdout_is(recording: str) -> bool:
    """Whether a shell's ``>>`` leads to the recording, which would be changed, or never end."""
    descriptor = descriptor_of(sys.stdout)
    if descriptor is None:
        return False
    try:
        there = os.fstat(descriptor)
        # The number is stdin's: what it stands for needs no name.
        read = os.fstat(0) if is_stdin(recording) else os.stat(recording)  # noqa: PTH116 - likewise
    except (OSError, ValueError):
        return False  # whoever opens it says so
    return stat.S_ISREG(there.st_mode) and os.path.samestat(there, read)


def _beside(recording: str, form: str, table: str) -> Path:
    """The file for an export that nobody named: it has the recording's name, and stands beside."""
    is_file = not is_stdin(recording) and Path(recording).is_file()
    path = Path(recording if is_file else "recording")
    name = path.name.removesuffix(".gz").removesuffix(".chai") or "recording"
    which = f".{table}" if table not in {"", "makers"} else ""
    return path.with_name(f"{name}{which}{_ENDINGS[form]}")


def _problem(path: Path, recording: str, form: str) -> str:
    """Why a file may not be written; empty if it may."""
    try:
        there = path.lstat()
        if stat.S_ISDIR(there.st_mode):
            return "expected a file, found a folder"
        if stat.S_ISLNK(there.st_mode):
            return "expected a file, found a link, which is not written over"
        if not stat.S_ISREG(there.st_mode):
            return "expected a file, found a device, pipe or socket (- is stdout)"
        if not is_stdin(recording) and path.samefile(recording):
            return "it is the recording itself, which is not written over"
        with path.open("r+b") as file:  # to be refused where it is not to be changed
            begins = file.read(_LOOKED_AT)
    except FileNotFoundError:
        return "" if path.parent.is_dir() else "there is no such folder to write it in"
    except OSError as error:
        return f"cannot be written: {error.strerror or error}"
    except ValueError:  # a NUL byte or a lone surrogate in the path
        return "no file can have this name"
    if begins and not re.match(_LOOKS_LIKE[form], begins):
        return (
            f"expected a new file or an earlier {form}, found something else, "
            "which is not written over"
        )
    return ""


class Written:
    """Takes what is written, and hands it on in pieces.

    Attributes:
        size: bytes so far.

    Args:
        put: takes the bytes.
    """

    def __init__(self, put: Callable[[bytes], object]) -> None:
        self.size = 0
        self._put = put
        self._pieces: list[bytes] = []
        self._gathered = 0

    def text(self, text: str) -> None:
        """Write text, in UTF-8.

        Raises:
            OutputError: nobody takes it.
        """
        self.data(text.encode("utf-8", "backslashreplace"))

    def data(self, data: bytes) -> None:
        """Write bytes.

        Raises:
            OutputError: nobody takes them.
        """
        self._pieces.append(data)
        self._gathered += len(data)
        if self._gathered >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Hand on what was gathered.

        Raises:
            OutputError: nobody takes it.
        """
        data = b"".join(self._pieces)
        self.size += len(data)
        self._pieces, self._gathered = [], 0
        try:
            self._put(data)
        except OSError as error:
            raise OutputError(error.strerror or str(error)) from error


@contextlib.contextmanager
def writing_to(target: Target) -> Iterator[Written]:
    """Write to a target; a file appears once all of it is written, and not otherwise.

    Raises:
        OutputError: nobody takes it.
    """
    if target.path is None:
        written = Written(_put_to_stdout())
        yield written
        written.flush()
        return
    # In the same folder: only there it can take the other's place in one step.
    unfinished = target.path.with_name(f".chai-tui-{secrets.token_hex(4)}.part")
    try:
        with unfinished.open("xb") as file:
            written = Written(file.write)
            yield written
            written.flush()
        unfinished.replace(target.path)
    except OSError as error:
        raise OutputError(error.strerror or str(error)) from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()


def _put_to_stdout() -> Callable[[bytes], object]:
    if sys.stdout is None:
        raise OutputError("stdout is closed")
    descriptor = descriptor_of(sys.stdout)
    if descriptor is None:
        return sys.stdout.buffer.write
    return lambda data: write_all(descriptor, data)
