"""Standard streams that are closed, full, gone, or made non-blocking by whoever shares them."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Iterator

import psutil

from tests.process.program import console_script, family_of
from tests.storm.promise import PATIENCE, Force, Promise, require
from tests.terminal import Terminal

PAGES = ("--help", "brew --help", "--version", "completion bash", "completion zsh")
"""What is only printed."""
RUNS = ("--plain", "--json", "", "--simulate --json")
"""What brews; without a terminal, no option at all means lines."""
UNWRITABLE = {
    ">&-": "stdout is closed",
    ">/dev/full": "No space left on device",
    "1</dev/null": "Bad file descriptor",
    ">&7": "Input/output error",  # a terminal that is gone
}
"""Shell words that spoil stdout, and what must be said."""
DEAF = ("2>&-", "2>/dev/full", "2>&7", "2>&8")
"""Those that leave nobody to say it to: a terminal that is gone, a pipe without a reader."""
HARMLESS = ("0<&-", "2>&-", "0<&- 2>&-", "2>/dev/full", "0<&7")
"""Those that a run without a screen does not need."""


@contextlib.contextmanager
def _dead_ends() -> Iterator[tuple[int, int]]:
    """A terminal that is gone, and a pipe whose reader is."""
    master, terminal = pty.openpty()
    reader, pipe = os.pipe()
    os.close(master)
    os.close(reader)
    try:
        yield terminal, pipe
    finally:
        os.close(terminal)
        os.close(pipe)


def _with(streams: str, *arguments: str) -> list[str]:
    """Return the command that runs the program with its streams as shell words say.

    Args:
        streams: what follows ``exec``; ``"$@"`` in them is the program.
        arguments: the program's.
    """
    return ["sh", "-c", f"exec {streams}", "sh", console_script(), *arguments]


def call(arguments: str, streams: str) -> subprocess.CompletedProcess[str]:
    """Run the program with streams as shell words say.

    Args:
        arguments: the program's.
        streams: where its streams lead; ``&7`` is a terminal that is gone, ``&8`` a pipe without a
            reader, and only one of them can be named.
    """
    with _dead_ends() as (terminal, pipe):
        return subprocess.run(
            # Some shells take no descriptor of two digits, so it comes as stdin.
            _with(f'7>&0 8>&0 </dev/null; exec "$@" {streams} 7>&- 8>&-', *arguments.split()),
            stdin=pipe if "&8" in streams else terminal,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


def spoil_stdout(arguments: str, streams: str) -> None:
    """Require one line and exit code 1, and that no run goes on for it."""
    done = call(arguments, streams)
    expected = f"chai-tui: cannot write: {UNWRITABLE[streams]}\n"
    require(
        (done.returncode, done.stdout, done.stderr) == (1, "", expected),
        f"{arguments} {streams}: {done}",
    )


def spoil_stdout_and_stderr(arguments: str, streams: str, deaf: str) -> None:
    """Require the exit code alone: there is nobody to tell."""
    done = call(arguments, f"{streams} {deaf}")
    require((done.returncode, done.stdout, done.stderr) == (1, "", ""), f"{arguments}: {done}")


def lose_the_reader(arguments: str) -> None:
    """Require not a word about a pipe whose reader has gone."""
    done = call(arguments, ">&8")
    require((done.returncode, done.stdout, done.stderr) == (1, "", ""), f"{arguments} {done}")


def complain_to_nobody(deaf: str) -> None:
    """Require that bad usage is bad usage, whoever hears of it."""
    done = call("--makers 0", deaf)
    require((done.returncode, done.stdout, done.stderr) == (2, "", ""), f"{deaf}: {done}")


def brew_all_the_same(arguments: str, streams: str) -> None:
    """Require a run that is served whatever stdin and stderr are."""
    done = call(arguments, streams)
    require((done.returncode, done.stderr) == (0, ""), f"{arguments} {streams}: {done}")
    require(done.stdout.count("\n") > 4, f"{arguments} {streams}: {done}")


def nobody_takes_their_place(streams: str = "0<&- 2>&-") -> None:
    """Require that what was closed leads nowhere in the program and in its makers."""
    process = subprocess.Popen(
        _with(f'"$@" {streams}', "--plain"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        started = 0
        while started < 3:  # until then a maker may be just about to lead its own elsewhere
            line = process.stdout.readline()
            require(line, f"{streams}: it ended with {started} makers started")
            started += line.startswith("Start of")
        for pid in (process.pid, *(child.pid for child in family_of(process.pid))):
            for number in (0, 2):
                leads = os.readlink(f"/proc/{pid}/fd/{number}")  # noqa: PTH115 - no file
                harmless = leads == os.devnull or (number and leads.startswith("pipe:"))
                require(harmless, f"{streams}: {number} of {pid} is {leads}")
        process.stdout.read()
        require(process.wait(PATIENCE) == 0, f"{streams}: exit code {process.returncode}")
    finally:
        process.kill()
        process.communicate()


def _no_keys(recipe: str, streams: str, expected: str) -> None:
    """Require lines, and a reason for them, on a terminal whose stdin or stderr is closed."""
    command = _with(f'"$@" {streams}', recipe)
    with Terminal(command) as terminal:
        code = terminal.wait()
        text = terminal.raw.decode()
        require(code == 0, f"{streams}: exit code {code}")
        require(text.count(expected) == 1, f"{streams}: {text}")
        require("All chai served" in text, f"{streams}: {text}")
        require("\x1b" not in text, f"{streams}: {text}")


def show_no_screen(recipe: str = "chai") -> None:
    """Require the reason, wherever there is a place for it."""
    _no_keys(recipe, "0<&-", "stdin is no terminal, so no keys can be read: showing plain lines")
    _no_keys(
        recipe, "2>&-", "stderr is no terminal, and the screen is drawn there: showing plain lines"
    )


def share_a_pipe(arguments: str, *, served: int, pause: float) -> str:
    """Let a slow reader share a non-blocking pipe with the program; nothing may be lost.

    Args:
        arguments: the program's.
        served: how many makers must be served at its end.
        pause: seconds that the reader sleeps while the pipe is full.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    process = subprocess.Popen(
        [console_script(), *arguments.split()], stdout=writer, stderr=subprocess.PIPE
    )
    try:
        time.sleep(pause)  # the fault itself
        require(not os.get_blocking(writer), "the pipe was made blocking for all who share it")
        os.close(writer)
        with open(reader, "rb", buffering=0) as pipe:  # noqa: PTH123 - a descriptor
            text = b"".join(iter(lambda: pipe.read(3_000), b"")).decode()
        assert process.stderr is not None
        said = process.stderr.read()
        code = process.wait(PATIENCE)
    finally:
        process.kill()
        process.communicate()
    require((code, said) == (0, b""), f"{arguments}: exit code {code}, {said!r}")
    require(text.endswith("\n"), f"{arguments}: ends with {text[-80:]!r}")
    if "--json" in arguments:
        events = [json.loads(line)["event"] for line in text.splitlines()]
        require(events.count("exited") == served, f"{arguments}: {events.count('exited')} ended")
    else:
        ends = text.count("End of")
        require(ends == served, f"{arguments}: {ends} of {served} ends were told")
    return f"{len(text):,} bytes"


