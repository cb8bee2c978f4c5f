"""Finds a function in the process where it will be called. Standard library only.

The kitchen's own process never does: a module may do anything when it is imported.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, NamedTuple

from chai_tui.sources.live.station.calls.guard import StartsWorkError, guarded

_GENERATOR, _ASYNC_GENERATOR = 0x20, 0x200  # inspect.CO_GENERATOR and its kin, without its 10 ms
_WRAPPERS_AT_MOST = 100

_loading = threading.RLock()
_loaded: dict[Where, Callable[..., object]] = {}


class CannotLoadError(Exception):
    """There is no such function here; the text is one line for a person, with what to do.

    Its cause is what the module raised, if it did.
    """


class Where(NamedTuple):
    """Where a function is.

    Attributes:
        path: the absolute path of its file; None where a module is named.
        module: its dotted name; None where a file is named.
        name: ``function`` or ``Class.method``.
    """

    path: str | None
    module: str | None
    name: str


def load(where: Where) -> Callable[..., object]:
    """Return a function; its module is imported once, whoever comes first.

    A method that needs an object has one, made without arguments: all who call it in one
    interpreter share it, as they share the module.

    Raises:
        CannotLoadError: there is none that could be called.
    """
    with _loading:
        function = _loaded.get(where)
        if function is None:
            owner, thing = _found(_imported(where), where)
            function = _checked(thing, where)
            if isinstance(owner, type):
                function = _bound(owner, function, where)
            _loaded[where] = function
        return function


# The module


def _imported(where: Where) -> ModuleType:
    """Import the module as if it was started where it is: its own folder first, no arguments."""
    if where.path is None:
        name, root = where.module or "", os.getcwd()  # noqa: PTH109 - without pathlib
    else:
        if not os.path.isfile(where.path):  # noqa: PTH113 - likewise
            raise CannotLoadError(f"{where.path}: no such file")
        name, root = _name_and_root(where.path)
    if root not in sys.path[:1]:
        sys.path.insert(0, root)
    sys.argv[:] = [where.path or name]
    shown = os.path.basename(where.path) if where.path else name  # noqa: PTH119 - likewise
    try:
        with guarded(name.partition(".")[0]):
            module = importlib.import_module(name)
            if where.path is not None and not _is_from(module, where.path):
                module = _beside(name, where.path)
            return module
    except ModuleNotFoundError as error:
        raise CannotLoadError(_missing(error.name or "", name, shown, root)) from error
    except StartsWorkError as error:
        line = "" if error.file == where.path else f" of {os.path.basename(error.file)}"  # noqa: PTH119
        raise CannotLoadError(
            f"{shown} {error.what} at line {error.line}{line} when imported: "
            'put it under if __name__ == "__main__":'
        ) from error
    except SystemExit as error:
        raise CannotLoadError(
            f"{shown} exits when imported{_line_in(error, shown)} (code {error.code!r:.40}): "
            'put what it runs under if __name__ == "__main__":'
        ) from error
    except Exception as error:
        raise CannotLoadError(
            f"{shown} cannot be imported{_line_in(error, shown)}: {_raised(error)}"
        ) from error


def _raised(error: Exception) -> str:
    """Return an error in one line."""
    kind = type(error).__name__
    try:
        text = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 - of a user's own class
        text = ""
    return f"{kind}: {text:.200}" if text else kind


def _line_in(error: BaseException, shown: str) -> str:
    """Return the last line of the module itself that led to an error."""
    line = None
    traceback = error.__traceback__
    while traceback is not None:
        file = os.path.basename(traceback.tb_frame.f_code.co_filename)  # noqa: PTH119 - as above
        if file == shown or traceback.tb_frame.f_globals.get("__name__") == shown:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return "" if line is None else f", at line {line}"


def _name_and_root(path: str) -> tuple[str, str]:
    """Return a file's dotted name, and the folder that holds the outermost package it is in."""
    folder, file = os.path.split(path)
    stem = os.path.splitext(file)[0]  # noqa: PTH122 - as above
    parts = [] if stem == "__init__" else [stem]
    while os.path.isfile(os.path.join(folder, "__init__.py")):  # noqa: PTH113, PTH118 - as above
        folder, package = os.path.split(folder)
        if not package:
            break
        parts.insert(0, package)
    return ".".join(parts) or stem, folder


def _is_from(module: ModuleType, path: str) -> bool:
    file = getattr(module, "__file__", None)
    try:
        return file is not None and os.path.samefile(file, path)  # noqa: PTH121 - as above
    except OSError:
        return False


