"""One sign for one state, everywhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import chai_tui
from chai_tui.explain.wording.formatting import GLYPHS, HELD_UP
from chai_tui.state.makers.records import State

ROOT = Path(chai_tui.__file__).parent
WHERE_SIGNS_ARE = {"explain/wording/formatting.py", "tui/terminal/ascii_drawing.py"}


def texts(module: Path) -> Iterator[str]:
    """All texts in a module but those that explain it; none of one without any sign."""
    source = module.read_text(encoding="utf-8")
    if source.isascii() and "\\" not in source:
        return  # no sign in it, and to take it apart takes time
    tree = ast.parse(source)
    explain = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in explain:
            yield from [node.value] if isinstance(node.value, str) else []


def test_a_states_sign_is_written_in_one_place() -> None:
    """So it cannot differ between panel, zoom, timeline, title and help."""
    signs = {*GLYPHS.values(), HELD_UP}
    elsewhere = [
        (module.name, text)
        for module in ROOT.rglob("*.py")
        if module.relative_to(ROOT).as_posix() not in WHERE_SIGNS_ARE
        for text in texts(module)
        if signs.intersection(text)
    ]
    assert elsewhere == []


def test_every_state_has_a_sign_and_only_ends_as_good_or_as_bad_share_theirs() -> None:
    assert set(GLYPHS) == set(State)
    sharing: dict[str, set[State]] = {}
    for state, sign in GLYPHS.items():
        sharing.setdefault(sign, set()).add(state)
    alike = [states for states in sharing.values() if len(states) > 1]
    assert alike == [{State.SERVED, State.DONE}, {State.FAILED, State.KILLED}]
    assert HELD_UP not in GLYPHS.values()
