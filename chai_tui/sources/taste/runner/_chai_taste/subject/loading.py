"""Finds the function: its file or module, the folder for ``sys.path``, its name, its arguments."""

from __future__ import annotations

import ast
import base64
import difflib
import importlib
import os
import pickle
import pkgutil
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from .channel import Message, Problem
from .guard import Guard, Stopped, time_limit
from .target import Target, refuse_call, refuse_kind
from .words import error_line, line_in, shown, traceback_text

MOST_NAMES = 5
MOST_LISTED = 1_000_000
"""Items that are made once; more would take memory that others lack."""


def load(request: Message, guard: Guard, tell: Callable[[Problem], None]) -> tuple[Target, float]:
    """Import the function that a request names, and read its arguments.

    Args:
        request: as the protocol has it.
        guard: watches the import.
        tell: tells the parent of an import that never returns.

    Returns:
        The function, and the seconds that its import took.

    Raises:
        Problem: it cannot be tasted.
    """
    name = request["name"] or ""
    sys.argv = [request.get("argv0") or request.get("path") or request.get("module") or ""]
    sys.path[:0] = [entry for entry in request.get("sys_path") or () if entry not in sys.path]
    if request.get("path"):
        path = Path(request["path"]).absolute()
        module_name, root = place(path)
        if str(root) in sys.path:
            sys.path.remove(str(root))
        sys.path.insert(0, str(root))
    else:
        path = None
        module_name, root = request["module"], Path(_root_of(request["module"]))
    importlib.invalidate_caches()
    threads = _threads()
    began = time.perf_counter()
    with time_limit(request.get("import_timeout") or 60.0, tell):
        module = _import(module_name, str(path) if path else None, str(root), guard)
    import_seconds = time.perf_counter() - began
    if path is not None:
        _refuse_other(module, path)
    target = Target(
        module_name, name, _find(module, name, Path(path).name if path else module_name)
    )
    target.filename = getattr(module, "__file__", None)
    target.can_be_forked = _are_gone(_threads() - threads)
    if request.get("pickled_args") is not None:
        target.args = tuple(read_items({"pickle": request["pickled_args"]}))
    elif request.get("items") is not None:
        target.items = read_items(request["items"])
    else:
        target.args = tuple(request.get("args") or ())
    refuse_call(target)
    return target, import_seconds


def _threads() -> set[object]:
    """Return the threads of this process, also those that C code started."""
    try:
        return set(os.listdir("/proc/self/task"))  # noqa: PTH208
    except OSError:
        return {thread.ident for thread in threading.enumerate()}


def _are_gone(threads: set[object]) -> bool:
    """Return whether these threads end soon: one that was joined is still there for a moment."""
    until = time.monotonic() + 0.1
    while threads and time.monotonic() < until:
        time.sleep(0.002)
        threads &= _threads()
    return not threads


def place(path: Path) -> tuple[str, Path]:
    """Return a file's dotted name, and the folder that must be on ``sys.path`` for it."""
    if not path.is_file():
        raise _no_file(path)
    root = path.parent
    parts = [] if path.name == "__init__.py" else [path.stem]
    while (root / "__init__.py").is_file():
        parts.insert(0, root.name)
        root = root.parent
    name = ".".join(parts)
    if path.suffix != ".py":
        raise Problem(
            "no_file", f"{path.name} is not a Python file: its name must end in .py", is_usage=True
        )
    if "." in path.stem:
        raise Problem(
            "no_file", f"{path.name} cannot be imported: it has a dot in its name", is_usage=True
        )
    return name, root


def _no_file(path: Path) -> Problem:
    if path.is_dir():
        return Problem("no_file", f"{path} is a folder: name a file in it", is_usage=True)
    try:
        there = sorted(entry.name for entry in path.parent.iterdir() if entry.suffix == ".py")
    except OSError:
        return Problem("no_file", f"there is no folder {path.parent}", is_usage=True)
    names = close(path.name, there)
    return Problem(
        "no_file", f"there is no file {path}{did_you_mean(names)}", names=names, is_usage=True
    )


