"""The runner's parts that need no process of their own."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any

import pytest

from chai_tui.sources.taste.runner._chai_taste.subject import calls, loading, target, words
from chai_tui.sources.taste.runner._chai_taste.subject.channel import Problem
from chai_tui.sources.taste.runner._chai_taste.subject.comparing import (
    MOST_TOLD,
    Expectations,
    is_equal,
)
from chai_tui.sources.taste.runner._chai_taste.subject.target import Target


class Array:
    """As an array of numpy compares: each element of its own."""

    def __init__(self, *values: int) -> None:
        self.values = values

    def __eq__(self, other: object) -> Any:
        assert isinstance(other, Array)
        return Array(*(a == b for a, b in zip(self.values, other.values, strict=True)))

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise ValueError("more than one")

    def all(self) -> bool:
        return all(self.values)


class Plain:
    def __init__(self, value: int) -> None:
        self.value = value


class Hostile:
    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> str:
        raise RuntimeError

    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1, True),
        (1, 2, False),
        (1, 1.0, True),
        ([1, {"a": 2}], [1, {"a": 2}], True),
        (math.nan, float("nan"), True),
        ([float("nan")], [float("nan")], True),
        (Array(1, 2), Array(1, 2), True),
        (Array(1, 2), Array(1, 3), False),
        (Plain(1), Plain(1), True),
        (Plain(1), Plain(2), False),
        (Hostile(), Hostile(), True),
    ],
)
def test_what_is_the_same(one: object, other: object, *, same: bool) -> None:
    assert is_equal(one, other) is same


def test_only_what_was_the_same_twice_is_expected() -> None:
    expected = Expectations()
    expected.learn({0: "a", 1: "b"}, 1)
    assert expected.compare({0: "x"}) == ([], 0)
    expected.learn({0: "a"}, 1)
    assert expected.compare({0: "x", 1: "x"}) == ([[0, "'a'", "'x'"]], 1)
    assert expected.compare({0: "a"}) == ([], 0)


def test_differences_are_counted_and_some_are_told() -> None:
    expected = Expectations()
    for _ in range(2):
        expected.learn(dict.fromkeys(range(10), 1), 1)
    told, times = expected.compare(dict.fromkeys(range(10), 2))
    assert times == 10
    assert len(told) == MOST_TOLD


def test_a_function_that_is_never_the_same_is_compared_no_more() -> None:
    expected = Expectations()
    expected.learn({None: 1}, 1)
    expected.learn({None: 2}, 1)
    expected.learn({None: 2}, 1)
    assert expected.compare({None: 3}) == ([], 0)


def test_few_large_results_are_kept() -> None:
    expected = Expectations()
    for _ in range(2):
        expected.learn(dict.fromkeys(range(10), 1), 30 << 20)
    assert expected.compare(dict.fromkeys(range(10), 2))[1] == 2


def test_a_failed_call_is_found_in_its_task() -> None:
    failed = calls.each(lambda x: 1 / x, [1, 2, 0, 3])
    assert isinstance(failed, calls.Failed)
    assert failed.offset == 2
    assert failed.error == "ZeroDivisionError: division by zero"
    counted: list[int] = []

    def third(*args: int) -> None:
        counted.extend(args or [0])
        if len(counted) > 2 * max(len(args), 1):
            raise KeyError("x")

    for args in ((), (1,), (1, 2), (1, 2, 3)):
        counted.clear()
        failed = calls.repeat(third, args, 5)
        assert isinstance(failed, calls.Failed)
        assert failed.offset == 2


def test_a_calls_item_is_its_number_modulo_the_items() -> None:
    told = Target("work", "f", print)
    assert told.item_of(7) is None
    told.items = "abc"
    assert told.arguments(2, 5) == ["c", "a", "b", "c", "a"]
    assert told.arguments(4, 2) == ["b", "c"]
    assert told.item_of(7) == 1


def test_mixed_items_have_one_order_in_all_lanes_and_runs() -> None:
    orders = []
    for _ in range(2):
        told = Target("work", "f", print)
        told.items = range(30)
        told.mix(wanted=True)
        taken = told.arguments(0, 40)
        assert taken == [told.item_of(call) for call in range(40)]
        assert sorted(taken[:30]) == list(range(30)) != taken[:30]
        orders.append(taken)
    assert orders[0] == orders[1]


def test_which_functions_are_async() -> None:
    async def coroutine() -> None: ...

    class Awaiting:
        async def __call__(self) -> None: ...

    def through(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def wrapper() -> Any:
            return function()

        return wrapper

    def ran(function: Callable[..., Any]) -> Callable[..., Any]:
        import asyncio

        @wraps(function)
        def wrapper() -> Any:
            return asyncio.run(function())

        return wrapper

    for function in (coroutine, Awaiting(), partial(coroutine), through(coroutine)):
        assert target.is_async(function), function
    for plain in (print, partial(print), ran(coroutine), through(print), Plain):
        assert not target.is_async(plain), plain


def test_a_files_name_and_folder(tmp_path: Path) -> None:
    pot = tmp_path / "shop" / "tea" / "pot.py"
    pot.parent.mkdir(parents=True)
    pot.touch()
    assert loading.place(pot) == ("pot", pot.parent)
    (pot.parent / "__init__.py").touch()
    assert loading.place(pot) == ("tea.pot", tmp_path / "shop")
    (tmp_path / "shop" / "__init__.py").touch()
    assert loading.place(pot) == ("shop.tea.pot", tmp_path)
    assert loading.place(pot.parent / "__init__.py") == ("shop.tea", tmp_path)
    (tmp_path / "a.b.py").touch()
    with pytest.raises(Problem):
        loading.place(tmp_path / "a.b.py")


def test_words_are_short_and_never_raise() -> None:
    assert words.one_line("a\n b\t c") == "a b c"
    assert len(words.one_line("x" * 1_000)) == words.LONGEST_LINE
    assert words.shown(Hostile()).startswith("<Hostile")
    assert len(words.shown(["x" * 1_000] * 1_000)) <= 200

    class Mute(Exception):  # noqa: N818
        def __str__(self) -> str:
            raise RuntimeError

    assert words.error_line(Mute()).endswith("Mute")
    assert "Mute" in words.traceback_text(Mute())
    assert len(words.traceback_text(ValueError("x" * 10_000))) <= words.LONGEST_TRACEBACK
