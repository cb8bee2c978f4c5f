"""Folders that programs take for granted: gone, unwritable, or with names too long for a socket."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from chai_tui.host.engines import engines_here
from tests.process.program import console_script
from tests.storm.anywhere.spaces import quick_recipe, unshared
from tests.storm.promise import PATIENCE, Force, Promise, Untried, require
from tests.terminal import Terminal

START_METHODS = ("forkserver", "spawn", "fork")
_HOW_SHOWN = ("--plain", "--json", "")
"""The options; empty: on the screen."""
_RUN = 'exec "$0" "$@"'


class Place(NamedTuple):
    """An environment that is made for real.

    Attributes:
        script: shell words that make it.
        spaces: the namespaces that they need; empty: none.
        says: what must be said once; empty: nothing.
        variables: what is set for it.
        start_method: what makers are really started with, if they are asked to come from a fork
            server.
    """

    script: str
    spaces: str = "m"
    says: str = ""
    variables: Mapping[str, str] = {}
    start_method: str = "forkserver"


def _read_only(*folders: str) -> str:
    # As they are, because the program itself may be installed below one of them.
    mounts = (
        f"{{ [ ! -d {it} ] || {{ mount --bind {it} {it} && mount -o remount,bind,ro {it}; }}; }}"
        for it in folders
    )
    return " && ".join((*mounts, "cd /proc"))


_NO_TEMPORARY = _read_only("/tmp", "/var/tmp", "/usr/tmp")  # noqa: S108 - the folders themselves
_NO_FOLDER = {"HOME": "/proc", "XDG_RUNTIME_DIR": "", "TMPDIR": ""}
_NO_SHM = """new=$SCRATCH/dev && mkdir "$new" && mount -t tmpfs tmpfs "$new" && mkdir "$new/pts" &&
for node in null zero full random urandom tty ptmx; do
    touch "$new/$node" && mount --bind "/dev/$node" "$new/$node"
