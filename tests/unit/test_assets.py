"""The sample recipes, and that no picture loads anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from chai_tui.config.recipe_file import find_recipe

ASSETS = Path(__file__).parents[2] / "assets"
RECIPES = sorted(ASSETS.glob("*.toml"))
PICTURES = sorted(ASSETS.glob("*.svg"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.name)
def test_a_sample_recipe_can_be_brewed(path: Path) -> None:
    recipe = find_recipe(str(path))
    assert recipe.name == path.stem
    assert len(recipe.steps) >= 2


def test_there_are_sample_recipes() -> None:
    assert len(RECIPES) >= 2


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_a_picture_loads_nothing(path: Path) -> None:
    svg = path.read_text(encoding="utf-8")
    assert "@font-face" not in svg
    assert "url(http" not in svg
    assert "href" not in svg
    assert "monospace" in svg
