"""Answers the parent's requests, one after another."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import platform
import signal
import sys
from typing import Any

from . import gil
from .blocks import make_block
from .lanes import Lane, engines_for, main_seat, open_lane
from .subject.channel import (
    Channel,
    Message,
    Out,
    Problem,
    die_with_parent,
    end_group,
    leads_group,
)
from .subject.comparing import Expectations
from .subject.guard import Guard
from .subject.loading import load
from .subject.target import Target
from .subject.words import error_line, one_line, traceback_text
from .tasting import taste


class Server:
    """What is known between two requests."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._guard = Guard()
        self._expected = Expectations()
        self._target: Target | None = None
        self._lanes: dict[tuple[str, int], Lane] = {}

    def answer(self, request: Message) -> Message:
        """Return the answer to a request, whatever happens."""
        try:
            return self._answer(request)
        except Problem as problem:
            return _problem(problem)
        except Out as out:
            return {"out": one_line(str(out))}
        except BaseException as error:  # noqa: BLE001 - the parent waits for an answer
            text = f"the runner failed: {error_line(error)}"
            return _problem(Problem("internal", text, traceback=traceback_text(error)))

    def _answer(self, request: Message) -> Message:
        do = request["do"]
        if do == "load":
            return {"loaded": self._load(request)}
        target = self._target
        if target is None:
            raise Problem("internal", f"nothing is loaded: cannot {do}")
        if "mixed" in request:
            target.mix(wanted=bool(request["mixed"]))
        if do == "taste":
            told = taste(target, request, self._channel, self._expected, main_seat())
            return {"tasted": told}
        key = (request["engine"], int(request.get("workers") or 0))
        if do == "open":
            if key not in self._lanes:
                self._lanes[key], opened = open_lane(target, *key)
                return {"opened": opened}
            raise Problem("internal", f"{key} is open already")
        if do == "close":
            if lane := self._lanes.pop(key, None):
                lane.close()
            return {"closed": True}
        if do == "block":
            lane = self._lanes[key]
            told = make_block(target, lane, request, self._channel, self._expected)
            return {"block": told}
        raise Problem("internal", f"there is no request {do}")

    def _load(self, request: Message) -> Message:
        for lane in self._lanes.values():
            lane.close()
        self._lanes.clear()
        self._expected = Expectations()
        word = gil.find_word()
        self._target, seconds = load(
            request, self._guard, lambda problem: self._channel.send(_problem(problem))
        )
        target = self._target
        engines, out = engines_for(target)
        seat = main_seat()
        version = ".".join(map(str, sys.version_info[:3]))
        return {
            "name": f"{target.module}.{target.name}",
            "is_async": target.is_async,
            "items": target.item_count,
            "import_seconds": seconds,
            "python": f"{platform.python_implementation()} {version}",
            "version": list(sys.version_info[:3]),
            "gil": gil.has_gil(),
            "pid": seat.pid,
            "tid": seat.tid,
            "word": word,
            "switch_interval": sys.getswitchinterval(),
            "engines": engines,
            "out": out,
            "file": target.filename,
        }


def _problem(problem: Problem) -> Message:
    message: dict[str, Any] = dict(problem.message)
    message["text"] = one_line(message["text"], 500)
    message["names"] = [one_line(name, 100) for name in message["names"]]
    return {"problem": message}


def serve() -> None:
    """Answer requests until the parent has enough or is gone."""
    channel = Channel()
    die_with_parent()
    faulthandler.enable(2)
    server = Server(channel)
    channel.send({"note": "serving"})
    while (request := channel.request())["do"] != "quit":
        channel.send(server.answer(request))
    _leave()


def _leave() -> None:
    """End with all that was started, and politely; the parent kills what is left."""
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    if leads_group():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
        os._exit(0)
    end_group()
