"""Runs the app, from the first order to the exit code."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

from chai_tui.config.settings import Settings
from chai_tui.host.encoding import UTF_8, terminal_encoding
from chai_tui.host.patient_output import write_all
from chai_tui.host.process_setup import ENDING_SIGNALS, HANG_UP, SIGNALLED, end_by_signal
from chai_tui.model.launch import Launch
from chai_tui.recording.kept import KeptRun
from chai_tui.state.floor import Floor
from chai_tui.tui.app import ChaiApp
from chai_tui.tui.canvas.prose import indented
from chai_tui.tui.common.bridge import Bridge
from chai_tui.tui.common.watching import WatchingApp
from chai_tui.tui.shell.shutdown import INTERRUPTED
from chai_tui.tui.shell.sixteen import has_few_colours
from chai_tui.tui.terminal.restore import UNREAD_SECONDS, terminal_put_back
from chai_tui.tui.terminal.signal_watch import signals_watched

if TYPE_CHECKING:
    from chai_tui.recording.playing.film import Film
    from chai_tui.tui.replaying import Reading

GREETING = "Each panel is a maker at work; colours are cores. ? explains, a adds one, q leaves."
GREETING_OF_PROGRAMS = (
    "Each panel is a thread or process of it; colours are cores. ? explains, Enter shows all of "
    "one, q leaves."
)


def run_app(
    bridge: Bridge,
    launch: Launch,
    settings: Settings,
    warnings: Sequence[str] = (),
    *,
    kept: KeptRun | None = None,
) -> int:
    """Run the app until somebody leaves; the source is closed and the terminal restored then.

    Args:
        bridge: to the source; it runs, and was asked for the first makers.
        launch: what the run was started with.
        settings: the user's.
        warnings: lines to show at the start.
        kept: what happened so far, so that a key can save it; None: it cannot.

    Returns:
        The exit code: 0 all served, 1 not all or the app broke (then stderr says where the report
        is), 128 and the signal's number after a signal or Ctrl-C. After a signal that asks for no
        end, but brings it, the process ends by that signal instead.
    """
    from chai_tui.config.settings import first_start, state_folder  # noqa: PLC0415 - only for people

    def make(**options: Any) -> WatchingApp:
        greeting = GREETING if first_start(state_folder()) else ""
        return ChaiApp(bridge, launch, settings=settings, greeting=greeting, kept=kept, **options)

    return _run_any(bridge, make, warnings, quiet=launch.quiet)


def run_tasting(
    bridge: Bridge,
    settings: Settings,
    warnings: Sequence[str] = (),
    *,
    code: Callable[[Floor], int] | None = None,
    large: bool = False,
    quiet: bool = False,
    kept: KeptRun | None = None,
) -> int:
    """Run the app of a tasting until somebody leaves, as :func:`run_app` does that of a kitchen.

    Args:
        bridge: to the source; it runs.
        settings: the user's.
        warnings: lines to show at the start.
        code: returns the exit code for a floor, where nothing broke and nobody signalled; None for
            0 if it was judged, 2 if it was asked for wrongly, else 1.
        large: whether the screen begins in large print.
        quiet: whether nothing is said in the shell once the screen is gone.
        kept: as of :func:`run_app`.
    """

    def make(**options: Any) -> WatchingApp:
        from chai_tui.tui.taste_app import TasteApp, verdict_code  # noqa: PLC0415 - for this alone

        return TasteApp(
            bridge,
            code=code or verdict_code,
            settings=settings,
            large=large,
            kept=kept,
            **options,
        )

    return _run_any(bridge, make, warnings, quiet=quiet)


def run_program(
    bridge: Bridge,
    settings: Settings,
    warnings: Sequence[str] = (),
    *,
    code: Callable[[Floor], int],
    exit_when_over: bool = False,
    large: bool = False,
    quiet: bool = False,
    kept: KeptRun | None = None,
) -> int:
    """Run the app of a program that is not ours, as :func:`run_app` does that of a kitchen.

    Args:
        bridge: to the source; it runs.
        settings: the user's.
        warnings: lines to show at the start.
        code: returns the exit code for a floor, where nothing broke and nobody signalled.
        exit_when_over: whether the screen leaves when every process of it has ended.
        large: whether the screen begins in large print.
        quiet: whether nothing is said in the shell once the screen is gone.
        kept: as of :func:`run_app`.
    """
    from chai_tui.config.settings import first_start, state_folder  # noqa: PLC0415 - only for people

    def make(**options: Any) -> WatchingApp:
        from chai_tui.tui.program_app import ProgramApp  # noqa: PLC0415 - for this alone

        return ProgramApp(
            bridge,
            greeting=GREETING_OF_PROGRAMS if first_start(state_folder()) else "",
            code=code,
            exit_when_over=exit_when_over,
            settings=settings,
            large=large,
            kept=kept,
            **options,
        )

    return _run_any(bridge, make, warnings, quiet=quiet)


def run_replay(
    bridge: Bridge,
    reading: Reading,
    film: Film,
    settings: Settings,
    warnings: Sequence[str] = (),
    *,
    large: bool = False,
) -> int:
    """Run the app of a recording until somebody leaves, as :func:`run_app` does that of a kitchen.

    Args:
        bridge: to the source that reads it; it runs.
        reading: how far it was read.
        film: what was read; its first events are there.
        settings: the user's.
        warnings: lines to show at the start.
        large: whether the screen begins in large print.

    Returns:
        0; 1 where it could not be read to its end, or the app broke.
    """

    def make(**options: Any) -> WatchingApp:
        from chai_tui.recording.playing.player import Player  # noqa: PLC0415 - for this alone
        from chai_tui.tui.replay_app import (  # noqa: PLC0415 - likewise
            ReplayApp,
            TasteReplayApp,
            is_tasting,
        )

        app = TasteReplayApp if is_tasting(film) else ReplayApp
        return app(
            bridge,
            player=partial(Player, film),
            reading=reading,
            settings=settings,
            large=large,
            **options,
        )

    return _run_any(bridge, make, warnings, quiet=False)


def _run_any(
    bridge: Bridge, make: Callable[..., WatchingApp], warnings: Sequence[str], *, quiet: bool
) -> int:
    app: WatchingApp | None = None
    code = 1
    crash: BaseException | None = None
    encoding = terminal_encoding()
    if encoding != UTF_8:
        warnings = [*warnings, f"this terminal's encoding is {encoding}: drawn in ASCII"]
    try:
        app = make(warnings=warnings, few_colours=has_few_colours())
        app.encoding = encoding
        _run(app, bridge)
        code = app.exit_code(bridge.stop())
    except KeyboardInterrupt:  # before anybody watched for signals, or after
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, there is a report
        crash = error
    finally:
        bridge.stop()
    crash = (None if app is None else app.crash) or crash or bridge.error
    if crash is not None:
        from chai_tui.tui.shell.crash_report import tell_crash  # noqa: PLC0415 - only after a crash

        tell_crash(crash)
        return 1
    if app is not None:
        _say_last_words(app, quiet=quiet)
        if app.signalled is not None and app.signalled - SIGNALLED not in ENDING_SIGNALS:
            end_by_signal(app.signalled - SIGNALLED)
    return code


def _say_last_words(app: WatchingApp, *, quiet: bool) -> None:
    """Say in the shell what the screen took with it, and how it went."""
    if app.signalled == SIGNALLED + HANG_UP:
        return
    _say(sys.stderr, app, [f"chai-tui: {warning}" for warning in (*app.warnings, *app.parting)])
    if not quiet:
        width = app.size.width
        _say(sys.stdout, app, [row for line in app.last_words() for row in indented(line, width)])


def _say(stream: TextIO | None, app: WatchingApp, lines: Sequence[str]) -> None:
    """Write lines, unless the terminal is gone, takes nothing, or is another job's by now."""
    if stream is None or not lines:
        return
    text = "".join(f"{line}\n" for line in lines)
    if app.encoding != UTF_8:
        from chai_tui.tui.terminal.ascii_drawing import drawn_in_ascii  # noqa: PLC0415 - rarely

        text = drawn_in_ascii(text)
    gives_up_at = time.monotonic() + UNREAD_SECONDS
    with contextlib.suppress(OSError, ValueError):
        descriptor = stream.fileno()
        if sys.platform != "win32":
            from chai_tui.host.job_control import is_in_background  # noqa: PLC0415 - not there

            if is_in_background(descriptor):
                return
        write_all(
            descriptor,
            text.encode(),
            lambda: time.monotonic() > gives_up_at,
        )


def _run(app: WatchingApp, bridge: Bridge) -> None:
    """Run the app; a signal ends it and every maker, whatever the screen is waiting for."""

    def told(number: int) -> None:
        bridge.begin_to_stop()
        app.leave_signalled(number)

    def stuck(number: int) -> None:
        put_back()
        os._exit(SIGNALLED + number)

    with terminal_put_back() as put_back, signals_watched(app.hear, told, stuck) as leave:
        app.hang_up = partial(leave, HANG_UP)
        app.run()