def _root_of(module: str) -> str:
    """Return the folder on ``sys.path`` that has a module's package; empty if none has."""
    top = module.partition(".")[0]
    for entry in sys.path:
        folder = Path(entry or os.curdir).absolute()
        if (folder / f"{top}.py").is_file() or (folder / top).is_dir():
            return str(folder)
    return ""


def _import(name: str, path: str | None, root: str, guard: Guard) -> ModuleType:
    try:
        with guard.watching(root):
            module = importlib.import_module(name)
    except Stopped as error:
        raise guard.seen or Problem("import_starts", str(error)) from None
    except SystemExit as error:
        raise _exits(error, path or _file_of(error)) from None
    except BaseException as error:  # noqa: BLE001 - whatever the user's module raises
        if guard.seen:
            raise guard.seen from None
        missing = getattr(error, "name", None)
        is_it = missing and f"{name}.".startswith(f"{missing}.")
        if isinstance(error, ModuleNotFoundError) and path is None and is_it:
            raise _no_module(name, str(missing)) from None
        raise _raised(error, path or _file_of(error)) from None
    if guard.seen:  # the user's code caught it
        raise guard.seen
    return module


def _file_of(error: BaseException) -> str | None:
    """Return the file of the innermost module body that an error passed through."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_name == "<module>":
            found = code.co_filename
        trace = trace.tb_next
    return found


def _exits(error: SystemExit, path: str | None) -> Problem:
    line = line_in(error, path)
    where = f" at line {line}" if line else ""
    text = (
        f"exits when imported (SystemExit: {shown(error.code, 80)}){where}:"
        ' put it under `if __name__ == "__main__":`'
    )
    return Problem("import_exits", text, line=line, traceback=traceback_text(error))


def _raised(error: BaseException, path: str | None) -> Problem:
    line = line_in(error, path)
    where = f" at line {line}" if line else ""
    text = f"its import raises {error_line(error)}{where}"
    if isinstance(error, ModuleNotFoundError) and error.name:
        text = (
            f"needs the module {error.name}{where}, which {sys.executable} does not have:"
            " install it there, or name another interpreter with --python"
        )
    return Problem(
        "import_raised",
        text,
        line=line,
        traceback=traceback_text(error),
        error=error_line(error),
    )


def _no_module(name: str, missing: str) -> Problem:
    parent = missing.rpartition(".")[0]
    places = getattr(sys.modules.get(parent), "__path__", None) if parent else None
    there = [info.name for info in pkgutil.iter_modules(places)] if places or not parent else []
    prefix = f"{parent}." if parent else ""
    rest = name[len(missing) :]
    names = [prefix + other + rest for other in close(missing[len(prefix) :], there)]
    text = f"{sys.executable} finds no module {missing}{did_you_mean(names)}"
    return Problem("no_module", text, names=names, is_usage=True)


def _refuse_other(module: ModuleType, path: Path) -> None:
    """Raise a problem if Python imported another module of that name."""
    file = getattr(module, "__file__", None)
    if file is None or not Path(file).exists() or not path.samefile(file):
        text = (
            f"{path.name} cannot be imported: Python has another module named"
            f" {module.__name__}; rename the file"
        )
        raise Problem("no_module", text, is_usage=True)


def _find(module: ModuleType, name: str, where: str) -> Callable[..., Any]:
    if "<lambda>" in name:
        text = "a lambda has no name to find it by: write it with `def` at the top of its module"
        raise Problem("lambda", text, is_usage=True)
    if "<locals>" in name:
        text = f"{name} is made inside another function: put it at the top of its module"
        raise Problem("local", text, is_usage=True)
    found: Any = module
    owner: Any = None
    so_far: list[str] = []
    for part in name.split("."):
        try:
            owner, found = found, getattr(found, part)
        except AttributeError:
            raise _no_function(found, so_far, part, where) from None
        so_far.append(part)
    members = callables(found) if isinstance(found, type) else []
    refuse_kind(found, name, members)
    function: Callable[..., Any] = found
    if isinstance(owner, type):
        function = _bound(owner, function, name)
    return function


def _bound(owner: type, function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Return the method of an object where it needs one."""
    last = name.rpartition(".")[2]
    plain = next((vars(kind)[last] for kind in owner.__mro__ if last in vars(kind)), None)
    if isinstance(plain, (staticmethod, classmethod)) or getattr(function, "__self__", None):
        return function
    try:
        bound: Callable[..., Any] = getattr(owner(), last)
    except Exception as error:  # noqa: BLE001 - it is the user's code
        text = (
            f"{name} needs an object: name a function that makes one and calls it;"
            f" {owner.__name__}() raises {error_line(error)}"
        )
        raise Problem(
            "needs_object", text, is_usage=True, traceback=traceback_text(error)
        ) from None
    return bound


