"""Exceptions that nobody caught. What prints them stays as it is: the program may set its own."""

from __future__ import annotations

import sys

from . import link
from .words import dressed, error_line

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

LONGEST = 3_000
"""Characters of a traceback, of which the end is kept."""


def tell_last() -> None:
    """Tell what ended the main thread, which the interpreter keeps until it ends."""
    error = getattr(sys, "last_value", None)
    trace = getattr(error, "__traceback__", None)
    # A test runner or a prompt keeps others there too, which it caught; what nobody caught began
    # at the bottom: in the main module, or in what ran that.
    if trace is not None and trace.tb_frame.f_back is None:
        name = trace.tb_frame.f_code.co_name
        if name in {"<module>", "_run_module_as_main"}:
            tell_raised(error)


def tell_raised(error: BaseException | None) -> None:
    """Tell it, with its traceback."""
    if error is None:
        return
    line = error_line(error)
    text = "".join(_lines(error.__traceback__))
    link.tell("R", link.thread_id(), line, text[-LONGEST:])


def _lines(trace: TracebackType | None) -> list[str]:
    lines = []
    cache = sys.modules.get("linecache")
    while trace is not None:
        code = trace.tb_frame.f_code
        if not link.is_our_frame(trace):
            lines.append(
                f'  File "{code.co_filename}", line {trace.tb_lineno}, in {code.co_name}\n'
            )
            known = getattr(cache, "cache", None)
            entry = known.get(code.co_filename) if type(known) is dict else None
            if type(entry) is tuple and len(entry) == 4 and trace.tb_lineno <= len(entry[2]):
                lines.append(f"    {entry[2][trace.tb_lineno - 1].strip()}\n")
        trace = trace.tb_next
    return lines


def passed() -> None:
    """See to it that nobody sees our own part of a traceback that the interpreter may print."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _clean_hook


def _clean_hook(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    without_us(error)
    sys.__excepthook__(kind, error, trace)


def without_us(error: BaseException | None) -> None:
    """Take our own entries out of its tracebacks, and out of those that led to it."""
    for _ in range(100):
        if error is None:
            return
        trace = error.__traceback__
        while trace is not None:
            following = trace.tb_next
            while following is not None and link.is_our_frame(following):
                following = following.tb_next
            if following is not trace.tb_next:
                trace.tb_next = following
            trace = following
        error = error.__cause__ or error.__context__


def patch_threading(module: Any) -> None:
    """Hear of exceptions that end a thread, whoever prints them."""
    original = module._make_invoke_excepthook  # noqa: SLF001

    def _make_invoke_excepthook() -> Any:
        invoke = original()

        def invoke_excepthook(thread: Any) -> Any:
            if link.state.is_on:
                error = sys.exc_info()[1]
                if not isinstance(error, SystemExit):
                    link.guarded(tell_raised, error)
                    link.guarded(without_us, error)
                error = None
            return invoke(thread)

        return dressed(invoke_excepthook, invoke)

    module._make_invoke_excepthook = dressed(_make_invoke_excepthook, original)  # noqa: SLF001


def patch_traceback(module: Any) -> None:
    """Hear of exceptions that end a child of multiprocessing, which prints them with this."""
    original = module.print_exc

    def print_exc(*args: Any, **options: Any) -> None:
        if link.state.is_on:
            link.guarded(_look, sys._getframe(1), sys.exc_info()[1])  # noqa: SLF001
        original(*args, **options)

    module.print_exc = dressed(print_exc, original)


def _look(caller: Any, error: BaseException | None) -> None:
    if (
        caller.f_code.co_name == "_bootstrap"
        and caller.f_globals.get("__name__") == "multiprocessing.process"
    ):
        tell_raised(error)
        without_us(error)
