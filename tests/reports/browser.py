"""A headless Chromium, told what to do through two pipes; no port, no package."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 30.0
"""Seconds that an answer may take on a machine with much else to do."""
# The browser reads commands from descriptor 3 and answers on 4.
_PLUGGED = (
    "import os, sys; a, b = os.dup(int(sys.argv[1])), os.dup(int(sys.argv[2]));"
    "a, b = (os.dup(os.dup(os.dup(fd))) for fd in (a, b));"
    "os.dup2(a, 3); os.dup2(b, 4); os.execv(sys.argv[3], sys.argv[3:])"
)


class NoBrowserError(Exception):
    """There is none, or it does not answer."""


def find_browser() -> str:
    """Return the path of one.

    Raises:
        NoBrowserError: there is none; the text says what was looked for.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoBrowserError(f"expected one of {', '.join(NAMES)} on the PATH, found none")
    return found


@contextlib.contextmanager
def opened() -> Iterator[Browser]:
    """Start a browser with a profile of its own; it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="chai-report-", ignore_cleanup_errors=True) as profile:
        to_it, ours_out = os.pipe()
        ours_in, from_it = os.pipe()
        command = [
            find_browser(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--hide-scrollbars", "--remote-debugging-pipe", f"--user-data-dir={profile}",
        ]  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-c", _PLUGGED, str(to_it), str(from_it), *command],
            pass_fds=(to_it, from_it),
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_it)
        os.close(from_it)
        try:
            yield Browser(ours_in, ours_out)
        finally:
            os.close(ours_out)
            os.close(ours_in)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Browser:
    """One page of it.

    Attributes:
        told: what happened, oldest first, as the browser said it.

    Args:
        answers: the descriptor that it answers on.
        commands: the one that it reads.
    """

    def __init__(self, answers: int, commands: int) -> None:
        self.told: list[dict[str, Any]] = []
        self._answers = answers
        self._commands = commands
        self._rest = b""
        self._number = 0
        self._session = ""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        self.resize(1_280, 900)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Have something done; return the answer.

        Raises:
            NoBrowserError: it refused, or did not answer in time.
        """
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + PATIENCE
        while True:
            told = self._read(until, method)
            if told.get("id") == self._number:
                if "error" in told:
                    raise NoBrowserError(f"{method}: {told['error']}")
                answer: dict[str, Any] = told["result"]
                return answer
            self.told.append(told)

    def _read(self, until: float, method: str) -> dict[str, Any]:
        while b"\0" not in self._rest:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._answers], [], [], left)[0]:
                raise NoBrowserError(f"{method}: no answer within {PATIENCE:g} s")
            data = os.read(self._answers, 1 << 20)
            if not data:
                raise NoBrowserError(f"{method}: it has ended")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(line)
        return found

    # A page

    def load(self, path: Path) -> None:
        """Open a file, and wait until it says that it is ready, or cannot be."""
        self.told.clear()
        self.ask("Page.navigate", url=path.as_uri())
        self.until(
            f"location.href === {json.dumps(path.as_uri())} && document.readyState === 'complete'"
        )

    def run(self, script: str) -> Any:
        """Return what an expression is worth in the page; a promise is waited for."""
        answer = self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise NoBrowserError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, script: str) -> Any:
        """Wait until an expression is true; return what it is worth."""
        until = time.monotonic() + PATIENCE
        while not (value := self.run(script)):
            if time.monotonic() > until:
                raise NoBrowserError(f"{script}: not within {PATIENCE:g} s")
            time.sleep(0.01)
        return value

    def frame(self) -> None:
        """Wait until what was asked for is drawn."""
        self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def resize(self, width: int, height: int) -> None:
        """Give the page so many pixels."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """Move, press, release or turn the wheel."""
        self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, x: float, y: float, times: int = 1) -> None:
        """Click with the left button."""
        for count in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self.mouse(kind, x, y, button="left", clickCount=count)

    def key(self, key: str) -> None:
        """Press a key, and let it go."""
        text = {"text": key} if len(key) == 1 else {}
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)
        self.frame()

    def events(self, method: str) -> list[dict[str, Any]]:
        """Return what it told of one kind since the page was opened."""
        self.run("0")  # so that whatever was said before is read
        return [told["params"] for told in self.told if told.get("method") == method]
