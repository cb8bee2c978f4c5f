"""Whether the files that a new process needs are still those that this one was started from."""

from __future__ import annotations

import os

import chai_tui

_ROOMS = ("", "model", "host", "sources/live/station")
"""Folders of the package with what crosses the pipes, and what a station is made of."""


class Installation:
    """The installed files as they are now: names and sizes.

    Not their times: the same version installed again is as good as the first.
    """

    def __init__(self) -> None:
        self._home = os.path.dirname(chai_tui.__file__)  # noqa: PTH120 - pathlib costs an import
        self._files = self._found()

    def what_happened(self) -> str:
        """Return in words what happened to the files; empty if nothing did."""
        found = self._found()
        if found == self._files:
            return ""
        gone = self._files.keys() - found.keys()
        fate = "gone" if gone else "replaced by others"
        return f"the files of chai-tui are {fate} since it was started: start it anew"

    def _found(self) -> dict[str, int]:
        files: dict[str, int] = {}
        for room in _ROOMS:
            folder = os.path.join(self._home, room)  # noqa: PTH118 - as above
            try:
                with os.scandir(folder) as entries:
                    files |= {e.path: e.stat().st_size for e in entries if e.name.endswith(".py")}
            except OSError:
                continue
        return files
