"""Imports what the running program may need later, while nobody waits for anything.

The first screen is there sooner without it; but what is left for later may be gone then: a package
manager replaces or removes the program, or its Python, while it runs.
"""

from __future__ import annotations

import contextlib
import sys
from importlib import import_module
from typing import ClassVar

from textual.app import App

SLICE_SECONDS = 0.01
"""The pause between two imports, the longest of which takes 4 ms, so that no frame and no key is
late. All of it takes 45 ms, and is over half a second after the first screen."""

LATER = (
    # Screens, each after what it needs: one import is as little at a time as there can be.
    "chai_tui.explain.story",
    "chai_tui.tui.canvas.resample",
    "chai_tui.tui.canvas.line_view",
    "chai_tui.tui.canvas.leaving",
    "chai_tui.explain.engine_text",
    "chai_tui.explain.report",
    "chai_tui.tui.timeline.time_scale",
    "chai_tui.tui.timeline.cells",
    "chai_tui.tui.timeline.drawing",
    "chai_tui.tui.timeline.legend",
    "chai_tui.tui.help.pages",
    "chai_tui.tui.help.of_program",
    "chai_tui.tui.help.drawing",
    "chai_tui.tui.help.screen",
    "chai_tui.tui.dialogs.engine",
    "chai_tui.tui.dialogs.shown",
    "chai_tui.tui.dialogs.findings",
    "chai_tui.tui.detail.charts",
    "chai_tui.tui.detail.of_program",
    "chai_tui.tui.detail.facts",
    "chai_tui.tui.detail.drawing",
    "chai_tui.tui.detail.output_view",
    "chai_tui.tui.keys.fields",
    "chai_tui.tui.detail.screen",
    "chai_tui.tui.timeline.screen",
    "chai_tui.tui.timeline.dock",
    "chai_tui.tui.kitchen.log_screen",
    # The palette, and a picture of the screen.
    "chai_tui.tui.common.palette",
    "textual.system_commands",
    "html.entities",
    # Reports of crashes: rich's own, with colours, which Textual makes in some of its threads.
    "pygments.token",
    "pygments.style",
    "pygments.lexer",
    "pygments.lexers",
    "pygments.lexers.python",
    "pygments.styles",
    "rich._emoji_codes",
    "rich.pretty",
    "rich.syntax",
    "rich.traceback",
    *(["_colorize"] if sys.version_info >= (3, 15) else ()),
    "platformdirs",
    "resource",  # for the words of a limit that was met
)
"""What may be imported later. What is missing in some version of a library is passed over."""

LATER_OF_TASTING = (
    "chai_tui.tui.help.tasting",
    "chai_tui.tui.taste.round_drawing",
    "chai_tui.tui.taste.rounds_screen",
    "chai_tui.tui.taste.printed_screen",
)
"""The same of a tasting, beside all that."""

LATER_OF_REPLAY = ("chai_tui.tui.help.replaying", "chai_tui.tui.replay.go_dialog")
"""The same of a recording, beside what its run needs."""


class Preloading(App[None]):
    """Mixed into an app that calls :meth:`begin_to_preload` once its first screen is shown.

    Attributes:
        later: what it imports then.
    """

    later: ClassVar[tuple[str, ...]] = LATER

    def begin_to_preload(self) -> None:
        """Import the modules of ``later``, one at a time, each a while after the other."""
        names = iter(self.later)

        def import_next() -> None:
            name = next(names, None)
            if name is None:
                timer.stop()
            else:
                with contextlib.suppress(ImportError):
                    import_module(name)

        timer = self.set_interval(SLICE_SECONDS, import_next)
