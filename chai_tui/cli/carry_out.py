"""Carries an order out: real makers, on the screen or without one."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

from chai_tui.config.settings import Settings
from chai_tui.host import startup
from chai_tui.host.process_setup import hear_of_children, raise_file_limit
from chai_tui.host.terminal import lose_output, lose_stdout, own_terminal
from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.model.recipe import Recipe

SCREEN_SAMPLE_SECONDS = 0.5
"""Seconds between two samples for the screen."""
JSON_SAMPLE_SECONDS = 1.0
"""The same for JSON, whose reader keeps them all."""
SCREEN_LINES_PER_SECOND = 200
"""Lines a station may say a second on a screen: more than anybody reads."""

MAKERS_NICENESS = 10
"""How much makers give way to the screen: beside forty that compute on two cores a key was answered
after three seconds without it. Where there are cores enough it changes nothing."""


class LaunchPlan(NamedTuple):
    """What to brew, and how."""

    makers: int
    recipe: Recipe
    engine: Engine
    start_method: str
    seed: int | None


def on_screen(
    order: LaunchPlan, settings: Settings, warnings: Sequence[str], *, exit_when_served: bool
) -> int:
    """Show the makers on the screen; return the exit code."""
    from chai_tui.sources.live.kitchen import Kitchen  # noqa: PLC0415 - not for bad usage
    from chai_tui.tui.bridge import Bridge  # likewise; it imports no screen

    hear_of_children()
    raise_file_limit()
    with own_terminal():
        bridge = Bridge(
            Kitchen(
                order.start_method,
                seed=order.seed,
                sample_every=SCREEN_SAMPLE_SECONDS,
                lines_per_second=SCREEN_LINES_PER_SECOND,
                niceness=MAKERS_NICENESS,
            )
        )
        try:
            # Makers start brewing while the screen is imported, which takes 150 ms.
            bridge.submit(AddMakers(order.makers, order.recipe, order.engine))
            bridge.start()
            startup.import_asyncio_without_ssl()
            from chai_tui.tui.run_app import run_app  # the screen alone needs it

            return run_app(
                bridge,
                recipe=order.recipe,
                engine=order.engine,
                start_method=order.start_method,
                exit_when_served=exit_when_served,
                settings=settings,
                warnings=warnings,
            )
        finally:
            startup.done()
            bridge.stop()


def without_screen(order: LaunchPlan, *, as_json: bool) -> int:
    """Print the makers' lines, or their events as JSON; return the exit code."""
    from chai_tui.sources.live.kitchen import Kitchen  # noqa: PLC0415 - as above
    from chai_tui.views.plain import (  # noqa: PLC0415 - the screen needs none of it
        ExitCode,
        JsonView,
        OutputError,
        PlainView,
        UnreadError,
        View,
        run,
        warn,
    )

    hear_of_children()
    raise_file_limit()
    with own_terminal():
        out, err = _or_nowhere(sys.stdout), _or_nowhere(sys.stderr)
        source = Kitchen(
            order.start_method,
            seed=order.seed,
            sample_every=JSON_SAMPLE_SECONDS if as_json else None,
        )
        view: View = JsonView(out) if as_json else PlainView(out, err)
        startup.done()
        try:
            return run(source, view, makers=order.makers, recipe=order.recipe, engine=order.engine)
        except UnreadError as error:
            lose_output()
            return error.code
        except OutputError as error:
            lose_stdout()
            if not isinstance(error.__cause__, BrokenPipeError):
                warn(err, f"cannot write: {error.__cause__}")
            return ExitCode.NOT_SERVED


def _or_nowhere(stream: TextIO | None) -> TextIO:
    """Return a stream that can be written to, even where a service was started without any."""
    return Path(os.devnull).open("w", encoding="utf-8") if stream is None else stream
