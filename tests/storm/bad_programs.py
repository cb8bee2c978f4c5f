"""``run`` and ``watch`` refuse in one line what they cannot do, and hang at nothing odd.

Each line is one that somebody could type. The installed program is called, as whoever may not read
just anything: as root it would be read all the same.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.process.program import console_script
from tests.storm.promise import PATIENCE, require

ODD = "\x1b[31mchai\x07\n"
"""A name with control codes in it."""
_LONG = "x" * 5_000
_FOR_RUN = (
    [],
    ["--"],
    ["--", " "],
    [""],
    ["-m"],
    ["-m", ""],
    ["-m", "no.such-module"],
    ["-m", "no_such_module_of_anybody"],
    ["-m", "xml"],
    ["none.py"],
    ["folder"],
    ["folder.py"],
    ["unreadable.py"],
    ["notes.txt"],
    ["pipe"],
    [ODD],
    [_LONG],
    ["--", "no-such-command-of-anybody"],
    ["--", "./notes.txt"],
    ["--", "./folder"],
    ["--", "./pipe"],
    ["--", _LONG],
    ["--nonsense", "script.py"],
    ["--json", "--plain", "script.py"],
    ["--large", "--plain", "script.py"],
    ["--every"],
    *(["--every", each, "script.py"] for each in ("0", "-1", "nan", "1e999", "x", ODD)),
    ["--stdin"],
    *(["--stdin", each, "script.py"] for each in ("", "none", "folder", "unreadable.py", ODD)),
)
_FOR_WATCH = (
    [],
    ["--exit"],
    *([each] for each in ("", "0", "-1", "+1", "1.0", "0x10", "x", "１", "-", ODD, _LONG)),
    ["9" * 30],
    ["4194305"],  # more than any Linux counts to
    ["--", "-1"],
    ["1", "-2"],
    ["1", "--nonsense"],
    ["--tty", "1"],
    ["--stdin", "script.py", "1"],
    ["--every", "0", "1"],
    ["--name"],
    *(["--name", each] for each in ("", " ", "no such name of anybody", f"no {ODD}")),
    ["--name", "sleep", "1"],
)
_UNWRITABLE = ("", "none/at/all", "folder", "/proc/x", "locked/x", "locked.gz", "/dev/full", "pipe")
"""Where nothing can be recorded."""
_UNREADABLE = {"unreadable.py", "locked/x", "locked.gz"}
"""By anybody but root."""
_REFUSED: tuple[tuple[str, ...], ...] = (
    *(("run", *each) for each in _FOR_RUN),
    *(("watch", *each) for each in _FOR_WATCH),
    *(("run", "--record", each, "script.py") for each in (*_UNWRITABLE, "script.py")),
    *(("watch", "--record", each, "1") for each in (*_UNWRITABLE, "script.py")),
)


@contextlib.contextmanager
def _in_a_folder() -> Iterator[None]:
    """Stand in a folder with files of every kind that a program cannot be."""
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        for folder in ("folder", "folder.py", "locked"):
            Path(folder).mkdir()
        Path("script.py").write_text(f"print({ODD!r})\n")
        for file, mode in (("unreadable.py", 0), ("notes.txt", 0o644), ("locked.gz", 0o444)):
            Path(file).write_text("notes\n")
            Path(file).chmod(mode)
        Path("of_nobody").write_text("#!/no/such/interpreter\n")
        Path("of_nobody").chmod(0o755)
        Path("nonsense").write_bytes(b"\0\0\0")
        Path("nonsense").chmod(0o755)
        os.mkfifo("pipe")
        Path("locked").chmod(0o555)
        yield
        Path("locked").chmod(0o755)


def _as_anybody() -> list[str]:
    """Return what to begin a command with for it to have no right to read everything."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or setpriv is None:
        return []
    return [setpriv, "--bounding-set", "-dac_override,-dac_read_search"]


