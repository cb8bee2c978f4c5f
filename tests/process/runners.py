"""A runner for tests: started by path as the parent starts it, asked line by line."""

from __future__ import annotations

import contextlib
import json
import os
import select
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from chai_tui.sources.taste.runner_path import runner_command

PATIENCE = 60.0
Message = dict[str, Any]


class Runner:
    """One runner process; a context that leaves nothing behind."""

    def __init__(self, python: str = sys.executable, **environment: str) -> None:
        self.printed_end, printed = os.pipe()
        self.process = subprocess.Popen(
            runner_command(python),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=printed,
            start_new_session=True,
            env={**os.environ, **environment},
        )
        os.close(printed)
        self.notes: list[Message] = []
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdin
        assert self.process.stdout
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        os.close(self.printed_end)

    def tell(self, do: str, **request: object) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": do, **request}).encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, do: str, **request: object) -> Message:
        """Return the one answer; what came before it stands in ``notes``."""
        self.tell(do, **request)
        self.notes = []
        while "note" in (message := self.hear()):
            self.notes.append(message)
        return message

    def has_spoken(self) -> bool:
        """Whether there is something to hear."""
        assert self.process.stdout
        return b"\n" in self._rest or bool(select.select([self.process.stdout], [], [], 0)[0])

    def hear(self) -> Message:
        """Return the next message; ``{"gone": exit code}`` at the end of them."""
        assert self.process.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                assert selector.select(PATIENCE), "the runner says nothing"
                block = os.read(self.process.stdout.fileno(), 65_536)
                if not block:
                    return {"gone": self.process.wait(PATIENCE)}
                self._rest += block
        line, _, self._rest = self._rest.partition(b"\n")
        assert len(line) < 64_000
        message: Message = json.loads(line)
        return message

    def load(self, path: Path, name: str, **more: object) -> Message:
        return self.ask("load", path=str(path), name=name, argv0=str(path), **more)

    def loaded(self, path: Path, name: str, **more: object) -> Message:
        loaded: Message = self.load(path, name, **more)["loaded"]
        return loaded

    def taste(self, seconds: float = 0.05, **more: object) -> Message:
        return self.ask("taste", seconds=seconds, **more)

    def open(self, engine: str, workers: int = 2) -> Message:
        return self.ask("open", engine=engine, workers=workers)

    def block(self, engine: str, count: int = 8, workers: int = 2, **more: object) -> Message:
        request: Message = {"lane": 1, "first": 0, "chunk": 1, **more}
        return self.ask("block", engine=engine, workers=workers, count=count, **request)

    def printed(self, *until: str) -> str:
        """Return what was printed since, once that has one of these texts."""
        os.set_blocking(self.printed_end, False)
        deadline = time.monotonic() + PATIENCE
        text = ""
        while not any(one in text for one in until):
            assert time.monotonic() < deadline, text
            with contextlib.suppress(BlockingIOError):
                text += os.read(self.printed_end, 65_536).decode()
                continue
            time.sleep(0.01)
        return text
