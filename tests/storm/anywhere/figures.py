"""Figures are told only of whom they are, and of the cores that may be used now."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from tests.process.program import console_script
from tests.storm.anywhere.control_groups import group_of_our_own
from tests.storm.anywhere.spaces import unshared
from tests.storm.promise import PATIENCE, Force, Promise, Untried, require
from tests.storm.reused import NOT_HERE
from tests.terminal import Terminal

_REFUSED = 77
"""The exit code for: a namespace may not be prepared so."""
_FIGURES = ("core", "cpu_share", "ready_share", "cpu_seconds", "memory", "stopped")
_QUOTA_V1, _QUOTA_V2 = "cpu.cfs_quota_us", "cpu.max"
"""How much CPU time a control group may have, in version 1 and 2."""

Space = tuple[str, str]
"""Kinds of namespaces, and the shell words that prepare them; nothing stays as it is."""

HERE: Space = ("", "")
OUTER_PROC: Space = ("p", "")
NO_PROC: Space = ("m", "mount -t tmpfs none /proc")
OWN_PROC: Space = ("mp", "mount -t proc proc /proc")
MASKED_STAT: Space = ("m", "mount --bind /dev/null /proc/stat")
ZEROS = "cpu  0 0 0 0 0 0 0 0 0 0\\n" + "".join(
    f"cpu{core} 0 0 0 0 0 0 0 0 0 0\\n" for core in range(os.cpu_count() or 1)
)
MOCK_STAT: Space = (
    "m",
    f"zeros=$(mktemp) && printf '{ZEROS}intr 0\\n' > $zeros"
    " && mount --bind $zeros /proc/stat && rm $zeros",
)
"""As in a sandbox whose kernel is a program: files are there, and count nothing."""


class Json:
    """The program in JSON, with two makers that wait, or one that computes, until it is ended.

    Args:
        step: what makers do: ``wait`` or ``compute``.
        space: where it runs.
    """

    def __init__(self, step: str = "wait", space: Space = HERE) -> None:
        self._folder = tempfile.TemporaryDirectory()
        recipe = recipe_in(self._folder.name, step)
        try:
            makers = "1" if step == "compute" else "2"
            command = within(space, console_script(), recipe, "--makers", makers, "--json")
        except Untried:
            self._folder.cleanup()
            raise
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.pid = self.process.pid
        """The program's, where it has no namespace of its own."""
        assert self.process.stdout is not None
        self._out = self.process.stdout
        self._rest = b""
        self._unread: list[dict[str, Any]] = []
        self.run: dict[str, Any] = {}
        """What it told of the run last."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Whoever unshares is its parent then, and passes no signal on; a closed pipe ends it, too.
        self.process.send_signal(signal.SIGTERM)
        self._out.close()
        self.process.wait(PATIENCE)
        self._folder.cleanup()

    def next(self, *kinds: str) -> dict[str, Any]:
        """Return the next event of one of these kinds.

        Raises:
            Broken: none came.
            Untried: the namespace could not be prepared.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            while self._unread:
                event = self._unread.pop(0)
                if event["event"] == "run_began":
                    self.run = event
                if event["event"] in kinds:
                    return event
            if not select.select([self._out], [], [], 1.0)[0]:
                continue
            data = os.read(self._out.fileno(), 1 << 16)
            if not data:
                if self.process.wait(PATIENCE) == _REFUSED:
                    raise Untried("a namespace may not be prepared so here")
                break
            *lines, self._rest = (self._rest + data).split(b"\n")
            self._unread += map(json.loads, lines)
        require(False, f"no {' or '.join(kinds)} came; exit code {self.process.poll()}")
        raise AssertionError


def recipe_in(folder: str, step: str) -> str:
    """Write a recipe whose only step lasts; return its path."""
    path = Path(folder) / "lasting.toml"
    path.write_text(f'name = "lasting"\n[[steps]]\nname = "go on"\n{step} = 600\n')
    return str(path)


