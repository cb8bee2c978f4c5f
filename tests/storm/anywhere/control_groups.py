"""Control groups of a test's own, in either version; gone when it is over."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from tests.storm.promise import PATIENCE, Untried

_ROOT = Path("/sys/fs/cgroup")


@contextlib.contextmanager
def group_of_our_own(controller: str, file: str) -> Iterator[Path]:
    """Yield the folder of a new control group; whoever is left in it is moved out again.

    Args:
        controller: its name in version 1.
        file: what it must have in version 2.

    Raises:
        Untried: this system does not let us.
    """
    made: list[Path] = []
    try:
        for root in (_ROOT / controller, _ROOT, _ROOT / "unified"):
            if not (root / "cgroup.procs").exists():
                continue
            group = root / f"chai-tui-{controller}-{os.getpid()}"
            group.mkdir()
            made.append(group)
            if root.name == controller or (group / file).exists():
                break
        else:
            raise Untried(f"no control groups that have {file}")
    except OSError as error:
        raise Untried(f"no control group of our own: {error}") from error
    try:
        yield group
    finally:
        for each in made:
            _remove(each)


def _remove(group: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for pid in (group / "cgroup.procs").read_text(encoding="utf-8").split():
            with contextlib.suppress(OSError):  # it is gone
                (group.parent / "cgroup.procs").write_text(pid, encoding="utf-8")
        with contextlib.suppress(OSError):  # the dead leave it after a moment
            group.rmdir()
            return
        time.sleep(0.01)
