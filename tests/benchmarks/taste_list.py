"""The functions that are tasted, with what is known of them before anything is measured."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import tests

MODULE = "tests.taste_targets"
FILE = Path(tests.__file__).with_name("taste_targets.py")


@dataclass(frozen=True)
class Target:
    """A function to taste.

    Attributes:
        name: of the function in ``tests/taste_targets.py``, or of a recipe.
        what: it, in words, for the table.
        gil: the share of a call that holds the GIL, where it follows from how the function is made;
            None where it has to be measured.
        expected: what wins on two cores and more, as measured when this was written: only where the
            truth is measured beside other work, as the tests are, it stands in for that.
        calls: how many calls a round makes by hand, unless the tasting made others.
        has_items: whether it takes one argument, and is given ``calls`` of them.
        is_async: whether it is a coroutine function.
        is_recipe: whether ``name`` is that of a recipe.
        waits: whether it waits, so that more threads than cores are worth a try.
        needs: a package that it needs, which starts threads of its own: it is raced with one, and
            so it is measured by hand.
    """

    name: str
    what: str
    gil: float | None
    expected: tuple[str, ...]
    calls: int = 4
    has_items: bool = False
    is_async: bool = False
    is_recipe: bool = False
    waits: bool = False
    needs: str = ""

    @property
    def is_here(self) -> bool:
        """Whether what it needs is installed."""
        return not self.needs or importlib.util.find_spec(self.needs) is not None

    @property
    def path(self) -> str:
        """How it is named to ``chai-tui taste``."""
        return self.name if self.is_recipe else f"{FILE}:{self.name}"


_PYTHON = ("process",)
_WITHOUT = ("thread",)
_WAITS = ("thread",)

TARGETS = (
    Target("nap", "sleep, 30 ms", 0.0, _WAITS, 16, has_items=True, waits=True),
    Target("nap_async", "async sleep, 30 ms", 0.0, ("asyncio",), 16, True, True, waits=True),
    Target("request", "local HTTP server, 5 ms", None, _WAITS, 16, has_items=True, waits=True),
    Target("child", "subprocess, 20 ms", None, _WITHOUT, waits=True),
    Target("nbody", "n-body, pure Python", 1.0, _PYTHON),
    Target("sieve", "sieve, pure Python", 1.0, _PYTHON),
    Target("regex", "regex that backtracks", 1.0, _PYTHON),
    Target("many_small_hashes", "hashlib, 100 B × 8,000", 1.0, _PYTHON),
    Target("large_json", "JSON of half a megabyte", 1.0, _PYTHON),
    Target("large_hash", "hashlib, 10 MB", 0.0, _WITHOUT),
    Target("squeeze", "zlib", 0.0, _WITHOUT),
    Target("aggregate", "sqlite3, one sum", None, _WITHOUT),
    Target("many_rows", "sqlite3, 20,000 rows", None, _PYTHON),
    Target("halves", "half GIL, half not", None, _PYTHON),
    Target("tenth_of_us", "0.1 µs a call", 1.0, _PYTHON, 200_000),
    Target("six_us", "6 µs a call", 1.0, _PYTHON, 10_000),
    Target("twenty_us", "20 µs a call", 1.0, _PYTHON, 4_000),
    Target("half_ms", "500 µs a call", 1.0, _PYTHON, 128),
    Target("fifty_megabytes", "50 MB to pickle", 1.0, ("serial",)),
    Target("matmul", "NumPy matmul, one thread", None, _WITHOUT, needs="numpy"),
    Target("grind", "the recipe grind", 1.0, _PYTHON, is_async=True, is_recipe=True),
)  # fmt: skip
"""In the order of the table."""


def target(name: str) -> Target:
    """Return one by its name."""
    return next(one for one in TARGETS if one.name == name)