def _called(arguments: Sequence[str], *, interrupted: bool = False) -> tuple[int, str, str]:
    """Call the program; return its exit code, and what it wrote to stdout and stderr.

    Args:
        arguments: which; where they may not be read by root alone, this is so for root, too.
        interrupted: whether Ctrl-C comes once it has said something.
    """
    with subprocess.Popen(
        [*_as_anybody(), console_script(), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as program:
        assert program.stderr is not None
        try:
            first = b""
            if interrupted:
                there, _, _ = select.select([program.stderr], [], [], PATIENCE)
                require(there, f"{arguments}: says nothing")
                first = program.stderr.readline()
                program.send_signal(signal.SIGINT)
            out, err = program.communicate(timeout=PATIENCE)
        finally:
            program.kill()
    return program.returncode, out.decode(), (first + err).decode()


def feed_bad_programs(lines: int, random: Random) -> str:
    """Ask for what cannot be run or watched; return the figures.

    Args:
        lines: how many of the lines that are known, drawn at random.
        random: what draws them.
    """
    with _in_a_folder():
        refused = random.sample(_REFUSED, min(lines, len(_REFUSED)))
        if not _as_anybody() and os.geteuid() == 0:  # who reads everything is not refused
            refused = [each for each in refused if not {*each} & _UNREADABLE]
        for arguments in refused:
            code, out, err = _called(arguments)
            told = err.splitlines()
            of = f"{[each[:40] for each in arguments]}"
            require(code == 2 and not out, f"{of}: exit code {code}, printed {out[:200]!r}")
            require(len(told) == 1 and told[0].isprintable(), f"{of}: told {err[-600:]!r}")
            require(told[0].startswith("chai-tui: "), f"{of}: told {told[0]!r}")
    return f"{len(refused)} lines for run and watch refused"


class _Odd(NamedTuple):
    """What is odd, but there, and how its call ends; or it is interrupted."""

    arguments: tuple[str, ...]
    code: int = 130


def feed_odd_programs(lines: int, random: Random) -> str:
    """Run and watch what is odd, but there; return the figures.

    Args:
        lines: how many of those that are known, drawn at random.
        random: what draws them.
    """
    sleep = shutil.which("sleep")
    with _in_a_folder(), subprocess.Popen([ODD, "600"], executable=sleep) as sleeper:
        odd = [
            _Odd(("run", "--exit", "--tty", "script.py", ODD), 0),
            _Odd(("run", "of_nobody"), 2),
            _Odd(("run", "nonsense"), 2),
            _Odd(("run", "--stdin", "/dev/zero", "--", "sh", "-c", "kill -9 $$"), 137),
            # Nobody ever writes into the pipe: whoever waits for that is not us.
            _Odd(("run", "--stdin", "pipe", "--", "cat")),
            _Odd(("watch", "--name", ODD)),
            _Odd(("watch", str(sleeper.pid), "1")),
            *_kernels_own(),
        ]
        odd = random.sample(odd, min(lines, len(odd)))
        try:
            for arguments, code in odd:
                _see(f"{arguments}", _called(arguments, interrupted=code == 130), code)
        finally:
            sleeper.kill()
        _see("it watches itself", _own_pid(), 2)
    return f"{len(odd)} odd ones run and watched"


def _kernels_own() -> list[_Odd]:
    """Return how a thread of the kernel is watched, where one is to be seen."""
    try:
        name = Path("/proc/2/comm").read_text("utf-8", "replace").strip()
    except OSError:  # in a container
        return []
    return [_Odd(("watch", "2"))] if name == "kthreadd" else []


def _own_pid() -> tuple[int, str, str]:
    """Have chai-tui asked to watch itself."""
    line = f"exec '{console_script()}' watch $$"
    done = subprocess.run(["sh", "-c", line], capture_output=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def _see(of: str, got: tuple[int, str, str], expected: int) -> None:
    code, out, err = got
    require(code == expected, f"{of}: exit code {code}, told {err[-600:]!r}")
    require("Traceback" not in err, f"{of}: {err[-600:]}")
    for line in (*out.split("\n"), *err.split("\n")):
        require(line.isprintable(), f"{of}: told {line!r}")
    for line in err.splitlines():
        require(line.startswith("chai-tui: "), f"{of}: told {line!r}")
