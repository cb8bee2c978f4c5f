"""What a command line says of a function of the user's own: which one, and what it is called with.

Nothing is imported and nothing is evaluated here: a target is only a name, and items are JSON,
Python literals or a range of whole numbers.
"""

from __future__ import annotations

import ast
import json
import os
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from chai_tui.config.item_file import is_stdin, read_items_file
from chai_tui.config.toml_file import TomlFileError, clipped, found, shown_path

MAX_ITEMS = 1_000_000
"""Calls with an item of their own: more than any race or any screen has room for."""
MAX_ITEM_BYTES = 32_000_000
"""Bytes of a file of items."""
MAX_ARGUMENTS = 255
"""Arguments of one call."""

EXPECTED_TARGET = "package.module:function or path/to/file.py:function"


class TargetError(ValueError):
    """It names no function, or no items; the text is one line for the user.

    Attributes:
        is_usage: whether the help says what can be asked for; it says nothing of a file's mistakes.
    """

    def __init__(self, problem: str, *, is_usage: bool = True) -> None:
        super().__init__(problem)
        self.is_usage = is_usage


class Target(NamedTuple):
    """A function that somebody named.

    Attributes:
        path: the file that it is in, as it was written; None where a module is named.
        module: the module's dotted name; None where a file is named.
        name: ``function`` or ``Class.method``.
    """

    path: str | None
    module: str | None
    name: str

    def __str__(self) -> str:
        """As it was written."""
        return f"{self.module if self.path is None else self.path}:{self.name}"


@dataclass(frozen=True, slots=True)
class Items:
    """What a function is called with, one item a call.

    Attributes:
        kind: ``none`` (no item: the function is called with the same arguments each time),
            ``json`` or ``literal`` (values), or ``range``.
        values: the items, by number; a range is kept as one.
        text: of a literal, as ``ast.literal_eval`` takes it; else empty.
    """

    kind: Literal["none", "json", "literal", "range"] = "none"
    values: Sequence[Any] = ()
    text: str = ""

    def __len__(self) -> int:
        """How many items there are; 0 for ``none`` alone."""
        return len(self.values)

    def item(self, number: int) -> Any:
        """Return the item of a call, counted from 0; after the last, the first comes again."""
        return self.values[number % len(self.values)]


class Calls(NamedTuple):
    """What a function is called with.

    Attributes:
        arguments: of one call; empty where there are items.
        items: one argument a call.
    """

    arguments: tuple[Any, ...] = ()
    items: Items = Items()


def parse_target(text: str) -> Target | None:
    r"""Return the function that a text names.

    Args:
        text: ``package.module:function``, ``path/to/file.py:function``, each also with
            ``:Class.method``; ``C:\x.py:f`` is a file.

    Returns:
        None if it names no function: it is a recipe's name or path, or nothing.

    Raises:
        TargetError: it names a file or a module, but no function in it, or a file of another kind.
    """
    place, colon, name = text.rpartition(":")
    if _is_python_file(text):
        raise TargetError(
            f"{shown_path(text)}: expected the name of a function after it, "
            f"as in {clipped(os.path.basename(text))}:function; "  # noqa: PTH119 - takes any text
            f"to run the file: chai-tui run {clipped(text)}"
        )
    if not colon or (text.endswith(".toml") and not _is_python_file(place)):
        return None
    if not _is_python_file(place) and (_has_separator(name) or os.path.exists(text)):  # noqa: PTH110 - likewise
        return None  # C:\recipes\kadak, or a file with a colon in its name
    if not _is_dotted(name):
        raise TargetError(
            f'"{clipped(text)}": expected a function\'s name or Class.method after the colon, '
            f"found {_found_name(name)}"
        )
    name = unicodedata.normalize("NFKC", name)  # as Python reads names
    if _is_python_file(place):
        return Target(place, None, name)
    if _is_dotted(place):
        return Target(None, unicodedata.normalize("NFKC", place), name)
    raise TargetError(f'"{clipped(text)}": expected {EXPECTED_TARGET}')


def _is_python_file(text: str) -> bool:
    return text.lower().endswith((".py", ".pyw"))


def _has_separator(text: str) -> bool:
    return "/" in text or "\\" in text


