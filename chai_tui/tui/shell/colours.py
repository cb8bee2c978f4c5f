"""Colours that Textual's themes do not have: eight for cores, paler ones, and one for waiting."""

from __future__ import annotations

from collections.abc import Mapping

from textual.color import Color

from chai_tui.tui.canvas.styles import CORE_STYLES

# Apart from each other, and from the blue, green and red that themes give to states.
_ON_DARK = ("#b490f5", "#f79a3e", "#3fc6b4", "#f284b6", "#f2e35b", "#a3d160", "#9db4c0", "#c9704f")
_ON_LIGHT = ("#6a3fc0", "#b35c00", "#007a6e", "#c2257a", "#7d6a00", "#3f7d00", "#4d6470", "#7a2e12")
# A terminal's own sixteen, without the red that says "failed", the greys and the background.
_ANSI = (
    "ansi_magenta",
    "ansi_yellow",
    "ansi_cyan",
    "ansi_bright_magenta",
    "ansi_bright_yellow",
    "ansi_bright_cyan",
    "ansi_bright_blue",
    "ansi_bright_green",
)
_PALER: Mapping[str, float] = {"ink-dim": 0.65, "ink-frame": 0.35, "ink-empty": 0.22}
"""How much of the text's colour is in each; the rest is the background's. Mixed here because a
colour with an alpha would lose it on its way to a span."""


def colours(variables: Mapping[str, str], *, dark: bool, ansi: bool) -> dict[str, str]:
    """Return theme variables of our own: ``core-0`` to ``core-7``, the paler ones, ``ink-halted``.

    Args:
        variables: the theme's; those of ours that a theme defines itself stay as they are.
        dark: whether the theme's background is.
        ansi: whether the theme leaves colours to the terminal.
    """
    cores = _ANSI if ansi else _ON_DARK if dark else _ON_LIGHT
    ours = {f"core-{number}": cores[number] for number in range(CORE_STYLES)}
    if ansi:
        ours |= dict.fromkeys(_PALER, "ansi_bright_black")
        ours["ink-halted"] = "ansi_yellow"  # the theme's own warning is a red where it is light
    else:
        ours["ink-halted"] = variables["text-warning"]
        text, background = (
            Color.parse(variables[name]).rgb for name in ("foreground", "background")
        )
        for name, share in _PALER.items():
            ours[name] = Color(*background).blend(Color(*text), share).hex
    return {name: variables.get(name, colour) for name, colour in ours.items()}
