"""Textual forgets widgets that are gone."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from importlib.metadata import version
from typing import Any

import pytest
from textual._styles_cache import StylesCache
from textual.color import Color

from chai_tui.tui.shell.textual_patches import PATCHES, Patch, patch_textual

HERE = [
    pytest.param(patch, id=patch.name)
    for patch in PATCHES
    if sys.platform != "win32" or "linux" not in patch.owner
]
UNPATCHED = """
from chai_tui.tui.shell.textual_patches import PATCHES
print(*(patch.target is not None for patch in PATCHES))
"""


def as_numbers(written: str) -> tuple[int, ...]:
    return tuple(int(number) for number in written.split("."))


def test_a_patch_that_this_textual_may_not_need_any_more_is_not_overlooked() -> None:
    installed = as_numbers(version("textual"))
    for patch in PATCHES:
        first, last = patch.seen_in
        assert as_numbers(first) <= installed <= as_numbers(last), (
            f"{patch.name}: look at {patch.why} whether Textual {version('textual')} needs it, "
            "then move the range or take the patch away"
        )


@pytest.mark.skipif(sys.platform == "win32", reason="a driver of its own")
def test_what_patches_replace_is_still_there() -> None:
    run = subprocess.run(
        [sys.executable, "-c", UNPATCHED], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["True"] * len(PATCHES)


@pytest.mark.parametrize("patch", HERE)
@pytest.mark.parametrize(
    "changed",
    [
        {"owner": "textual.no_such_module"},
        {"owner": "textual.app:NoSuchClass"},
        {"name": "no_such_name"},
        {"takes": ("something", "else")},
    ],
)
def test_a_patch_whose_target_is_gone_is_passed_over(patch: Patch, changed: dict[str, Any]) -> None:
    assert not patch._replace(**changed).apply()


def test_what_a_widget_drew_goes_with_it() -> None:
    patch_textual()
    drawn = StylesCache()
    inner, outer = drawn.get_inner_outer(Color.parse("red"), Color.parse("blue"))
    assert inner.background == Color.parse("red") + Color.parse("blue")
    assert outer.background == Color.parse("red")
    gone = weakref.ref(drawn)
    del drawn
    gc.collect()
    assert gone() is None