def _beside(name: str, path: str) -> ModuleType:
    """Import a file whose name another module has: under its whole file name, beside that one."""
    import importlib.util  # noqa: PLC0415 - hardly ever

    alias = f"{name}.py"
    spec = importlib.util.spec_from_file_location(alias, path)
    if spec is None or spec.loader is None:
        raise CannotLoadError(f"{path}: expected a file of Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[alias]
        raise
    return module


def _missing(missing: str, wanted: str, shown: str, root: str) -> str:
    """Return which module is missing, and what to do."""
    python = sys.executable or "this Python"
    if not (wanted == missing or wanted.startswith(f"{missing}.")):
        return (
            f"ModuleNotFoundError: no module named {missing} in {python}; "
            "brew runs in chai-tui's own Python: install chai-tui beside it"
        )
    parent, _, last = missing.rpartition(".")
    places = getattr(sys.modules.get(parent), "__path__", None) if parent else [root]
    meant = _did_you_mean(last, _modules_in(places or ()))
    if parent and parent in sys.modules:
        return f"{shown}: no module named {last} in {parent}{meant}"
    told = f"{shown}: no module named {missing} in {root} nor in {python}"
    if meant:
        return told + meant
    return f"{told}; brew runs in chai-tui's own Python: install chai-tui beside it"


def _modules_in(places: Iterable[str]) -> list[str]:
    import pkgutil  # noqa: PLC0415 - only for a mistake

    return [module.name for module in pkgutil.iter_modules(list(places))]


# The function


def _found(module: ModuleType, where: Where) -> tuple[object, object]:
    """Return what the name leads to, and before it what that is in: a module or a class, say."""
    owner: object = None
    thing: Any = module
    parts = where.name.split(".")
    for depth, part in enumerate(parts):
        owner = thing
        try:
            thing = getattr(owner, part)
        except AttributeError:
            holder = ".".join([module.__name__, *parts[:depth]])
            kind = "function" if depth == len(parts) - 1 else "class"
            meant = _did_you_mean(part, _callables_in(owner))
            raise CannotLoadError(f"{holder} has no {kind} named {part}{meant}") from None
    return owner, thing


def _bound(owner: type, function: Callable[..., object], where: Where) -> Callable[..., object]:
    """Return a method of an object that is made for it, where it needs one."""
    name = where.name.rpartition(".")[2]
    plain = next((vars(kind)[name] for kind in owner.__mro__ if name in vars(kind)), None)
    if (
        isinstance(plain, staticmethod | classmethod)
        or getattr(function, "__self__", None) is not None
        or not hasattr(type(plain), "__get__")  # nothing that an object is handed to
    ):
        return function
    try:
        bound: Callable[..., object] = getattr(owner(), name)
    except Exception as error:
        raise CannotLoadError(
            f"{where.name} needs an object: name a function that makes one and calls it; "
            f"{owner.__name__}() raises {_raised(error)}"
        ) from error
    return bound


def _callables_in(thing: object) -> list[str]:
    kinds = thing.__mro__ if isinstance(thing, type) else (thing, *type(thing).__mro__)
    members = [item for kind in kinds for item in getattr(kind, "__dict__", {}).items()]
    # What a class method is made of can be called, unlike itself.
    return [
        name
        for name, value in members
        if not name.startswith("__") and callable(getattr(value, "__func__", value))
    ]


def _did_you_mean(word: str, known: list[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _checked(thing: object, where: Where) -> Callable[..., object]:
    """Return what can be called and is done when it returns."""
    name = where.name
    if isinstance(thing, type):
        raise CannotLoadError(f"{name} is a class: expected a function, or {name}.method")
    if not callable(thing):
        raise CannotLoadError(
            f"{name} is no function but a {type(thing).__name__}: it cannot be called"
        )
    flags = _flags(thing)
    if flags & (_GENERATOR | _ASYNC_GENERATOR):
        kind = "an async generator" if flags & _ASYNC_GENERATOR else "a generator"
        raise CannotLoadError(
            f"{name} is {kind}: it does nothing until somebody asks for its items; "
            "expected a function that goes through them itself"
        )
    return thing


def _flags(thing: Any) -> int:
    """Return the flags of the code that a function is made of, whatever wraps it."""
    for _ in range(_WRAPPERS_AT_MOST):
        inner = getattr(thing, "__wrapped__", None) or getattr(thing, "func", None)
        inner = inner or getattr(thing, "__func__", None)
        if inner is None:
            break
        thing = inner
    code = getattr(thing, "__code__", None)
    if code is None and not isinstance(thing, type):
        code = getattr(vars(type(thing)).get("__call__"), "__code__", None)
    return int(getattr(code, "co_flags", 0))