done && mount --rbind /dev/pts "$new/pts" && mount --rbind "$new" /dev && [ ! -e /dev/shm ]"""
PLACES = {
    "no shared memory": Place(_NO_SHM),
    "read-only shared memory": Place("mount -t tmpfs -o ro tmpfs /dev/shm"),
    "no temporary folder": Place(
        _NO_TEMPORARY,
        says="no folder for temporary files; the fork server's socket is in /dev/shm instead",
        variables=_NO_FOLDER,
    ),
    "no folder at all": Place(
        f"{_NO_TEMPORARY} && mount -t tmpfs -o ro tmpfs /dev/shm",
        says="makers are started with spawn",
        variables=_NO_FOLDER,
        start_method="spawn",
    ),
    "a long name": Place(
        'TMPDIR=$SCRATCH/$(printf %0100d 0) && mkdir "$TMPDIR" && export TMPDIR',
        spaces="",
        says="is too long",
    ),
    "removed before": Place(
        'mkdir "$SCRATCH/gone" && cd "$SCRATCH/gone" && rmdir "$SCRATCH/gone"', spaces=""
    ),
}


def _command(place: Place, *arguments: str) -> list[str]:
    script = f"{place.script} && {_RUN}"
    if place.spaces:
        return unshared(place.spaces, script, console_script(), *arguments)
    return ["sh", "-c", script, console_script(), *arguments]


def brew_at(name: str, start_method: str, engine: str, shown: str) -> None:
    """Brew at one of ``PLACES``; everybody is served, and what must be said is said once.

    Raises:
        Broken: not so.
        Untried: this system does not let us make the place.
    """
    with tempfile.TemporaryDirectory() as scratch:
        place = PLACES[name]
        here = {**place.variables, "SCRATCH": scratch}
        recipe = quick_recipe(scratch)
        _brew_at(place._replace(variables=here), recipe, start_method, engine, shown)


def _brew_at(place: Place, recipe: str, start_method: str, engine: str, shown: str) -> None:
    arguments = [recipe, "--makers", "3", "--engine", engine, "--start-method", start_method]
    says = place.says if start_method == "forkserver" else ""
    if shown:
        done = subprocess.run(
            _command(place, shown, *arguments),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env=os.environ | dict(place.variables),
        )
        said = done.stdout + done.stderr
        require(done.returncode == 0, f"{place}, {start_method}, {engine}: {said[-800:]}")
        require(not says or said.count(says) == 1, f"{place}: it is not said once: {said[:800]}")
        if shown == "--json" and start_method == "forkserver":
            began = json.loads(done.stdout.splitlines()[0])
            require(began["start_method"] == place.start_method, f"{place}: told {began}")
        return
    with Terminal(_command(place, *arguments), environment=place.variables) as terminal:
        terminal.until_shows("All chai served")
        require(not says or says in terminal.text.replace("\n", ""), terminal.text)
        terminal.send("q")
        require(terminal.wait() == 0, f"{place}, {start_method}, {engine}: on the screen")
        require(b"Traceback" not in terminal.raw, f"{place}: {terminal.raw[-800:]!r}")


def remove_the_folder_meanwhile(start_method: str) -> None:
    """Remove the folder that the screen was started in; then add makers, and take a picture."""
    folder = tempfile.mkdtemp()
    place = f'cd "{folder}" && {_RUN}'
    arguments = ("--makers", "1", "--start-method", start_method)
    with Terminal(["sh", "-c", place, console_script(), *arguments]) as terminal:
        terminal.until_shows("1 brewing")
        Path(folder).rmdir()
        terminal.send("a")
        terminal.until_shows("2 brewing")
        terminal.send("?")
        terminal.until(lambda: "2 brewing" not in terminal.text)
        terminal.send("escape")
        terminal.until_shows("2 served", "All chai served", "#2 joined")
        terminal.send("q")
        require(terminal.wait() == 0, f"{start_method}: {terminal.text}")


def remove_the_folder_while_lines_come(start_method: str) -> None:
    """Remove the folder that the program was started in while it still starts makers."""
    folder = tempfile.mkdtemp()
    command = [console_script(), "--plain", "--makers", "40", "--start-method", start_method]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        first = program.stdout.readline()
        Path(folder).rmdir()
        out, err = program.communicate(timeout=PATIENCE)
        served = (first + out).count("End of Chai Maker")
    require((program.returncode, served) == (0, 40), f"{start_method}: {served} served: {err}")


def brew_where_nobody_may_enter(start_method: str) -> None:
    """Brew in a folder below one that this user may not enter."""
    with tempfile.TemporaryDirectory() as above:
        below = Path(above, "below")
        below.mkdir()
        script = f'cd "{below}" && chmod 000 "{above}" && {_RUN}'
        humbly: tuple[str, ...] = ()
        if os.getuid() == 0:
            if not shutil.which("setpriv"):
                raise Untried("root enters every folder, unless setpriv forbids it")
            humbly = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
        arguments = ("--plain", "--makers", "2", "--start-method", start_method)
        done = subprocess.run(
            ["sh", "-c", script, *humbly, console_script(), *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        Path(above).chmod(0o700)
    require(done.returncode == 0, f"{start_method}: {done.stdout}{done.stderr[-800:]}")


def _storm_of(*names: str) -> str:
    brewed, untried = 0, {""}
    for name in names:
        for start_method in START_METHODS:
            for engine in map(str, engines_here()):
                for shown in _HOW_SHOWN:
                    if start_method == "fork" and not shown:
                        continue  # beside a screen nobody is forked
                    try:
                        brew_at(name, start_method, engine, shown)
                        brewed += 1
                    except Untried as why:
                        untried.add(f"; not tried: {why}")
    return f"{brewed} runs, all served{''.join(untried)}"


def _shared_memory(_: Force) -> str:
    return _storm_of("no shared memory", "read-only shared memory")


def _temporary(_: Force) -> str:
    return _storm_of("no temporary folder", "no folder at all", "a long name")


def _current(_: Force) -> str:
    for start_method in START_METHODS:
        remove_the_folder_while_lines_come(start_method)
        brew_where_nobody_may_enter(start_method)
        if start_method != "fork":
            remove_the_folder_meanwhile(start_method)
    return _storm_of("removed before")


KINDS = (
    Promise("no-shared-memory", "no /dev/shm, or a read-only one: all are served", _shared_memory),
    Promise("no-temporary-folder", "none, or one with a long name: another is found", _temporary),
    Promise("no-current-folder", "the current folder is gone: all are served", _current),
)