def within(space: Space, *command: str) -> list[str]:
    """Return the command that runs another one in a space."""
    kinds, words = space
    if not kinds:
        return list(command)
    # A mount is one of this shell, not of another one.
    prepare = f"{{ {words}; }} || exit {_REFUSED}; " if words else ""
    return unshared(kinds, f'{prepare}exec "$0" "$@"', *command)


# Cores that may be used change


def some_cores() -> tuple[list[int], list[int]]:
    """Return the cores that may be used, and the first of them."""
    if sys.platform != "linux":
        raise Untried("elsewhere nobody changes another process's affinity so")
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise Untried("it takes two cores to take one away")
    return cores, cores[:1]


def follow_affinity() -> str:
    """Take cores from a program that prints JSON, and give them back."""
    cores, one = some_cores()
    with Json("compute") as program:
        program.next("sampled")
        require(program.run["cores"] == cores, f"at first it tells of {program.run['cores']}")
        slowest = 0.0
        for wanted in (one, cores):
            began = time.monotonic()
            os.sched_setaffinity(program.pid, wanted)
            late = 0
            while (event := program.next("cores_changed", "sampled"))["event"] == "sampled":
                late += event["at"] > began
            # A sample that had begun already may come first.
            require(late <= 1, f"{late} samples came before the change was told")
            told = event["cores"]
            require(told == wanted, f"{wanted} may be used, and it tells of {told}")
            slowest = max(slowest, event["at"] - began)
            sampled = program.next("sampled")
            shown = {use["core"] for use in sampled["cores"]}
            used = {use["core"] for use in sampled["makers"]} - {None}
            require(shown >= used.union(wanted), f"{used} are used, {shown} are told of")
    return f"followed after {slowest:.1f} s at most"


def follow_affinity_on_the_screen(columns: int = 80, rows: int = 24) -> None:
    """Take cores from a program with a screen, and give them back."""
    cores, one = some_cores()
    with (
        tempfile.TemporaryDirectory() as folder,
        Terminal(
            [console_script(), recipe_in(folder, "wait"), "--makers", "2"],
            columns=columns,
            rows=rows,
        ) as terminal,
    ):
        last = f"core {cores[-1]} "
        terminal.until_shows(f"{len(cores)} cores", "2 brewing", "░", "%", last)
        os.sched_setaffinity(terminal.process.pid, one)
        terminal.until_shows("1 core ", f"may use 1 core now: {one[0]}")
        terminal.until(lambda: last not in terminal.text)
        os.sched_setaffinity(terminal.process.pid, cores)
        terminal.until_shows(f"{len(cores)} cores", last, f"may use {len(cores)} cores now")
        terminal.send("q", "y")
        terminal.wait()


def follow_quota() -> str:
    """Move a program into a group of its own, and give that a quota and take it away again."""
    with group_of_our_own("cpu", _QUOTA_V2) as folder, Json() as program:
        program.next("sampled")
        try:
            (folder / "cgroup.procs").write_text(str(program.pid))
        except OSError as error:
            raise Untried(f"no process can be moved there: {error}") from None
        for quota in (0.5, 0.25, None):
            _limit(folder, quota)
            told = program.next("cores_changed")["quota"]
            require(told == quota, f"a quota of {quota} is told as {told}")
    return "a real quota followed"


def _limit(folder: Path, quota: float | None) -> None:
    """Write how many cores' worth of CPU time a group may use; None: no limit."""
    if (folder / _QUOTA_V1).exists():
        (folder / _QUOTA_V1).write_text("-1" if quota is None else f"{quota * 100_000:.0f}")
    else:
        text = "max 100000" if quota is None else f"{quota * 100_000:.0f} 100000"
        (folder / _QUOTA_V2).write_text(text)


# A /proc that is not ours, or tells less


def tell_no_figures(space: Space) -> str:
    """Brew where makers cannot be looked at; return why, as the program says it."""
    with Json("wait", space) as program:
        sampled = program.next("sampled")
        require(program.run["unseen"], "nothing is said of what is not known")
        require(not program.run["maps_cores"], "cores are said to be mapped")
        _require_unknown(sampled["makers"], _FIGURES)
        _require_unknown(sampled["cores"], ["makers"])
        return str(program.run["unseen"])


