"""Names and errors in words, without calling anything of the program's to get them."""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from types import BuiltinFunctionType, FunctionType, MethodType
    from typing import Any
else:  # as the module types has them, which not every program imports
    FunctionType, BuiltinFunctionType = type(lambda: 0), type(len)
    MethodType = type("", (), {"method": lambda _: 0})().method.__class__

LONGEST = 200
_SHORT: dict[str, None] = {}
"""Names of functions that stay as they are."""
_MOST_SHORT = 256
_PLAIN = (str, int, float, bytes, type(None))
_WRITTEN_IN_C = type(BaseException.__str__)
_OF_JOBLIB = {
    ("joblib.parallel", "BatchedCalls"),
    ("joblib._utils", "_TracebackCapturingWrapper"),
}
_INNER = {"mapstar", "starmapstar", "_process_chunk", "_helper_reraises_exception"}


def clipped(text: str, most: int = LONGEST) -> str:
    """Return one line of it, cut."""
    text = " ".join(text[: most * 2].split())
    return text if len(text) <= most else text[: most - 1] + "…"


def name_of(called: Any) -> str:
    """Return the qualified name of what is called; of anything odd its type's."""
    if type(called) is FunctionType:
        name = called.__qualname__
        if type(name) is str and name in _SHORT:
            return name
    for _ in range(4):  # a partial of a partial
        kind = type(called)
        if (kind.__module__, kind.__name__) in _OF_JOBLIB:
            called = _by_joblib(called)
            continue
        if kind.__name__ != "partial" or kind.__module__ != "functools":
            break
        inner = called.func
        if called.args and (getattr(inner, "__name__", "") in _INNER or _is_context_run(inner)):
            called = called.args[0]
        else:
            called = inner
    if isinstance(called, (FunctionType, MethodType, BuiltinFunctionType, type)):
        if type(called) is MethodType and type(called.__func__) is not FunctionType:
            return clipped(type(called.__func__).__qualname__)
        name = str(called.__qualname__)
        short = clipped(name)
        if short == name and type(called.__qualname__) is str and len(_SHORT) < _MOST_SHORT:
            _SHORT[name] = None
        return short
    return clipped(type(called).__qualname__)


def _is_context_run(called: Any) -> bool:
    """Return whether ``asyncio.to_thread`` or the like has something called in its context."""
    return type(called) is BuiltinFunctionType and called.__qualname__ == "Context.run"


def _by_joblib(called: Any) -> Any:
    """Return what a wrapper of joblib's calls: of several the first, which is as the others."""
    own = called.__dict__
    items = own.get("items")
    return items[0][0] if items else own.get("func")


def mapped(called: Any, args: Any) -> Any:
    """Return what a pool maps, of what maps it; anything else is itself."""
    if type(called) is FunctionType and called.__name__ in _INNER and args:
        first = args[0]
        if type(first) is tuple and first:
            first = first[0]
        return first
    return called


def error_line(error: BaseException) -> str:
    """Return the last line of a traceback, as far as that needs nothing of the program's."""
    kind = type(error)
    name = kind.__qualname__
    if type(kind.__str__) is not _WRITTEN_IN_C or not all(
        type(argument) in _PLAIN for argument in error.args
    ):
        return clipped(name)
    text = str(error)
    return clipped(f"{name}: {text}" if text else name, 300)


def dressed(wrapper: Any, original: Any) -> Any:
    """Make a function look like the one that it stands for; returns it."""
    for name in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
        if hasattr(original, name):
            setattr(wrapper, name, getattr(original, name))
    wrapper.__dict__.update(getattr(original, "__dict__", {}))
    wrapper.__wrapped__ = original
    return wrapper
