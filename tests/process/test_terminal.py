"""The terminal is this process's alone, and is given back as it was."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there, children are started without the console's handles"
)

PROLOGUE = """
import os, subprocess, sys
from chai_tui.host.process_setup import raise_file_limit
from chai_tui.host.patient_output import write_text
from chai_tui.host.terminal import own_terminal

def child():
    subprocess.run([sys.executable, "-c",
        "import os; os.write(1, b'child on 1'); os.write(2, b'child on 2')"], close_fds=False)

def say(text):
    print(text, flush=True)
    print(text, file=sys.stderr, flush=True)
"""


def script(
    code: str, env: Mapping[str, str] | None = None, before: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own, ``before`` being shell words that close descriptors."""
    command = [sys.executable, "-c", PROLOGUE + textwrap.dedent(code)]
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {before}', "sh", *command],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=30,
        check=False,
        env={**os.environ, **(env or {})},
    )


def test_only_our_own_streams_reach_the_terminal() -> None:
    result = script(
        """
        say("before")
        with own_terminal():
            say("within")
            sys.__stdout__.write("and the other name\\n")
            child()
            os.write(1, b"whoever inherited 1")
            os.write(2, b"whoever inherited 2")
        say("after")
        child()
        """
    )
    assert result.returncode == 0
    assert result.stdout == "before\nwithin\nand the other name\nafter\nchild on 1"
    assert result.stderr == "before\nwithin\nafter\nchild on 2"


def test_a_forked_child_loses_the_terminal_and_its_parent_does_not() -> None:
    result = script(
        """
        with own_terminal():
            print("the parent's own", end="")  # not yet written when the child begins
            pid = os.fork()
            if pid == 0:
                say("child")
                sys.__stderr__.write("child again\\n")
                sys.stdout.flush()
                os._exit(0)
            os.waitpid(pid, 0)
            say(", said once")
        """
    )
    assert result.stdout == "the parent's own, said once\n"
    assert result.stderr == ", said once\n"


def test_it_can_be_entered_again_and_within_itself() -> None:
    result = script(
        """
        for turn in range(3):
            with own_terminal():
                with own_terminal():
                    say(turn)
                    child()
        opened = os.listdir("/dev/fd")
        with own_terminal():
            pass
        assert len(os.listdir("/dev/fd")) == len(opened)
        assert sys.stdout.fileno() == 1 and sys.stderr.fileno() == 2
        """
    )
    assert (result.returncode, result.stdout) == (0, "0\n1\n2\n")


def test_encoding_and_buffering_stay() -> None:
    result = script(
        """
        before = [(s.encoding, s.errors, s.line_buffering) for s in (sys.stdout, sys.stderr)]
        with own_terminal():
            after = [(s.encoding, s.errors, s.line_buffering) for s in (sys.stdout, sys.stderr)]
            assert before == after, (before, after)
            assert sys.stdout is sys.__stdout__ and sys.stderr is sys.__stderr__
            print("\\xe9")
        """,
        env={"PYTHONIOENCODING": "ascii:namereplace"},
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "\\N{LATIN SMALL LETTER E WITH ACUTE}\n"


@pytest.mark.parametrize("closed", ["1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_closed_descriptors_are_never_taken_by_others(closed: str) -> None:
    result = script(
        """
        with own_terminal():
            say("nobody hears this, or one")
            reader, writer = os.pipe()
            assert min(reader, writer) > 2
            child()
            there = "import os; [os.fstat(descriptor) for descriptor in range(3)]"
            subprocess.run([sys.executable, "-c", there], close_fds=False, check=True)
        """,
        before=closed,
    )
    assert result.returncode == 0
    assert "child" not in result.stdout + result.stderr


def test_a_reader_that_has_gone_is_no_noise_at_the_end() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        result = subprocess.run(
            [
                sys.executable,
                "-c",
                (
                    f"{PROLOGUE}\nwith own_terminal():\n"
                    "    try:\n        write_text(sys.stdout, 'x' * 100_000)\n"
                    "    except BrokenPipeError:\n        pass\n"
                ),
            ],
            stdout=writer,
            stderr=subprocess.PIPE,
            timeout=30,
            check=False,
        )
    finally:
        os.close(writer)
    assert (result.returncode, result.stderr) == (0, b"")


def test_the_file_limit_is_raised_as_far_as_allowed_and_never_lowered() -> None:
    result = script(
        """
        import resource
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = min(4_096, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, most), most))
        raise_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (most, most)
        raise_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (most, most)
        """
    )
    assert (result.returncode, result.stderr) == (0, "")