def tell_no_busy_cores(space: Space, *, maps_cores: bool) -> None:
    """Brew where nobody tells how busy cores are."""
    with Json("compute", space) as program:
        program.next("sampled")
        sampled = program.next("sampled")
        require(not program.run["measures_cores"], "cores are said to be measured")
        require(program.run["maps_cores"] == maps_cores, "it is not said whether cores are mapped")
        _require_unknown(sampled["cores"], ["busy"] if maps_cores else ["busy", "makers"])
        shares = [use["cpu_share"] for use in sampled["makers"]]
        require(all(share is not None for share in shares), f"makers' shares are known: {shares}")
        _require_unknown(sampled["makers"], [] if maps_cores else ["core"])


def tell_figures(space: Space) -> None:
    """Brew where /proc is ours, whatever else is."""
    with Json("wait", space) as program:
        program.next("sampled")
        makers = program.next("sampled")["makers"]
        require(program.run["unseen"] == "", f"makers are unseen: {program.run['unseen']}")
        require([use["stopped"] for use in makers] == [False] * 2, f"makers look so: {makers}")


def _require_unknown(uses: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    for use in uses:
        known = {name: use[name] for name in names if use[name] is not None}
        require(not known, f"figures are told that nobody knows: {known}")


def show_no_figures(columns: int = 120, rows: int = 40) -> None:
    """Look at every screen in a pid namespace with the outer /proc."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Terminal(
            within(OUTER_PROC, console_script(), recipe_in(folder, "compute"), "--makers", "2"),
            columns=columns,
            rows=rows,
        ) as terminal,
    ):
        for screen, keys, shown in (
            ("kitchen", (), ("2 brewing", "▒")),  # a core that is busy: it was sampled
            ("timeline", ("t",), ("╌╌╌",)),
            ("zoom", ("enter",), ("steps",)),
        ):
            terminal.send(*keys)
            terminal.until_shows(*shown, "not known here")
            for wrong in ("MB", "kB", "of core", "no core", "no sample"):
                require(wrong not in terminal.text, f"{wrong} in the {screen}:\n{terminal.text}")
        terminal.send("ctrl+q", "y")
        terminal.wait()


# A number that is used again


def lend_no_figures() -> str:
    """Watch a process whose number is given to another one after its end."""
    done = subprocess.run(
        within(OWN_PROC, sys.executable, "-m", "tests.storm.reused"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode in (NOT_HERE, _REFUSED):
        raise Untried("nobody may choose the next process's number here")
    require(done.returncode == 0, f"it could not be tried: {done.stderr[-600:]}")
    told = json.loads(done.stdout)
    for name, use in told["own"].items():
        require(use[4] is not None, f"{name}: a process's own figures are not told: {use}")
    require(told["theirs"][4] is not None, f"nobody's figures are told: {told['theirs']}")
    for name, use in told["lent"].items():
        require(set(use[1:]) == {None}, f"{name}: another's figures are told: {use}")
    return f"{len(told['lent'])} samplers tell nothing of the next one"


def _changes(_: Force) -> str:
    told = follow_affinity()
    for size in ((120, 40), (80, 24)):
        follow_affinity_on_the_screen(*size)
    try:
        return f"{told}; on two screens; {follow_quota()}"
    except Untried as why:
        return f"{told}; on two screens; no quota tried: {why}"


def _foreign(_: Force) -> str:
    reasons = [tell_no_figures(space) for space in (OUTER_PROC, NO_PROC)]
    tell_no_busy_cores(MASKED_STAT, maps_cores=True)
    tell_no_busy_cores(MOCK_STAT, maps_cores=False)
    tell_figures(OWN_PROC)
    for size in ((120, 40), (80, 24)):
        show_no_figures(*size)
    return f"figures are left out, and it is said why: {'; '.join(reasons)}"


KINDS = (
    Promise("cores-change", "cores that may be used change: followed at once", _changes),
    Promise("foreign-proc", "/proc tells of others, or less: no wrong figure", _foreign),
    Promise(
        "reused-number", "a number is used again: no figure is lent", lambda _: lend_no_figures()
    ),
)