def print_through_a_full_pipe(arguments: str) -> None:
    """Require a whole page through a non-blocking pipe that is full at first."""
    whole = call(arguments, "").stdout
    require(_past_a_stuffed(arguments, stream=1) == whole, f"{arguments}: something was lost")


def warn_through_a_full_pipe() -> None:
    """Require a whole complaint on a non-blocking stderr that is full at first."""
    said = _past_a_stuffed("--makers 0", stream=2)
    require(said.startswith("chai-tui: Invalid") and said.endswith("brew --help)\n"), said)


def _past_a_stuffed(arguments: str, *, stream: int) -> str:
    """Return what comes through a non-blocking pipe that is read when the program waits for it."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    stuffed = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            stuffed += os.write(writer, b"." * 512)
    to = {("stdout", "stderr")[stream - 1]: writer}
    process = subprocess.Popen([console_script(), *arguments.split()], **to)  # type: ignore[call-overload]
    try:
        until_it_sleeps(process.pid)
        os.close(writer)
        with open(reader, "rb", buffering=0) as pipe:  # noqa: PTH123 - a descriptor
            data = b"".join(iter(lambda: pipe.read(700), b""))
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
    return data[stuffed:].decode()


def until_it_sleeps(pid: int) -> None:
    """Wait until a program waits for room: it sleeps, and does nothing for a while."""
    process = psutil.Process(pid)
    deadline = time.monotonic() + PATIENCE
    before = None
    while (now := (process.status(), process.cpu_times())) != before or now[0] != "sleeping":
        require(time.monotonic() < deadline, f"{pid} never waits for room")
        before = now
        time.sleep(0.25)


def end_while_nobody_reads(arguments: str) -> None:
    """Require that a signal ends a run that waits for room in a non-blocking pipe."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    process = subprocess.Popen([console_script(), *arguments.split()], stdout=writer)
    os.close(writer)
    try:
        until_it_sleeps(process.pid)
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE)
        require(code == 143, f"{arguments}: exit code {code}")
    finally:
        process.kill()
        process.wait()
        os.close(reader)


def _spoiled(_: Force) -> str:
    tried = 0
    for arguments in (*PAGES, *RUNS):
        for streams in UNWRITABLE:
            spoil_stdout(arguments, streams)
        lose_the_reader(arguments)
        tried += len(UNWRITABLE) + 1
    for deaf in DEAF:
        for streams in (">&-", ">/dev/full"):
            for arguments in ("--help", "--json"):
                spoil_stdout_and_stderr(arguments, streams, deaf)
        complain_to_nobody(deaf)
        tried += 5
    for streams in HARMLESS:
        for arguments in RUNS:
            brew_all_the_same(arguments, streams)
        tried += len(RUNS)
    nobody_takes_their_place()
    show_no_screen()
    return f"{tried + 3} ways, one line each"


def _shared(force: Force) -> str:
    pause = max(0.5, min(5.0, 5 * force.scale))
    makers = force.times(400, 40)
    simulated = f"--simulate --speed 1000 --makers {makers}"
    figures = [
        share_a_pipe(f"{simulated} --json", served=makers, pause=pause),
        share_a_pipe(f"{simulated} --plain", served=makers, pause=pause),
        share_a_pipe(f"--makers {makers} --engine thread --json", served=makers, pause=pause),
    ]
    for arguments in PAGES:
        print_through_a_full_pipe(arguments)
    warn_through_a_full_pipe()
    end_while_nobody_reads(ENDLESS)
    return f"{', '.join(figures)}; every page and a warning too"


ENDLESS = "--simulate --makers 200 --json"

KINDS = (
    Promise("streams-spoiled", "stdout that takes nothing is told in a line", _spoiled),
    Promise("streams-shared", "a shared non-blocking descriptor loses nothing", _shared),
)