def _is_dotted(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def _found_name(name: str) -> str:
    return f'"{clipped(name)}"' if name else "nothing"


def parse_calls(
    arguments: Sequence[str] = (), items_path: str | None = None, each: str | None = None
) -> Calls:
    """Return what a function is called with, as options say it.

    Args:
        arguments: of ``--arg``: JSON, one argument each.
        items_path: of ``--items``.
        each: of ``--each``.

    Raises:
        TargetError: one of them is wrong, or they do not go together.
    """
    given = [
        option
        for option, value in (("--arg", arguments), ("--items", items_path), ("--each", each))
        if value not in (None, (), [])
    ]
    if len(given) > 1:
        problem = f"{given[0]} and {given[1]}: expected one of them, found both"
        if given[0] == "--arg":
            # Before the item, as functools.partial and xargs have it, or after it, as in
            # "lambda item: f(item, 3)": both are expected, and a race on the wrong one looks right.
            problem += (
                "; to call with an item and more, name a function of the item alone: "
                "def one(item): return f(item, 3)"
            )
        raise TargetError(f"{problem}.")
    if items_path is not None:
        return Calls(items=read_items(items_path))
    if each is not None:
        return Calls(items=parse_each(each))
    return Calls(parse_arguments(arguments))


def parse_arguments(texts: Sequence[str]) -> tuple[Any, ...]:
    """Return the arguments of one call.

    Args:
        texts: JSON, one argument each.

    Raises:
        TargetError: one of them is no JSON, or there are too many.
    """
    if len(texts) > MAX_ARGUMENTS:
        raise TargetError(f"--arg: expected at most {MAX_ARGUMENTS}, found {len(texts):,}")
    return tuple(_argument(text) for text in texts)


def _argument(text: str) -> Any:
    try:
        return _json(text)
    except ValueError as error:
        quoted = text.strip()
        needs_quotes = quoted and all(mark not in quoted for mark in "\"'[]{}\\")
        hint = f"; a text needs its quotes: --arg '\"{clipped(quoted)}\"'" if needs_quotes else ""
        raise TargetError(f"--arg: expected JSON, found {found(text)} ({error}){hint}") from None


def parse_each(text: str) -> Items:
    """Return the items of ``--each``; nothing is evaluated.

    Args:
        text: a Python literal that is a list or a tuple, or ``range(…)`` of whole numbers.

    Raises:
        TargetError: it is neither, it is empty, or it is too long.
    """
    expected = "expected a list, a tuple or range(…) of whole numbers, such as 'range(64)'"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is odd in a text of somebody else's
            tree = ast.parse(text.strip(), mode="eval").body
            values = _range(tree) if isinstance(tree, ast.Call) else ast.literal_eval(tree)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise TargetError(f"--each: {expected}, found {found(text)}") from None
    if not isinstance(values, list | tuple | range):
        raise TargetError(f"--each: {expected}, found {found(text)}")
    if _length(values) > MAX_ITEMS:
        raise TargetError(f"--each: expected at most {MAX_ITEMS:,} items, found more")
    if not values:
        raise TargetError(f"--each: expected at least one item, found none in {found(text)}")
    if isinstance(values, range):
        return Items("range", values)
    return Items("literal", values, text.strip())


def _range(call: ast.Call) -> range:
    """Return the range that is written; a call of anything else, or of more, is none."""
    numbers = [ast.literal_eval(argument) for argument in call.args]
    is_range = isinstance(call.func, ast.Name) and call.func.id == "range" and not call.keywords
    if not is_range or not all(type(number) is int for number in numbers):
        raise ValueError
    return range(*numbers)


def _length(values: Sequence[Any]) -> int:
    try:
        return len(values)
    except OverflowError:  # a range of more than any list could hold
        return MAX_ITEMS + 1


def read_items(path: str | Path) -> Items:
    """Return the items in a file of JSON lines: a value a line; empty lines are passed over.

    Args:
        path: the file or pipe, which is read once; ``-``: standard input.

    Raises:
        TargetError: it cannot be read, a line is no JSON, or there is none at all.
    """
    shown = f"--items {'<stdin>' if is_stdin(path) else shown_path(path)}"
    try:
        text = read_items_file(path, MAX_ITEM_BYTES).decode("utf-8-sig")
    except FileNotFoundError:
        raise TargetError(f"{shown}: no such file", is_usage=False) from None
    except TomlFileError as error:
        raise TargetError(f"{shown}: {error}", is_usage=False) from None
    except UnicodeDecodeError as error:
        problem = f"expected UTF-8 text, found something else at byte {error.start}"
        raise TargetError(f"{shown}: {problem}", is_usage=False) from None
    values: list[Any] = []
    # Not splitlines(): a JSON text may hold any other separator of lines.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if len(values) == MAX_ITEMS:
            problem = f"expected at most {MAX_ITEMS:,} items, found more"
            raise TargetError(f"{shown}: {problem}", is_usage=False)
        try:
            values.append(_json(line))
        except ValueError as error:
            problem = f"expected one JSON value a line, found {found(line.strip())} ({error})"
            raise TargetError(f"{shown}:{number}: {problem}", is_usage=False) from None
    if not values:
        problem = "expected a JSON value a line, found none"
        raise TargetError(f"{shown}: {problem}", is_usage=False)
    return Items("json", values)


def _json(text: str) -> Any:
    """Return a JSON value.

    Raises:
        ValueError: it is none; the text says where.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"column {error.colno}") from None
    except (RecursionError, MemoryError):
        raise ValueError("nested too deeply") from None
    except ValueError as error:
        raise ValueError(_REFUSED.get(str(error), "a number of too many digits")) from None


_REFUSED = {name: f"{name} is no JSON" for name in ("NaN", "Infinity", "-Infinity")}


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
