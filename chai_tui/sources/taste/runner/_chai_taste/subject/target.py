"""The function that is tasted, of what kind it is, and what it is called with."""

from __future__ import annotations

import inspect
import io
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from multiprocessing.reduction import ForkingPickler
from typing import Any

from . import calls
from .channel import Problem
from .words import error_line

SEED = 2
"""Of the order of items: every lane, and every run, takes the same."""
RUNS_A_LOOP = {"run", "run_until_complete"}
"""What a plain wrapper calls that runs an async function to its end itself."""


class Target:
    """A function with its arguments.

    Attributes:
        module: its module's name, which its workers import.
        name: its own name there.
        function: what is called.
        is_async: whether that returns something to await.
        items: one argument of each call; None: every call has the same ``args``.
        args: the arguments of every call.
        filename: of the module; None if it has none.
        can_be_forked: whether importing it left no threads, which would be missing after a fork.
        call_seconds: what a call takes, as far as that is known.
        result_size: bytes of a pickled result, as far as that is known.
        order: in which order items are taken; None: as they were given.
        unpicklable: why function, argument or result cannot go to another process.
    """

    def __init__(self, module: str, name: str, function: Callable[..., Any]) -> None:
        self.module = module
        self.name = name
        self.function = function
        self.is_async = is_async(function)
        self.items: Sequence[Any] | None = None
        self.order: list[int] | None = None
        self.args: tuple[Any, ...] = ()
        self.filename: str | None = None
        self.can_be_forked = True
        self.call_seconds = 0.0
        self.result_size = 0
        self.unpicklable = why_not_pickled(function, "it")

    @property
    def item_count(self) -> int:
        """How many different arguments there are; 0: always the same."""
        return 0 if self.items is None else len(self.items)

    def item_of(self, call: int) -> int | None:
        """Return which item a call is made with; None: with no item."""
        if self.items is None:
            return None
        place = call % len(self.items)
        return place if self.order is None else self.order[place]

    def mix(self, *, wanted: bool) -> None:
        """Take items in an order drawn once, or as they were given.

        Where only some of them are called at a time, those that stand together may be alike.
        """
        if not wanted or self.items is None:
            self.order = None
        elif self.order is None:
            self.order = list(range(len(self.items)))
            random.Random(SEED).shuffle(self.order)  # noqa: S311 - an order, no secret

    def work(self, first: int, count: int) -> tuple[Any, ...]:
        """Return a function of :mod:`calls` that makes these calls, and its arguments."""
        if self.items is None:
            run = calls.repeat_async if self.is_async else calls.repeat
            return run, self.function, self.args, count
        each = calls.each_async if self.is_async else calls.each
        return each, self.function, self.arguments(first, count)

    def arguments(self, first: int, count: int) -> list[Any]:
        """Return the items of these calls."""
        items = self.items or ()
        number = len(items)
        if self.order is not None:
            return [items[self.order[index % number]] for index in range(first, first + count)]
        start = first % number
        if start + count <= number:
            return list(items[start : start + count])
        return [items[index % number] for index in range(start, start + count)]

    def single(self, first: int, count: int) -> Iterator[tuple[Any, ...]]:
        """Yield each of these calls as a task of its own: as :meth:`work`, without a list."""
        run = calls.one_async if self.is_async else calls.one
        for args in self.each_args(first, count):
            yield run, self.function, *args

    def each_args(self, first: int, count: int) -> list[tuple[Any, ...]]:
        """Return the arguments of each of these calls."""
        if self.items is None:
            return [self.args] * count
        return [(item,) for item in self.arguments(first, count)]


def is_async(function: Callable[..., Any]) -> bool:
    """Return whether calling it returns something to await, also through decorators."""
    if any(map(inspect.iscoroutinefunction, (function, getattr(function, "__call__", None)))):  # noqa: B004
        return True
    if not inspect.iscoroutinefunction(inspect.unwrap(function)):
        return False
    code = getattr(function, "__code__", None)
    return not (code and RUNS_A_LOOP & set(code.co_names))


def refuse_kind(function: object, name: str, members: list[str]) -> None:
    """Raise a problem if it is nothing whose calls can be timed."""
    if inspect.isclass(function):
        methods = [f"{name}.{member}" for member in members]
        hint = f": name a function, or a method of it such as {methods[0]}" if methods else ""
        raise Problem("is_class", f"{name} is a class{hint}", names=methods, is_usage=True)
    if not callable(function):
        kind = type(function).__name__
        text = f"{name} cannot be called, it is of type {kind}: name a function"
        raise Problem("not_callable", text, is_usage=True)
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        text = (
            f"{name} is a generator, which returns at its first yield:"
            " name a function that reads it, as list() does"
        )
        raise Problem("is_generator", text, is_usage=True)


def refuse_call(target: Target) -> None:
    """Raise a problem if the function does not take what it is to be called with."""
    try:
        signature = inspect.signature(target.function)
    except (TypeError, ValueError):  # many functions written in C do not tell
        return
    given = target.args if target.items is None else (target.items[0],)
    try:
        signature.bind(*given)
    except TypeError as error:
        many = f"{len(given)} argument{'' if len(given) == 1 else 's'}"
        text = f"{target.name}{signature} cannot be called with {many}: {error_line(error)[11:]}"
        if not given:
            text += "; give them with --arg or --items"
        raise Problem("bad_arguments", text, is_usage=True) from None


def refuse_result(result: object) -> None:
    """Raise a problem if the call's work would be done only later, by whoever reads its result."""
    if inspect.isawaitable(result):
        text = "returns something to await: write it with `async def`, or name what it calls"
        close = getattr(result, "close", None)
        if close is not None:
            close()
        raise Problem("returns_awaitable", text)
    lazy = (Iterator, AsyncIterator)
    if isinstance(result, lazy) and not isinstance(result, io.IOBase):
        text = "returns an iterator: its work happens only when somebody reads it; return a list"
        raise Problem("returns_iterator", text)


def why_not_pickled(value: object, what: str) -> str:
    """Return why a value cannot be sent to another process, in one line; empty if it can."""
    try:
        ForkingPickler.dumps(value)
    except BaseException as error:  # noqa: BLE001 - any of a value's own methods runs
        return not_pickled(value, what, error)
    return ""


def not_pickled(value: object, what: str, error: BaseException) -> str:
    """Put in one line why pickling a value raised an error."""
    name = getattr(value, "__qualname__", "")
    if "<lambda>" in name:
        return f"{what} is a lambda, which has no name to find it by: write it with `def`"
    if "<locals>" in name:
        return f"{what} is made inside another function: put it at the top of its module"
    return f"{what} cannot be pickled: {error_line(error)}"
