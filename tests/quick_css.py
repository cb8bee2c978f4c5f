"""Style sheets taken apart once, not once for each of the hundreds of apps that tests run.

Textual keeps the rules of a text of CSS with each app's style sheet. They follow from the text,
where it stands and the theme's variables, and nobody changes them afterwards: Textual itself uses
them again whenever a screen comes or goes.
"""

from __future__ import annotations

from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_parse_rules = Stylesheet._parse_rules
_parsed: dict[tuple[Any, ...], list[RuleSet]] = {}
_themes: dict[frozenset[tuple[str, str]], int] = {}
"""A number for all the variables of a theme: to compare hundreds for each text takes time, too."""


def keep_rules(patch: pytest.MonkeyPatch) -> None:
    """Let all apps of this process share the rules that come of the same text and theme."""
    patch.setattr(Stylesheet, "_parse_rules", _rules)


def _rules(self: Stylesheet, *text: Any, **options: Any) -> list[RuleSet]:
    key = (_theme(self), *text, *options.items())
    if key not in _parsed:
        _parsed[key] = _parse_rules(self, *text, **options)
    return _parsed[key]


def _theme(sheet: Stylesheet) -> int:
    """The number of the theme of a style sheet; it gets another dictionary with each."""
    variables, number = getattr(sheet, "_numbered", (None, 0))
    if variables is not sheet._variables:
        number = _themes.setdefault(frozenset(sheet._variables.items()), len(_themes))
        sheet._numbered = (sheet._variables, number)  # type: ignore[attr-defined]
    return int(number)
