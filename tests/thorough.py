"""What goes through many variants of what one shows: ``--thorough`` runs the others, too."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def briefly(
    names: str | tuple[str, ...],
    values: Iterable[Any],
    *,
    keep: int | Collection[int] = 1,
    **options: Any,
) -> pytest.MarkDecorator:
    """Return ``pytest.mark.parametrize`` that marks all but a few values ``thorough``.

    Args:
        names: of the parameter, or of several.
        values: as for ``parametrize``.
        keep: how many of them the suite runs, from the first on; or the places of those.
        options: as for ``parametrize``.
    """
    kept = range(keep) if isinstance(keep, int) else keep
    is_one = isinstance(names, str)
    marked = []
    for place, value in enumerate(values):
        if place in kept:
            marked.append(value)
        else:
            given = (value,) if is_one else tuple(value)
            marked.append(pytest.param(*given, marks=pytest.mark.thorough))
    return pytest.mark.parametrize(names, marked, **options)


def in_parts(length: int) -> pytest.MarkDecorator:
    """Return what gives a test the first ``part`` of a long table, and thoroughly the rest."""
    return briefly("part", [slice(length), slice(length, None)], ids=["first", "rest"])
