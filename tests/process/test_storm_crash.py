"""Where the screen itself fails, the terminal is as it was, and one line says why."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from tests.terminal import Terminal

NO_THREAD_FOR_KEYS = """
import sys, threading
start = threading.Thread.start
def start_unless_for_keys(thread):
    if thread.name == "textual-input":
        raise RuntimeError("can't start new thread")
    start(thread)
if __name__ == "__main__":
    threading.Thread.start = start_unless_for_keys
    from chai_tui.__main__ import main
    sys.argv = ["chai-tui"]
    sys.exit(main())
"""


def test_a_screen_that_fails_half_open_is_closed(tmp_path: Path) -> None:
    """Textual has taken the terminal by then, and does not give it back."""
    script = tmp_path / "crash.py"
    script.write_text(NO_THREAD_FOR_KEYS)
    homes = dict.fromkeys(("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"), str(tmp_path))
    with Terminal([sys.executable, str(script)], environment=homes) as terminal:
        assert terminal.wait() == 1
        assert terminal.is_restored
        _, after = terminal.raw.split(b"\x1b[?1049l")
        assert b"(no more memory or processes)" in after
        assert after.strip().count(b"\n") == 0
        assert b"Traceback" not in terminal.raw
        terminal.until(lambda: not terminal.survivors())
