"""Launches a run: real makers or simulated ones, on the screen or without one.

The command line hands its options to :func:`brew`; without any, nothing is parsed, and the program
comes here at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chai_tui.cli.calls import CallOptions, settle_calls
from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.cli.common.recorded import open_recording, recorded
from chai_tui.cli.common.screen import (
    JSON_SAMPLE_SECONDS,
    SCREEN_LINES_PER_SECOND,
    SCREEN_SAMPLE_SECONDS,
    check_outputs,
    choose_screen,
)
from chai_tui.cli.settle import settle_engine, settle_recipe, settle_start_method
from chai_tui.config.item_file import is_stdin
from chai_tui.config.settings import Settings, load_settings, settings_path
from chai_tui.host import startup
from chai_tui.host.patient_output import descriptor_of
from chai_tui.host.process_setup import answer_signals, raise_file_limit
from chai_tui.host.terminal import own_terminal
from chai_tui.host.usable_cores import usable_cores
from chai_tui.model.launch import Launch
from chai_tui.model.source import Source

if TYPE_CHECKING:
    from chai_tui.recording.output import RecordingFile

DEFAULT_MAKERS = 3
MAKERS_NICENESS = 10
"""How much makers give way to the screen: beside forty that compute on two cores a key was answered
after three seconds without it. Where there are cores enough it changes nothing."""


def brew(
    *,
    recipe: str | None = None,
    makers: int | None = None,
    engine: str | None = None,
    start_method: str | None = None,
    seed: int | None = None,
    plain: bool = False,
    as_json: bool = False,
    exit_when_served: bool = False,
    simulate: bool = False,
    cores: int | None = None,
    speed: float | None = None,
    large: bool = False,
    quiet: bool = False,
    arg: Sequence[str] = (),
    items: str | None = None,
    each: str | None = None,
    record: str | None = None,
) -> int:
    """Brew; return the exit code. What is None is left to settings and defaults.

    Raises:
        BadRequestError: it cannot be done as it was asked for.
    """
    check_outputs(plain=plain, as_json=as_json, of_the_screen={"--large": large, "--quiet": quiet})
    for option, value in {"--cores": cores, "--speed": speed}.items():
        if value is not None and not simulate:
            raise BadRequestError(f"{option}: only with --simulate: real makers have real cores.")
    answer_signals()
    options = CallOptions(arg, items, each)
    calls = settle_calls(recipe, makers, options, simulate=simulate)
    has_screen, reason = choose_screen(lines=plain or as_json, stdin_was_read=is_stdin(items))
    settings, warnings = load_settings(settings_path())
    one_each = calls if options.has_items else ()
    launch = Launch(
        len(one_each) or makers or settings.makers or DEFAULT_MAKERS,
        calls[0] if calls else settle_recipe(recipe, settings, warnings),
        settle_engine(engine, settings, warnings, simulate=simulate),
        # A simulated process is forked from nothing, so beside a screen too.
        settle_start_method(
            start_method, settings, warnings, has_screen=has_screen and not simulate
        ),
        seed,
        exit_when_served,
        simulated_cores=(cores or len(usable_cores().numbers)) if simulate else None,
        speed=speed or 1.0,
        large=large,
        quiet=quiet,
        recipes=one_each,
    )
    file = open_recording(record)
    if has_screen:
        return on_screen(launch, settings, warnings, file)
    if warnings or reason:
        from chai_tui.cli.common.telling import complain, say_to_a_person  # noqa: PLC0415 - rarely

        for warning in warnings:
            complain(warning)
        if reason:
            say_to_a_person(reason)
    return without_screen(launch, file, as_json=as_json)


def _source(
    launch: Launch,
    sample_every: float | None,
    *,
    lines_per_second: int | None = None,
    niceness: int = 0,
) -> Source:
    """Return the source that was asked for."""
    if launch.simulated_cores is not None:
        return _simulation(launch, launch.simulated_cores, sample_every)
    return _live_source(launch, sample_every, lines_per_second, niceness)


def _simulation(launch: Launch, cores: int, sample_every: float | None) -> Source:
    from chai_tui.host.run_facts import facts_of_simulated_run  # noqa: PLC0415 - as below
    from chai_tui.sources.simulated.source import Simulation  # noqa: PLC0415 - if asked for

    return Simulation(
        cores,
        launch.start_method,
        seed=launch.seed,
        speed=launch.speed,
        sample_every=sample_every,
        facts=facts_of_simulated_run(),
    )


def _live_source(
    launch: Launch, sample_every: float | None, lines_per_second: int | None, niceness: int
) -> Source:
    from chai_tui.sources.live.kitchen import Kitchen  # noqa: PLC0415 - not for bad usage

    raise_file_limit()
    return Kitchen(
        launch.start_method,
        seed=launch.seed,
        sample_every=sample_every,
        lines_per_second=lines_per_second,
        niceness=niceness,
    )


def on_screen(
    launch: Launch,
    settings: Settings,
    warnings: Sequence[str],
    file: RecordingFile | None = None,
) -> int:
    """Show a run on the screen, and record it; return the exit code."""
    from chai_tui.tui.common.bridge import Bridge

    with own_terminal():
        source = _source(
            launch,
            SCREEN_SAMPLE_SECONDS,
            lines_per_second=SCREEN_LINES_PER_SECOND,
            niceness=MAKERS_NICENESS,
        )
        recording = recorded(source, file, is_kept=True)
        bridge = Bridge(recording.recorder)
        try:
            # Makers start brewing while the screen is imported, which takes 150 ms; what the bridge
            # is asked for is shown without waiting for a frame.
            bridge.submit(launch.command)
            bridge.start()
            startup.import_asyncio_without_ssl()
            from chai_tui.tui.run_app import run_app  # the screen alone needs it

            code = run_app(bridge, launch, settings, warnings, kept=recording.kept)
            if file is not None and not launch.quiet:
                recording.tell(file.path, code)
            return recording.code(code)
        finally:
            startup.done()
            bridge.stop()


def without_screen(launch: Launch, file: RecordingFile | None = None, *, as_json: bool) -> int:
    """Print the lines of a run, or its events as JSON, and record it; return the exit code."""
    from chai_tui.cli.common.telling import cannot_write  # noqa: PLC0415 - the screen needs none of it
    from chai_tui.views.output import OutputError, UnreadError, View  # noqa: PLC0415 - likewise
    from chai_tui.views.run import run  # noqa: PLC0415 - likewise

    if sys.stdout is None:  # nothing is started for nobody
        return cannot_write(OutputError("stdout is closed"))
    with own_terminal():
        view: View
        if as_json:
            from chai_tui.views.json_lines import JsonView  # noqa: PLC0415 - 7 ms, for JSON alone

            view = JsonView(sys.stdout)
        else:
            from chai_tui.views.plain import PlainView  # noqa: PLC0415 - one of the two is enough

            view = PlainView(sys.stdout, sys.stderr)
        # Who records wants to see the cores later, as a screen would show them.
        every = JSON_SAMPLE_SECONDS if as_json else None if file is None else SCREEN_SAMPLE_SECONDS
        recording = recorded(_source(launch, every), file, is_kept=False)
        source = recording.recorder
        source.submit(launch.command)
        startup.done()
        try:
            terminal = descriptor_of(sys.stdout) if sys.stdout.isatty() else None
            return recording.code(run(source, view, makers=launch.makers, terminal=terminal))
        except UnreadError as error:
            return error.code
        except OutputError as error:
            return cannot_write(error)
