"""Mends what Textual gets wrong for a program that runs long and meets any terminal.

Each patch replaces one name in one of Textual's modules. Where the name is gone, or takes something
else than it did, Textual is newer than the patch, which is passed over then.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, lru_cache, partial
from importlib import import_module
from typing import Any, NamedTuple

from chai_tui.tui.shell.patient_palette import PatientPalette
from chai_tui.tui.shell.sparing_update import sparing


class Patch(NamedTuple):
    """What is mended, and until when.

    Attributes:
        owner: the module with the name, or a class in one (``module:Class``).
        name: what is replaced.
        takes: its first parameters.
        mended: returns what replaces it.
        why: where it is known publicly, or the reason.
        seen_in: the first and the last version of Textual that was seen to need it.
    """

    owner: str
    name: str
    takes: tuple[str, ...]
    mended: Callable[[Any], Any]
    why: str
    seen_in: tuple[str, str]

    @property
    def target(self) -> Any:
        """Who has the name; None where this Textual has no such name any more."""
        module, _, kind = self.owner.partition(":")
        try:
            owner: Any = import_module(module)
            owner = getattr(owner, kind) if kind else owner
            takes = (*inspect.signature(getattr(owner, self.name)).parameters,)
        except (ImportError, AttributeError, TypeError, ValueError):
            return None
        return owner if takes[: len(self.takes)] == self.takes else None

    def apply(self) -> bool:
        """Mend it; return whether there was anything to mend."""
        owner = self.target
        if owner is not None:
            setattr(owner, self.name, self.mended(getattr(owner, self.name)))
        return owner is not None


def _forget_gone_widgets(original: Any) -> Any:
    """Have a widget's colours remembered by themselves, not together with the widget.

    They are remembered on a method, and with them all that the last thousand widgets drew that are
    gone: 500 KB each time that somebody looks at one maker.
    """
    colours = inspect.unwrap(original)
    return staticmethod(lru_cache(1024)(partial(colours, None)))


def _wait_for_hits(_original: Any) -> Any:
    """Have the palette's Enter wait for the hits of what was typed."""
    return PatientPalette


_ISSUES = "https://github.com/Textualize/textual/issues"

PATCHES = (
    Patch(
        "textual._styles_cache:StylesCache",
        "get_inner_outer",
        ("cls", "base_background", "background"),
        _forget_gone_widgets,
        f"{_ISSUES}/6665",
        ("6.0.0", "8.2.8"),
    ),
    Patch(
        "textual.app",
        "CommandPalette",
        ("providers", "placeholder"),
        _wait_for_hits,
        "Enter runs the first hit of what was typed before, while the search still runs",
        ("8.2.5", "8.2.8"),
    ),
    Patch(
        "textual._compositor:Compositor",
        "render_partial_update",
        ("self",),
        sparing,
        "Of one changed line it renders every line of every widget on that line, those behind too",
        ("8.2.5", "8.2.8"),
    ),
)
"""All of them. A test fails where Textual is outside of what one was seen in: then look whether it
is still needed, and move its range or take it away."""


@cache
def patch_textual() -> None:
    """Mend all of it, once."""
    for patch in PATCHES:
        patch.apply()
