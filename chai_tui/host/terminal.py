"""Keeps the terminal for this process alone.

    before                          within own_terminal()
    descriptor 1 ─▶ terminal        descriptor 1 ─▶ nothing   (all that anybody can inherit)
    sys.stdout   ─▶ 1               sys.stdout   ─▶ private descriptor ─▶ terminal

A private descriptor is closed when another program is executed, so neither a maker nor the fork
server nor the resource tracker can write over a screen. The same goes for descriptor 2.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO

from chai_tui.host.patient_output import descriptor_of

_private: dict[int, TextIO] = {}
"""The streams on private descriptors, by the descriptor that they stand for, while they exist."""
_originals: dict[str, TextIO | None] = {}
"""What the names in ``sys`` were bound to before."""

_NAMES = {1: ("stdout", "__stdout__"), 2: ("stderr", "__stderr__")}


@contextlib.contextmanager
def own_terminal() -> Iterator[None]:
    """Let nothing but this process's ``sys.stdout`` and ``sys.stderr`` reach the terminal.

    Everything is put back at the end. On Windows nothing is done: there a console is reached by
    its handles, not by descriptors, and children are started without them.
    """
    if sys.platform == "win32" or _private:
        yield
        return
    _move_away()
    try:
        yield
    finally:
        _put_back()


def take_keyboard() -> None:
    """Have descriptor 0 lead to this session's terminal, where there is one; not on Windows.

    For who has read all that came through it, and wants keys now.
    """
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        keyboard = os.open("/dev/tty", os.O_RDWR)
        os.dup2(keyboard, 0)
        os.close(keyboard)


def _move_away() -> None:
    # Those of 0, 1 and 2 that were closed when we were started are opened here too, and in whatever
    # we start: otherwise the next pipe would take their place.
    while (nowhere := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(nowhere, True)  # noqa: FBT003 - takes no name
    for descriptor, names in _NAMES.items():
        streams = {name: getattr(sys, name) for name in names}
        for stream in streams.values():
            _flush(stream)
        new = _text_file(os.dup(descriptor), like=streams[names[1]])
        os.dup2(nowhere, descriptor)
        _private[descriptor] = new
        for name, stream in streams.items():
            # A stream that is not the descriptor's (a test's, say) stays.
            if stream is None or descriptor_of(stream) == descriptor:
                _originals[name] = stream
                setattr(sys, name, new)
    os.close(nowhere)
    _when_forked()


def _put_back() -> None:
    for name, stream in _originals.items():
        setattr(sys, name, stream)
    _originals.clear()
    for descriptor, new in _private.items():
        _flush(new)
        os.dup2(new.fileno(), descriptor)
        with contextlib.suppress(OSError):  # the pipe behind it may be closed by now
            new.close()
    _private.clear()


def _text_file(descriptor: int, like: TextIO | None) -> TextIO:
    """Open a descriptor for text, with the encoding and buffering of another stream."""
    if not isinstance(like, io.TextIOWrapper):
        return open(descriptor, "w", encoding="utf-8", errors="backslashreplace")
    return io.TextIOWrapper(
        open(descriptor, "wb"),
        encoding=like.encoding,
        errors=like.errors,
        newline="\n",
        line_buffering=like.line_buffering,
        write_through=like.write_through,
    )


def _flush(stream: TextIO | None) -> None:
    # ValueError: it is closed. OSError: nobody reads what was written.
    with contextlib.suppress(OSError, ValueError):
        if stream is not None:
            stream.flush()


_hooked = False


def _when_forked() -> None:
    """Have a forked child lose the terminal too: no exec closes its private descriptors."""
    global _hooked  # noqa: PLW0603 - the interpreter keeps such a hook for ever, so it needs one
    if not _hooked:
        os.register_at_fork(after_in_child=_lose_terminal)
        _hooked = True


def _lose_terminal() -> None:
    for name, stream in _originals.items():
        setattr(sys, name, stream)
    for descriptor, new in _private.items():
        # What the parent had not written yet goes where descriptor 1 leads: nowhere.
        os.dup2(descriptor, new.fileno(), inheritable=False)
    _originals.clear()
    _private.clear()
