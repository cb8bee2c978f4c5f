"""chai-tui that says when it needs nothing more from disk, and notes what it looks for afterwards.

Run as ``python -S removable_program.py FOLDER ARGUMENTS``, with all that it needs on PYTHONPATH. In
FOLDER the file ``ready`` appears when all is there; ``late`` has a line for each import that comes
later. The key that freezes the display breaks the screen then, for the sake of a report.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path


def _break(_app: object) -> None:
    raise LookupError("broken on purpose")


def _is_there(name: str) -> bool:
    """Whether a module was imported, to its end."""
    spec = getattr(sys.modules.get(name), "__spec__", None)
    return spec is not None and not getattr(spec, "_initializing", False)


def _watch(folder: Path) -> None:
    preloading = "chai_tui.tui.shell.preloading"
    while not _is_there(preloading):
        time.sleep(0.01)
    while not all(map(_is_there, sys.modules[preloading].LATER)):
        time.sleep(0.01)
    sys.modules["chai_tui.tui.app"].ChaiApp.action_freeze = _break
    late = os.open(folder / "late", os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def note(event: str, details: tuple[object, ...]) -> None:
        if event == "import":  # only what is not there yet is told of
            os.write(late, f"{details[0]}\n".encode())

    sys.addaudithook(note)
    (folder / "ready").touch()


def main() -> int:
    """Run it."""
    from chai_tui.__main__ import main as run

    threading.Thread(target=_watch, args=(Path(sys.argv[1]),), daemon=True).start()
    return run(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
