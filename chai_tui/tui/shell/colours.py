"""Colours that Textual's themes do not have, and theirs, moved until they can be read.

Our own are eight for cores, paler ones, one for waiting and one for what is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.color import Color

from chai_tui.tui.canvas.contrast import SIGNS, TEXT, legible, opposite
from chai_tui.tui.canvas.styles import CORE_STYLES

# Apart from each other; and none is a red, an amber or a yellow, which tell of ends, pauses and
# locks. Few themes need to move them.
_ON_DARK = ("#a593fa", "#2fc9b0", "#e67df2", "#b0e04e", "#7fd8fb", "#4fc24f", "#e3c2fb", "#86a83c")
_ON_LIGHT = ("#43209c", "#006b62", "#b0108a", "#24480c", "#0062b0", "#04702a", "#8a2be2", "#37475c")
_PALER: Mapping[str, float] = {"ink-dim": 0.65, "ink-frame": 0.35, "ink-empty": 0.22}
"""How much of the text's colour is in each; the rest is the background's. Mixed here because a
colour with an alpha would lose it on its way to a span."""
_OF_STATES = ("text-primary", "text-secondary", "text-success", "text-warning", "text-error")
_BUTTONS = ("primary", "error")

# Of a terminal's own sixteen, those that can be read on its black, or on its white, as xterm and as
# a PC's console show them: neither a dark blue on black nor a yellow on white. No core has the
# colour of a state; where these are too few they come again, and a core's number is always printed.
_ANSI_CORES = {
    True: ("ansi_bright_magenta", "ansi_cyan", "ansi_bright_green", "ansi_bright_cyan"),
    False: ("ansi_blue", "ansi_magenta", "ansi_bright_blue"),
}
_ANSI = {
    True: {
        "ink-halted": "ansi_bright_yellow",
        "ink-tint": "ansi_blue",
        "text-success": "ansi_green",
        "text-error": "ansi_bright_red",
        **dict.fromkeys(_PALER, "ansi_white"),
    },
    False: {
        "ink-halted": "ansi_default",
        "ink-tint": "ansi_bright_cyan",
        "text-success": "ansi_default",
        "text-error": "ansi_red",
        **dict.fromkeys(_PALER, "ansi_bright_black"),
    },
}
_ANSI_PLAIN = ("ink-chosen", "text-primary", "text-secondary", "text-disabled")


def colours(variables: Mapping[str, str], *, dark: bool, ansi: bool) -> dict[str, str]:
    """Return theme variables: our own, and those of the theme that had to be moved.

    Ours are ``core-0`` to ``core-7``, ``ink-…`` for what is drawn, ``on-…`` for buttons.

    Args:
        variables: the theme's; it may define ours itself.
        dark: whether the theme's background is.
        ansi: whether the theme leaves colours to the terminal.
    """
    return _of_terminal(variables, dark=dark) if ansi else _moved(variables, dark=dark)


def with_more_contrast(variables: Mapping[str, str]) -> dict[str, str]:
    """Return what is pale as it is for those who sit far away: each as the next stronger one.

    Args:
        variables: the theme's and ours.
    """
    return {
        "ink-dim": variables["foreground"],
        "ink-frame": variables["ink-dim"],
        "ink-empty": variables["ink-frame"],
    }


def _of_terminal(variables: Mapping[str, str], *, dark: bool) -> dict[str, str]:
    cores = _ANSI_CORES[dark]
    ours = {f"core-{number}": cores[number % len(cores)] for number in range(CORE_STYLES)}
    ours = {name: variables.get(name, colour) for name, colour in ours.items()}
    ours |= _ANSI[dark] | dict.fromkeys(_ANSI_PLAIN, "ansi_default")
    ours["text-warning"] = ours["ink-halted"]
    ours |= {f"on-{name}": "ansi_default" for name in _BUTTONS}
    return ours


def _moved(variables: Mapping[str, str], *, dark: bool) -> dict[str, str]:
    def opaque(name: str) -> Color:
        return Color(*Color.parse(variables[name]).rgb)

    text, background, surface = (opaque(name) for name in ("foreground", "background", "surface"))
    # What has the focus is tinted a little.
    grounds = (background, opaque("panel"), surface, surface.blend(opposite(surface), 0.05))
    ours = {f"core-{n}": (_ON_DARK if dark else _ON_LIGHT)[n] for n in range(CORE_STYLES)}
    ours |= {name: background.blend(text, share).hex for name, share in _PALER.items()}
    ours |= {"ink-halted": variables["text-warning"], "ink-chosen": variables["primary"]}
    ours |= {name: variables[name] for name in ("foreground", *_OF_STATES)}
    moved: dict[str, str] = {}
    for name, colour in ours.items():
        # What is drawn on the screen alone keeps more of its colour.
        alone = name.startswith("core-") or name in {"ink-frame", "ink-empty"}
        moved[name] = legible(
            Color.parse(variables.get(name, colour)),
            grounds[:1] if alone else grounds,
            SIGNS if name in _PALER else TEXT,
        ).hex
    moved["text-disabled"] = moved["ink-dim"]
    same = (name for name, colour in variables.items() if colour == variables["foreground"])
    moved |= dict.fromkeys(same, moved["foreground"])
    text = Color.parse(moved["foreground"])
    row = Color.parse(variables["block-cursor-blurred-background"])
    row = legible(surface.blend(row.with_alpha(1), row.a), (text,), TEXT)
    moved["block-cursor-blurred-background"] = row.hex
    for name in _BUTTONS:
        moved[f"on-{name}"] = opposite(opaque(name)).hex
    moved["block-cursor-foreground"] = opposite(opaque("block-cursor-background")).hex
    return moved
