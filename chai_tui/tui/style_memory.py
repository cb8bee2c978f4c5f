"""Lets Textual forget what widgets looked like once they are gone."""

from __future__ import annotations

from functools import lru_cache

from textual._styles_cache import StylesCache
from textual.color import Color
from textual.style import Style

_colours = StylesCache.get_inner_outer.__wrapped__


@lru_cache(1024)
def _remembered(base_background: Color, background: Color) -> tuple[Style, Style]:
    inner, outer = _colours(StylesCache, base_background, background)
    return inner, outer


def forget_gone_widgets() -> None:
    """Have a widget's colours remembered by themselves, not together with the widget.

    Textual 8.2.8 remembers them on a method, and so keeps all that the last thousand widgets drew
    that are gone: 500 KB each time that somebody looks at one maker. Idempotent.
    """
    StylesCache.get_inner_outer = staticmethod(_remembered)  # type: ignore[assignment]
