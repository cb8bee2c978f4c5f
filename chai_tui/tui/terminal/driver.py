"""Textual's driver, for any terminal, shell and line. Not on Windows.

Textual's own reads keys, draws, and stops with its job as long as the terminal is there, answers
nothing but what it was asked, and is alone on a quick line. This one keeps to what is true of any::

    terminal ──bytes──▶ input thread: InputCutter ──pieces──▶ InputMessages ──messages──▶ app
        ▲                    └─ end of file, EIO ──▶ app.hang_up()
        └──────────────── output thread: TerminalOutput ◀── what is drawn
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import termios
import threading
import time
import tty
import weakref
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from selectors import EVENT_READ, PollSelector, SelectSelector
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from chai_tui.host.encoding import UTF_8
from chai_tui.host.job_control import is_in_background, wait_for_foreground
from chai_tui.tui.terminal.input_cutter import ESCAPE_SECONDS, InputCutter, Kind, Piece
from chai_tui.tui.terminal.input_messages import InputMessages
from chai_tui.tui.terminal.output import TerminalOutput, in_utf_8

if TYPE_CHECKING:
    from textual.app import App

AT_ONCE = 4_096
"""Bytes read at once: what a terminal keeps for a slow reader."""
LOOK_SECONDS = 0.1
"""How often the input thread looks whether anything is due, or changed, while something may."""
KEYS_AHEAD = 32
"""Keys handed to the app before it is waited for: a signal never stands behind thousands."""
BUSY_SECONDS = 2.0
"""The longest that the app is waited for: what had the focus may be gone meanwhile."""


class Leaving(Protocol):
    """What the driver wants of its app, besides what Textual's has.

    Attributes:
        signalled: the exit code of the signal that ends the app; None if none does.
        encoding: the terminal's.
    """

    signalled: int | None
    encoding: str

    def hang_up(self) -> None:
        """Leave because the terminal is gone; safe from any thread."""


class _End(threading.Event):
    """Says that the input thread is to end, and wakes it: else it would look for that."""

    def __init__(self) -> None:
        super().__init__()
        self._bell, self._rope = os.pipe()
        for descriptor in (self._bell, self._rope):
            weakref.finalize(self, os.close, descriptor)

    def fileno(self) -> int:
        """Return the descriptor that is ready to read while it is said."""
        return self._bell

    def set(self) -> None:
        """Say it."""
        if not self.is_set():
            super().set()
            os.write(self._rope, b"!")

    def clear(self) -> None:
        """Take it back, for the next thread."""
        if self.is_set():
            super().clear()
            os.read(self._bell, 1)


class TerminalDriver(LinuxDriver):
    """Powers display and input."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._leaving = cast("Leaving", app)
        self.exit_event = self._end = _End()
        self._gave_back = False
        """Whether the shell has the terminal, because the job was asked to stop."""
        self._is_asked_to_stop = False
        self._is_asked_to_go_on = False
        self._is_giving_back = False
        """Whether what is written leaves the terminal to others, and so must be."""
        self._has_failed = False
        """Whether the last read did."""
        if self._size is None:
            self._size = self._get_terminal_size()
        if self._file is not None:
            output = TerminalOutput(self._file, self._encoder(), self._hung_up, self._may_write)
            self._file = cast("Any", output)

    def _encoder(self) -> Any:
        if self._leaving.encoding == UTF_8:
            return in_utf_8
        from chai_tui.tui.terminal.ascii_drawing import drawn_in_ascii  # noqa: PLC0415 - rarely needed

        return lambda text: drawn_in_ascii(text).encode("ascii", "replace")

    def _may_write(self) -> bool:
        """Whether what is drawn is written; called by the output thread.

        A job may lose its terminal without a word: whoever started it takes it back, or it goes on
        in the background after a stop without warning. Then it is stopped as any that wants a
        terminal it has not, and draws all anew when it has it again.
        """
        if self._is_giving_back or not (self.input_tty and is_in_background(self.fileno)):
            return True
        self._ask_to_go_on()
        return False

    def _hung_up(self) -> None:
        self._leaving.hang_up()

    # Size

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return the terminal's own size, as columns and lines.

        ``COLUMNS`` and ``LINES`` count only where it has none: a shell exports those of a terminal
        that it had once.
        """
        for stream in (sys.__stderr__, sys.__stdout__, sys.__stdin__):
            with contextlib.suppress(AttributeError, OSError, ValueError):
                size = os.get_terminal_size(stream.fileno())  # type: ignore[union-attr] # suppressed
                if size.columns and size.lines:
                    return size
        return _positive("COLUMNS") or 80, _positive("LINES") or 24

    # Start and stop

    def start_application_mode(self) -> None:
        """Take the terminal, as soon as the job has it."""
        writer = self._writer_thread
        while self._writer_thread is writer:  # Textual gives up if another job has it
            if not self._wait_for_foreground():
                return
            self._gave_back = self._is_giving_back = False
            super().start_application_mode()  # type: ignore[no-untyped-call]

    def _wait_for_foreground(self) -> bool:
        """Return whether the job has the terminal; False if it is to end first."""
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        while self._leaving.signalled is None:
            with contextlib.suppress(InterruptedError):
                if wait_for_foreground(self.fileno):
                    return True
                self._hung_up()
                return False
        return False

    def _sigtstp_application(self, *_: object) -> None:
        """Handle SIGTSTP, which comes in the middle of anything: the output's locks may be held."""
        if not self._is_asked_to_stop:
            self._is_asked_to_stop = True
            self._soon(self._stop)

    def _sigcont_application(self, *_: object) -> None:
        """Handle SIGCONT."""
        self._ask_to_go_on()

    def _ask_to_go_on(self) -> None:
        if not self._is_asked_to_go_on:
            self._is_asked_to_go_on = True
            self._soon(self._go_on)

    def _soon(self, what: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the app has left
            self._loop.call_soon_threadsafe(what)

    def _stop(self) -> None:
        """Stop, after giving the terminal back."""
        self._is_asked_to_stop = False
        if self._auto_restart and not self._gave_back and self._writer_thread is not None:
            self.suspend_application_mode()
            self._gave_back = True
            self._must_signal_resume = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self) -> None:
        """Take the terminal again; a job that goes on in the background is stopped again.

        One that was stopped without warning (SIGSTOP) has its threads still, and must not start
        them again (https://github.com/Textualize/textual/issues/1582).
        """
        self._is_asked_to_go_on = False
        if not self._auto_restart or self._leaving.signalled is not None:
            return
        if self._gave_back:
            self.resume_application_mode()
        elif self._writer_thread is not None and self._wait_for_foreground():
            self._take_again()

    def _take_again(self) -> None:
        """Set the modes that a shell may have changed meanwhile, and have all drawn anew."""
        with contextlib.suppress(termios.error):
            modes = termios.tcgetattr(self.fileno)
            modes[tty.LFLAG] = self._patch_lflag(modes[tty.LFLAG])
            modes[tty.IFLAG] = self._patch_iflag(modes[tty.IFLAG])
            modes[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(self.fileno, termios.TCSANOW, modes)
        self.write("\x1b[?1049h\x1b[?25l\x1b[?1004h")  # its screen, no cursor, word of the focus
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        self.flush()
        self._app.post_message(self.SignalResume())

    def write(self, data: str) -> None:
        """Write data, unless the shell has the terminal."""
        if self._writer_thread is not None and not self._gave_back:
            super().write(data)

    def stop_application_mode(self) -> None:
        """Give the terminal back, if it is ours to give."""
        if self._gave_back or self._writer_thread is None:
            return
        self._is_giving_back = True
        if self._leave_it_to_others():
            self.attrs_before = None  # the modes are the shell's now
        super().stop_application_mode()

    def disable_input(self) -> None:
        """End the input thread."""
        self._leave_it_to_others()
        super().disable_input()

    def _leave_it_to_others(self) -> bool:
        """Return whether another job has the terminal; then have nothing stop us that we do to it.

        Only who leaves does anything to it then.
        """
        others = self.input_tty and is_in_background(self.fileno)
        if others:
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        return others

    # Input

    def run_input_thread(self) -> None:
        """Read, and hand what it means to the app, until the driver stops.

        What is typed while another job has the terminal is that one's. A read would have the system
        stop this job, and again whenever it goes on, so that no signal could end it: where SIGTTIN
        is blocked, it fails.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTIN})
        cutter = InputCutter(_escape_seconds())
        messages = InputMessages()
        decode = getincrementaldecoder(_known(self._leaving.encoding))("surrogateescape").decode
        # There may be thousands of descriptors, which select() does not know; poll() on a Mac knows
        # no terminals.
        selector = SelectSelector() if sys.platform == "darwin" else PollSelector()
        for waitable in (self.fileno, self._end):
            selector.register(waitable, EVENT_READ)
        while not self.exit_event.is_set():
            due_in = cutter.due_in
            patience = None if due_in is None else min(LOOK_SECONDS, due_in)
            ready = [key.fd for key, _ in selector.select(patience)]
            pieces = cutter.tick(time.monotonic())
            if self.fileno in ready:
                data = self._read()
                if data == b"":
                    self._hung_up()
                    return
                pieces += cutter.feed(decode(data or b""), time.monotonic())
            self._hand_over(messages, pieces)

    def _read(self) -> bytes | None:
        """Return what was typed; nothing at the terminal's end, None if it is for others."""
        failed_before, self._has_failed = self._has_failed, False
        try:
            return os.read(self.fileno, AT_ONCE)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            self._has_failed = True
            # Once, it may be that this job was in the background a moment ago.
            if failed_before and not is_in_background(self.fileno):
                return b""
            self.exit_event.wait(LOOK_SECONDS)  # it stays readable
            return None

    def _hand_over(self, messages: InputMessages, pieces: list[Piece]) -> None:
        """Hand pieces to the app, a few at a time; whoever leaves wants none."""
        ahead = 0
        for message in _messages(messages, pieces):
            if self._leaving.signalled is not None or self.exit_event.is_set():
                return
            self.process_message(message)
            ahead += 1
            if ahead == KEYS_AHEAD:
                ahead = 0
                self._wait_for_app()

    def _wait_for_app(self) -> None:
        """Wait until the app, what has the focus, and the screen have done what they were given."""
        done = threading.Event()
        asyncio.run_coroutine_threadsafe(_tell_when_done(self._app, done), self._loop)
        deadline = time.monotonic() + BUSY_SECONDS
        while not done.wait(LOOK_SECONDS) and time.monotonic() < deadline:
            if self._leaving.signalled is not None or self.exit_event.is_set():
                return


async def _tell_when_done(app: App[Any], done: threading.Event) -> None:
    """Set an event once everything in the queues that a key passes through now was handled."""

    def in_screen() -> None:
        app.screen.call_later(done.set)

    def in_app() -> None:
        (app.focused or app.screen).call_later(in_screen)

    app.call_later(in_app)


def _messages(messages: InputMessages, pieces: list[Piece]) -> Iterator[Message]:
    """Return what pieces mean, character by character: nobody may want the last of them."""
    for piece in pieces:
        if piece.kind is Kind.TEXT:
            for character in piece.text:
                yield from messages.of(Piece(Kind.TEXT, character))
        else:
            yield from messages.of(piece)


def _positive(variable: str) -> int | None:
    text = os.environ.get(variable, "")
    return int(text) if text.isdecimal() and 0 < int(text) < 10_000 else None


def _escape_seconds() -> float:
    """Return how long an ESC waits; ``ESCDELAY`` holds milliseconds, as ncurses has it."""
    text = os.environ.get("ESCDELAY", "")
    return int(text) / 1000 if text.isdecimal() and 0 < len(text) < 6 else ESCAPE_SECONDS


def _known(encoding: str) -> str:
    """Return an encoding that Python has, for what is typed."""
    try:
        getincrementaldecoder(encoding)
    except LookupError:
        return UTF_8
    return encoding