def _no_function(owner: Any, so_far: Sequence[str], part: str, where: str) -> Problem:
    there = callables(owner)
    prefix = "".join(f"{name}." for name in so_far)
    close_ones = close(part, there)
    names = [prefix + name for name in close_ones or there[:MOST_NAMES]]
    if not part:
        text = f"{where}: which function? Name it after a colon"
    else:
        text = f"{where} has no {prefix}{part}"
    if close_ones:
        text += did_you_mean(names)
    elif names:
        text += f": it has {', '.join(names)}"
    return Problem("no_function", text, names=names, is_usage=True)


def callables(owner: Any) -> list[str]:
    """Return the public functions of a module or class, its own before those it imported."""
    module = owner.__name__ if isinstance(owner, ModuleType) else getattr(owner, "__module__", "")
    found = []
    for name, value in vars(owner).items() if hasattr(owner, "__dict__") else ():
        plain = getattr(value, "__func__", value)
        if not name.startswith("_") and callable(plain) and not isinstance(plain, type):
            found.append((getattr(plain, "__module__", None) != module, name))
    return [name for _, name in sorted(found, key=lambda one: one[0])]


def close(name: str, there: Iterable[str]) -> list[str]:
    """Return the names that are like one that is not there."""
    return difflib.get_close_matches(name, there, n=3) if name else []


def did_you_mean(names: Sequence[str]) -> str:
    """Return the end of a sentence that names what may have been meant."""
    return f": did you mean {' or '.join(names)}?" if names else ""


def read_items(order: Message) -> Sequence[Any]:
    """Return the items that a request has in one of four forms."""
    ((form, given),) = order.items()
    if form == "range":
        items: Any = range(*given)
        if len(items) <= MOST_LISTED:  # by hand it would not make them anew in every round
            items = list(items)
    elif form == "json":
        items = given
    elif form == "pickle":
        try:
            items = pickle.loads(base64.b64decode(given))  # noqa: S301 - from our own parent
        except BaseException as error:  # noqa: BLE001 - it is the user's code
            text = f"the items cannot be read there: {error_line(error)}"
            raise Problem("bad_items", text, traceback=traceback_text(error)) from None
    else:
        items = _literal(given)
    if not isinstance(items, (list, tuple, range)):
        items = list(items)
    if not items:
        raise Problem("bad_items", "there are no items: give at least one", is_usage=True)
    return items  # type: ignore[no-any-return]


def _literal(text: str) -> Any:
    try:
        items = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        problem = f"{shown(text, 80)} is no list of literals, such as [1, 2, 3]"
        raise Problem("bad_items", problem, is_usage=True) from None
    if not isinstance(items, (list, tuple, set, frozenset)):
        problem = f"{shown(text, 80)} is one value: put the items in brackets, as in [1, 2, 3]"
        raise Problem("bad_items", problem, is_usage=True)
    return sorted(items, key=repr) if isinstance(items, (set, frozenset)) else items
