"""From the words of a command line to the program that they ask for."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.cli.common.interpreter import python_of_shell
from chai_tui.config.toml_file import clipped, shown_path
from chai_tui.model.text import printable

_PROBE_SECONDS = 10.0
"""So long it is waited for a Python to say whether it has a module; then it is simply run."""
_PROBE = """\
import importlib.util, sys
name = sys.argv[1]
def find(name, path):
    for finder in sys.meta_path:
        spec = getattr(finder, "find_spec", lambda *_: None)(name, path)
        if spec is not None:
            return spec
spec = importlib.util.find_spec(name.partition(".")[0])
if spec is None:
    print("none", end="")
elif "." not in name and spec.submodule_search_locations is not None:
    if find(name + ".__main__", spec.submodule_search_locations) is None:
        print("package", end="")
"""
"""Says in one word why ``python -m`` would run nothing; of packages, too, nothing is imported.

So it cannot know what is in a package: that may say itself where its modules are.
"""
_PYTHON_SCRIPT = re.compile(rb"#!.*\bpython[0-9.]*\b")
_RUN_BY_PYTHON = (".py", ".pyw", ".pyc", ".pyz", ".zip")
_MAIN = ("__main__.py", "__main__.pyc")
"""One of them is what Python runs of a folder."""


class Kind(StrEnum):
    """How a program was asked for."""

    FILE = "file"
    """``script.py``, or the path of a program."""
    MODULE = "module"
    """``-m module``."""
    COMMAND = "command"
    """Whatever stands after ``--``."""


class Program(NamedTuple):
    """A program that can be started.

    Attributes:
        command: what is executed, and its arguments.
        shown: the command line as a person would write it.
    """

    command: tuple[str, ...]
    shown: str


def settle_program(kind: Kind, words: Sequence[str]) -> Program:
    """Return the program that was asked for.

    Args:
        kind: how.
        words: its name and arguments.

    Raises:
        BadRequestError: it could not be started.
    """
    if not words or not words[0]:
        expected = {
            Kind.FILE: "script.py, -m module or -- command",
            Kind.MODULE: "the name of a module after -m",
            Kind.COMMAND: "a command after --",
        }
        raise BadRequestError(f"expected {expected[kind]}, found nothing.")
    if any("\0" in word for word in words):
        raise BadRequestError("expected a command line, found a NUL character in it.")
    if kind is Kind.FILE:
        return _file(words)
    return _module(words) if kind is Kind.MODULE else _command(words)


def _file(words: Sequence[str]) -> Program:
    """A script, or a folder of one, or a program that is executed itself."""
    name, *arguments = words
    path = os.path.join(".", name) if "/" not in name else name  # noqa: PTH118 - any text
    has_main = any(os.path.isfile(os.path.join(name, main)) for main in _MAIN)  # noqa: PTH113, PTH118 - any text
    if problem := "" if has_main else _why_not_read(name):
        if "/" not in name and shutil.which(name):
            problem += f"; for the command of this name: chai-tui run -- {clipped(name)}"
        raise BadRequestError(f"{shown_path(name)}: {problem}", is_usage=False)
    is_script = name.lower().endswith(_RUN_BY_PYTHON) or has_main
    if not is_script and os.access(path, os.X_OK):
        return Program((path, *arguments), _shown([path, *arguments]))
    # What says that Python is to run it, and may not be executed, is run by Python all the same.
    if not is_script and not _is_python_script(path):
        raise BadRequestError(
            f"{shown_path(name)}: expected a Python script or a program, found a file that may not "
            "be executed",
            is_usage=False,
        )
    # Not "./": what the user typed is what sys.argv[0] says. A name that begins with - is a path.
    script = path if name.startswith("-") else name
    return Program((python_of_shell(), script, *arguments), _shown(["python", script, *arguments]))


def _why_not_read(name: str) -> str:
    """Why a file cannot be run; empty if it can be opened."""
    try:
        mode = os.stat(name).st_mode  # noqa: PTH116 - takes any text
        if stat.S_ISDIR(mode):
            return "expected a script or a program, found a folder"
        if not stat.S_ISREG(mode):
            return "expected a script or a program, found a device, pipe or socket"
    except FileNotFoundError:
        return "no such file"
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or "no file can have this name"
    # A program may be executed that may not be read; a script may not.
    if not os.access(name, os.R_OK) and (name.endswith(".py") or not os.access(name, os.X_OK)):
        return "it may not be read"
    return ""


def _is_python_script(path: str) -> bool:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - any text
            return _PYTHON_SCRIPT.match(file.readline(256)) is not None
    except OSError:
        return False


def _module(words: Sequence[str]) -> Program:
    name, *arguments = words
    # Nothing else: a file named foo-bar.py is run, too, and so is one with a blank.
    if name.startswith("-") or not all(name.split(".")):
        raise BadRequestError(f'-m: expected the name of a module, found "{clipped(name)}"')
    python = python_of_shell()
    other = f"; of another Python: chai-tui run -- PYTHON -m {clipped(name)}"
    why = {
        "none": f"no such module for {shown_path(python)}{other}",
        "package": f"a package without __main__, which {shown_path(python)} cannot run",
    }
    if (problem := why.get(_asked_of(python, name), "")) != "":
        raise BadRequestError(f"-m {clipped(name)}: {problem}", is_usage=False)
    return Program((python, "-m", *words), _shown(["python", "-m", name, *arguments]))


def _asked_of(python: str, module: str) -> str:
    """Return what an interpreter says of a module; nothing where it says nothing."""
    try:
        return subprocess.run(  # noqa: S603 - the user's own interpreter
            [python, "-c", _PROBE, module],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PROBE_SECONDS,
            check=True,
            encoding="ascii",
            errors="replace",
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""  # it says so itself, when it is run


def _command(words: Sequence[str]) -> Program:
    first = words[0]
    if len(words) == 1 and any(char.isspace() for char in first) and not os.path.exists(first):  # noqa: PTH110 - any text
        if not first.strip():
            raise BadRequestError("expected a command after --, found only spaces.")
        return Program((shutil.which("sh") or "/bin/sh", "-c", first), printable(first.strip()))
    if shutil.which(first) is None:
        if "/" not in first:
            problem = "no such command on PATH"
        elif problem := _why_not_read(first):
            pass
        else:
            problem = "it may not be executed"
        raise BadRequestError(f"{shown_path(first)}: {problem}", is_usage=False)
    return Program(tuple(words), _shown(words))


def _shown(words: Sequence[str]) -> str:
    first, *rest = words
    if os.path.isabs(first):  # noqa: PTH117 - any text; where it is says little, and takes the room
        first = os.path.basename(first) or first  # noqa: PTH119 - likewise
    return printable(shlex.join([first, *rest]))
