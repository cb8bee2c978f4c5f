"""In ASCII everything is as wide as it was, and says the same."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rich.box
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual._border import BORDER_CHARS
from textual._box_drawing import BOX_CHARACTERS
from textual.scrollbar import ScrollBarRender

import chai_tui
from chai_tui.explain.wording.formatting import GLYPHS
from chai_tui.tui.terminal.ascii_drawing import drawn_in_ascii

UNKNOWN_BY_NATURE = {"�"}
BOXES = [box for box in vars(rich.box).values() if isinstance(box, rich.box.Box)]
PLAIN = st.text(st.characters(exclude_categories=["Cc", "Cs"]))
JOINED = st.lists(st.sampled_from([*"a1#│█é茶👩🏽🇩", "\u200d", "\ufe0f", "\u0301"])).map("".join)


def product() -> Iterator[str]:
    """Yield the product's strings."""
    for path in Path(chai_tui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def textual() -> Iterator[str]:
    """Yield what Textual and rich draw with."""
    yield from (cell for rows in BORDER_CHARS.values() for row in rows for cell in row)
    yield from BOX_CHARACTERS.values()
    yield from ScrollBarRender.VERTICAL_BARS
    yield from ScrollBarRender.HORIZONTAL_BARS
    yield from map(str, BOXES)
    yield "╱╲╳🔎•▪‣⭑◦"


@pytest.mark.parametrize("texts", [product, textual])
def test_every_sign_that_is_drawn_has_one_in_ascii(texts: Callable[[], Iterator[str]]) -> None:
    drawn = {character for text in texts() for character in text if not character.isascii()}
    assert {sign for sign in drawn if "?" in drawn_in_ascii(sign)} - UNKNOWN_BY_NATURE == set()


@pytest.mark.parametrize(
    "signs",
    [
        pytest.param({*GLYPHS.values()}, id="states"),
        pytest.param("▁▂▃▄▅▆▇█▓▒░…·", id="cores and charts"),
        pytest.param(" ▏▎▍▌▋▊▉█░", id="bars"),
        pytest.param("▁▂▃▄▅▆▇█▒░·≡‖╌◌✔✖■○▸ 0123456789", id="timeline"),
        pytest.param("▌ ", id="chosen row"),
        pytest.param("›!▶", id="what was said"),
        pytest.param("│┃", id="chosen panel"),
        pytest.param("─━", id="chosen panel's edges"),
        pytest.param("▲▼", id="sorted"),
        pytest.param("←→↑↓⇧⏎−<>/+[]?ajknrtezqcfyAKN0123456789", id="keys"),
    ],
)
def test_what_differs_in_meaning_differs_in_ascii(signs: set[str] | str) -> None:
    drawn = {sign: drawn_in_ascii(sign) for sign in signs}
    assert len({*drawn.values()}) == len(drawn), drawn


@given(PLAIN | JOINED)
def test_it_is_as_wide_as_it_was(text: str) -> None:
    drawn = drawn_in_ascii(text)
    assert drawn.isascii()
    assert len(drawn) == cell_len(text)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("╭─ Chai Maker #1 ─╮", "+- Chai Maker #1 -+"),
        ("▕████░░░▏", "|####:::|"),
        ("\x1b[31mnaïve\x1b[0m", "\x1b[31mnaive\x1b[0m"),
        ("茶Ａ", "??A "),
        ("e\u0301 · ⅔ · –", "e . ? . -"),
        ("│👩\u200d👩\u200d👧│", "|??|"),
        ("⠿⠁", "*_"),
    ],
)
def test_how_it_is_drawn(text: str, drawn: str) -> None:
    assert drawn_in_ascii(text) == drawn
