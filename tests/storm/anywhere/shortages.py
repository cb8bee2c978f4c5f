"""Too little of something: the limit that was met is named, and no other."""

from __future__ import annotations

import subprocess

from chai_tui.host.shortage import UNKNOWN
from tests.process.program import console_script
from tests.storm.anywhere.control_groups import group_of_our_own
from tests.storm.promise import PATIENCE, Force, Promise, Untried, require
from tests.terminal import Terminal

_RUN = 'exec "$0" "$@"'
_NAMES = ("RLIMIT_AS", "RLIMIT_STACK", "pids.max", "RLIMIT_NPROC", "RLIMIT_NOFILE")
SHORTAGES = {
    "address space": ("ulimit -v 400000", "RLIMIT_AS is 390 MB"),
    "memory for stacks": ("ulimit -s 1073741824", "RLIMIT_STACK is 1024 GB"),
}
"""What makes each, and what must be said of it."""


def run_short(words: str, says: str, shown: str, engine: str = "thread", makers: int = 100) -> None:
    """Run the program short of something; it must name that, and nothing else.

    Args:
        words: shell words that make the shortage.
        says: what must be said of it.
        shown: ``--plain``, ``--json``, or empty for the screen.
        engine: how makers are seated.
        makers: more than there is room for.
    """
    command = ["sh", "-c", f"{words} && {_RUN}", console_script()]
    arguments = ("--makers", str(makers), "--engine", engine)
    if shown:
        done = subprocess.run(
            [*command, shown, *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        said = done.stdout + done.stderr
        ours = done.stderr if shown == "--json" else said
        require(done.returncode == 1, f"{words}: exit code {done.returncode}: {said[-600:]}")
    else:
        with Terminal([*command, *arguments]) as terminal:
            terminal.until(lambda: any(name in terminal.text for name in _may_say(says)))
            terminal.send("q")
            terminal.wait()
            said = terminal.raw.decode(errors="replace")
            ours = said.rpartition("\x1b[?1049l")[2]
    _see_that_it_names(says, said)
    # What events and screens tell of a maker's failure may have one.
    require("Traceback (most recent call last)" not in ours, ours[-600:])


def _may_say(says: str) -> tuple[str, str]:
    """Return what names a shortage: its limit, or nothing that is wrong.

    Whoever filled a control group may have left it before anybody looks.
    """
    return says.split(maxsplit=1)[0], UNKNOWN


def _see_that_it_names(says: str, said: str) -> None:
    if "ulimit: " in said:  # the shell says so, where the hard limit is lower
        raise Untried(said[-200:])
    require(any(name in said for name in _may_say(says)), f"{says} is not said: {said[-600:]}")
    others = [name for name in _NAMES if name in said and name not in says]
    require(not others, f"{says}, and {others} is blamed: {said[-600:]}")


def run_with_few_tasks(shown: str, engine: str) -> None:
    """Run the program where its control group allows few tasks.

    Raises:
        Untried: this system does not let us.
    """
    with group_of_our_own("pids", "pids.max") as group:
        (group / "pids.max").write_text("24", encoding="utf-8")
        enter = f'echo $$ > "{group}/cgroup.procs"'
        run_short(enter, "pids.max is 24", shown, engine, 40)


def _storm(_: Force) -> str:
    named = 0
    untried = ""
    for shown in ("--plain", "--json", ""):
        for words, says in SHORTAGES.values():
            try:
                run_short(words, says, shown)
                named += 1
            except Untried as why:
                untried = f"; not tried: {why}"
        for engine in ("thread", "process"):
            try:
                run_with_few_tasks(shown, engine)
                named += 1
            except Untried as why:
                untried = f"; not tried: {why}"
    return f"{named} shortages named{untried}"


KINDS = (Promise("shortages", "too little of something: the limit that was met is named", _storm),)
