"""The installed program, as a user starts it."""

from __future__ import annotations

import compileall
import shutil
import subprocess
import sys
from ast import literal_eval
from pathlib import Path
from typing import Any

import psutil

import chai_tui


def compile_package() -> None:
    """Compile chai-tui as pip does what it installs.

    An editable install is compiled at its first import, and never where the environment forbids
    it (PYTHONDONTWRITEBYTECODE): then every start would be 80 ms longer than any user's.
    """
    compileall.compile_dir(str(Path(chai_tui.__file__).parent), quiet=2)


def console_script() -> str:
    """Return the path of the installed ``chai-tui``: not ``python -m``, which hides its imports."""
    beside = Path(sys.executable).with_name("chai-tui")
    found = shutil.which("chai-tui", path=str(beside.parent)) or shutil.which("chai-tui")
    assert found, "chai-tui is not installed: pip install -e ."
    return found


def family_of(pid: int) -> list[psutil.Process]:
    """Return every process below this one."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def title_of(process: psutil.Process) -> str:
    """Return what ps shows of a process; nothing once it is gone."""
    try:
        return " ".join(process.cmdline()).strip()
    except psutil.Error:
        return ""


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return those that still run."""
    running = []
    for process in processes:
        try:
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                running.append(process)
        except psutil.NoSuchProcess:
            continue
    return running


def told_by_a_stranger(code: str, pid: int) -> Any:
    """Run code that becomes another user and looks at a process; return what it printed.

    Args:
        code: its arguments are the number of the process, and the folder that chai-tui is in.
        pid: the process's number.
    """
    folder = Path(chai_tui.__file__).parent.parent
    command = [sys.executable, "-c", code, str(pid), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return literal_eval(done.stdout)
