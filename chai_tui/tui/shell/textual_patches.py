"""Mends what Textual 8.2.8 gets wrong for a program that runs long and meets any terminal.

Each function is idempotent, and changes one name in one of Textual's modules.
"""

from __future__ import annotations

import codecs
import contextlib
import sys
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.color import Color
from textual.events import Key
from textual.keys import Keys
from textual.style import Style

if TYPE_CHECKING:
    from textual.drivers.linux_driver import LinuxDriver

_keys = XTermParser._sequence_to_key_events  # noqa: SLF001 - there is no other way to patch_textual it
_colours = StylesCache.get_inner_outer.__wrapped__


@lru_cache(1024)
def _remembered(base_background: Color, background: Color) -> tuple[Style, Style]:
    inner, outer = _colours(StylesCache, base_background, background)
    return inner, outer


def forget_gone_widgets() -> None:
    """Have a widget's colours remembered by themselves, not together with the widget.

    They are remembered on a method, and with them all that the last thousand widgets drew that are
    gone: 500 KB each time that somebody looks at one maker.
    """
    StylesCache.get_inner_outer = staticmethod(_remembered)  # type: ignore[assignment]


def read_any_bytes() -> None:
    """Have bytes that are no UTF-8 read as ``�``, which is no key of ours.

    They end the program: one key of a terminal that is set to Latin-1, or one glitch of the line.
    """
    if sys.platform == "win32":
        return
    from textual.drivers import linux_driver  # noqa: PLC0415 - no such module on Windows

    linux_driver.getincrementaldecoder = _forgiving_decoder  # type: ignore[assignment,attr-defined]


def _forgiving_decoder(encoding: str) -> partial[codecs.IncrementalDecoder]:
    return partial(codecs.getincrementaldecoder(encoding), "replace")


def take_any_sequence() -> None:
    """Have a sequence that names a character which there is not be no key.

    It ends the program: ``ESC [ 9999999 u`` in the keyboard protocol of newer terminals.
    """
    XTermParser._sequence_to_key_events = _keys_if_any  # type: ignore[method-assign,assignment] # noqa: SLF001


def _keys_if_any(parser: XTermParser, sequence: str, alt: bool = False) -> Iterator[Key]:  # noqa: FBT001, FBT002 - Textual passes it so
    try:
        yield from _keys(parser, sequence, alt)
    except (ValueError, OverflowError):
        yield Key(Keys.Ignore, sequence)


def go_on_once() -> None:
    """Have a screen that was stopped without warning (SIGSTOP) take its terminal again.

    Otherwise all of it is started a second time: two threads read keys and share them out, a second
    one writes, and the terminal's modes "before" are the screen's own.
    """
    if sys.platform == "win32":
        return
    from textual.drivers.linux_driver import LinuxDriver  # noqa: PLC0415 - as above

    LinuxDriver._sigcont_application = _go_on  # type: ignore[method-assign,assignment] # noqa: SLF001


def _go_on(driver: LinuxDriver, *_: object) -> None:
    """Handle SIGCONT, in the middle of anything."""
    if not driver._auto_restart:  # noqa: SLF001 - the original asks the same
        return
    if driver._must_signal_resume:  # noqa: SLF001 - it was told before it stopped, and let go
        driver.resume_application_mode()
    else:
        driver._loop.call_soon_threadsafe(_take_again, driver)  # noqa: SLF001


def _take_again(driver: LinuxDriver) -> None:
    """Set the modes that a shell may have changed meanwhile, and have all drawn anew."""
    import termios  # noqa: PLC0415 - no such module on Windows
    import tty  # noqa: PLC0415 - likewise

    with contextlib.suppress(termios.error):
        modes = termios.tcgetattr(driver.fileno)
        modes[tty.LFLAG] = driver._patch_lflag(modes[tty.LFLAG])  # noqa: SLF001
        modes[tty.IFLAG] = driver._patch_iflag(modes[tty.IFLAG])  # noqa: SLF001
        modes[tty.CC][termios.VMIN] = 1
        termios.tcsetattr(driver.fileno, termios.TCSANOW, modes)
    driver.write("\x1b[?1049h\x1b[?25l\x1b[?1004h")  # its screen, no cursor, word of the focus
    driver._enable_mouse_support()  # noqa: SLF001
    driver._enable_bracketed_paste()  # noqa: SLF001
    driver._disable_line_wrap()  # noqa: SLF001
    driver.flush()
    driver._app.post_message(driver.SignalResume())  # noqa: SLF001


def patch_textual() -> None:
    """Mend all of it."""
    forget_gone_widgets()
    read_any_bytes()
    take_any_sequence()
    go_on_once()
