"""Textual forgets widgets that are gone."""

from __future__ import annotations

import gc
import weakref

from textual._styles_cache import StylesCache
from textual.color import Color

from chai_tui.tui.style_memory import forget_gone_widgets


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
