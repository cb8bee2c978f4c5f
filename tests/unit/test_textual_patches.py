"""Textual forgets widgets that are gone, and reads whatever a terminal sends."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest
from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.color import Color
from textual.events import Key

from chai_tui.tui.shell.textual_patches import (
    forget_gone_widgets,
    read_any_bytes,
    take_any_sequence,
)


def test_what_a_widget_drew_goes_with_it() -> None:
    forget_gone_widgets()
    drawn = StylesCache()
    inner, outer = drawn.get_inner_outer(Color.parse("red"), Color.parse("blue"))
    assert inner.background == Color.parse("red") + Color.parse("blue")
    assert outer.background == Color.parse("red")
    gone = weakref.ref(drawn)
    del drawn
    gc.collect()
    assert gone() is None


@pytest.mark.skipif(sys.platform == "win32", reason="a driver of its own")
def test_bytes_that_are_no_text_are_read_as_a_sign() -> None:
    from textual.drivers import linux_driver

    read_any_bytes()
    decode = linux_driver.getincrementaldecoder("utf-8")().decode  # type: ignore[attr-defined]
    assert decode(b"a\xffb\xe8\x8c") == "a\ufffdb"
    assert decode(b"\xb6") == "茶"


@pytest.mark.parametrize("number", ["1114112", "9999999"])
def test_a_character_that_there_is_not_is_no_key(number: str) -> None:
    take_any_sequence()
    parser = XTermParser()
    (key,) = parser.feed(f"\x1b[{number}ua")
    assert isinstance(key, Key)
    assert key.key == "a"
