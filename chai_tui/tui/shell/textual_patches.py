"""Mends what Textual gets wrong for a program that runs long and meets any terminal.

Each patch replaces one name in one of Textual's modules. Where the name is gone, or takes something
else than it did, Textual is newer than the patch, which is passed over then.
"""

from __future__ import annotations

import codecs
import contextlib
import inspect
from collections.abc import Callable, Iterator
from functools import cache, lru_cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.events import Key
from textual.keys import Keys

if TYPE_CHECKING:
    from textual.drivers.linux_driver import LinuxDriver


class Patch(NamedTuple):
    """What is mended, and until when.

    Attributes:
        owner: the module with the name, or a class in one (``module:Class``).
        name: what is replaced.
        takes: its first parameters.
        mended: returns what replaces it.
        why: where it is known publicly, or the reason.
        seen_in: the first and the last version of Textual that was seen to need it.
        calls: the owner's other names that the replacement calls.
    """

    owner: str
    name: str
    takes: tuple[str, ...]
    mended: Callable[[Any], Any]
    why: str
    seen_in: tuple[str, str]
    calls: tuple[str, ...] = ()

    @property
    def target(self) -> Any:
        """Who has the name; None where this Textual has no such name any more."""
        module, _, kind = self.owner.partition(":")
        try:
            owner: Any = import_module(module)
            owner = getattr(owner, kind) if kind else owner
            takes = (*inspect.signature(getattr(owner, self.name)).parameters,)
        except (ImportError, AttributeError, TypeError, ValueError):
            return None
        has_all = all(hasattr(owner, name) for name in self.calls)
        return owner if has_all and takes[: len(self.takes)] == self.takes else None

    def apply(self) -> bool:
        """Mend it; return whether there was anything to mend."""
        owner = self.target
        if owner is not None:
            setattr(owner, self.name, self.mended(getattr(owner, self.name)))
        return owner is not None


def _forget_gone_widgets(original: Any) -> Any:
    """Have a widget's colours remembered by themselves, not together with the widget.

    They are remembered on a method, and with them all that the last thousand widgets drew that are
    gone: 500 KB each time that somebody looks at one maker.
    """
    colours = inspect.unwrap(original)
    return staticmethod(lru_cache(1024)(partial(colours, None)))


def _read_any_bytes(original: Any) -> Any:
    """Have bytes that are no UTF-8 read as ``�``, which is no key of ours.

    They end the program: one key of a terminal that is set to Latin-1, or one glitch of the line.
    """

    def forgiving_decoder(encoding: str) -> partial[codecs.IncrementalDecoder]:
        return partial(original(encoding), "replace")

    return forgiving_decoder


def _take_any_sequence(original: Any) -> Any:
    """Have a sequence that names a character which there is not be no key.

    It ends the program: ``ESC [ 9999999 u`` in the keyboard protocol of newer terminals.
    """

    def keys_if_any(parser: Any, sequence: str, *more: Any, **named: Any) -> Iterator[Key]:
        try:
            yield from original(parser, sequence, *more, **named)
        except (ValueError, OverflowError):
            yield Key(Keys.Ignore, sequence)

    return keys_if_any


def _go_on_once(_original: Any) -> Any:
    """Have a screen that was stopped without warning (SIGSTOP) take its terminal again.

    Otherwise all of it is started a second time: two threads read keys and share them out, a second
    one writes, and the terminal's modes "before" are the screen's own.
    """
    return _go_on


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


_ISSUES = "https://github.com/Textualize/textual/issues"

PATCHES = (
    Patch(
        "textual._styles_cache:StylesCache",
        "get_inner_outer",
        ("cls", "base_background", "background"),
        _forget_gone_widgets,
        f"{_ISSUES}/6665",
        ("6.0.0", "8.2.8"),
    ),
    Patch(
        "textual.drivers.linux_driver",
        "getincrementaldecoder",
        ("encoding",),
        _read_any_bytes,
        f"{_ISSUES}/6456",
        ("6.0.0", "8.2.8"),
    ),
    Patch(
        "textual._xterm_parser:XTermParser",
        "_sequence_to_key_events",
        ("self", "sequence"),
        _take_any_sequence,
        "chr() takes the number of a key as the terminal sent it, and refuses one of 1,114,112 or "
        "more in the thread that reads keys, which ends the program",
        ("6.0.0", "8.2.8"),
    ),
    Patch(
        "textual.drivers.linux_driver:LinuxDriver",
        "_sigcont_application",
        ("self",),
        _go_on_once,
        f"{_ISSUES}/1582",
        ("6.0.0", "8.2.8"),
        calls=(
            "resume_application_mode",
            "_patch_lflag",
            "_patch_iflag",
            "_enable_mouse_support",
            "_enable_bracketed_paste",
            "_disable_line_wrap",
        ),
    ),
)
"""All of them. A test fails where Textual is outside of what one was seen in: then look whether it
is still needed, and move its range or take it away."""


@cache
def patch_textual() -> None:
    """Mend all of it, once."""
    for patch in PATCHES:
        patch.apply()
