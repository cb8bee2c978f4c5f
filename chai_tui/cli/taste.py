"""Launches a tasting: on the screen or without one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.cli.common.interpreter import python_of_environment
from chai_tui.cli.common.recorded import open_recording, recorded
from chai_tui.cli.common.screen import SCREEN_SAMPLE_SECONDS, check_outputs, choose_screen
from chai_tui.config.item_file import is_stdin
from chai_tui.config.recipe_file import RecipeError, UnknownRecipeError, find_recipe
from chai_tui.config.settings import load_settings, settings_path
from chai_tui.config.target import Calls, Target, TargetError, parse_calls, parse_target
from chai_tui.config.toml_file import clipped, did_you_mean, listed
from chai_tui.host import startup
from chai_tui.host.patient_output import descriptor_of
from chai_tui.host.process_setup import answer_signals, raise_file_limit
from chai_tui.host.terminal import own_terminal
from chai_tui.model.engine import Engine
from chai_tui.model.tasting import DEFAULT_BUDGET, DEFAULT_TIMEOUT, RACING, TasteRequest
from chai_tui.views.output import ExitCode

if TYPE_CHECKING:
    from chai_tui.recording.output import RecordingFile


def taste(
    *,
    target: str,
    arguments: Sequence[str] = (),
    items: str | None = None,
    each: str | None = None,
    python: str | None = None,
    budget: float | None = None,
    workers: int | None = None,
    engines: str | None = None,
    timeout: float | None = None,
    expect: str | None = None,
    plain: bool = False,
    as_json: bool = False,
    large: bool = False,
    quiet: bool = False,
    record: str | None = None,
) -> int:
    """Taste; return the exit code. What is None is left to defaults.

    Raises:
        BadRequestError: it cannot be done as it was asked for.
    """
    if sys.platform == "win32":
        raise BadRequestError("taste: expected a system other than Windows: not there yet.")
    check_outputs(plain=plain, as_json=as_json, of_the_screen={"--large": large, "--quiet": quiet})
    expected = parse_engines("--expect", expect) if expect is not None else None
    answer_signals()  # before a pipe is waited for
    try:
        named = parse_target(target)
        calls = parse_calls(arguments, items, each)
    except TargetError as error:
        raise BadRequestError(str(error), is_usage=error.is_usage) from error
    request = _request(
        target,
        named,
        calls,
        python=python,
        workers=workers or 0,
        engines=parse_engines("--engines", engines) if engines is not None else RACING,
        budget=budget or DEFAULT_BUDGET,
        timeout=timeout or DEFAULT_TIMEOUT,
    )
    has_screen, reason = choose_screen(lines=plain or as_json, stdin_was_read=is_stdin(items))
    file = open_recording(record)
    if has_screen:
        return _on_screen(request, expected, file, large=large, quiet=quiet)
    if reason:
        from chai_tui.cli.common.telling import say_to_a_person  # noqa: PLC0415 - rarely

        say_to_a_person(reason)
    return _without_screen(request, expected, file, as_json=as_json)


def parse_engines(option: str, text: str) -> tuple[Engine, ...]:
    """Return the engines that an option names, with commas between, lightest first.

    Raises:
        BadRequestError: one of them is none.
    """
    known = [str(engine) for engine in RACING]
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in known:
            meant = did_you_mean(word, known)
            raise BadRequestError(
                f'{option}: expected {listed(known)}, with commas between, found "{clipped(word)}"'
                f"{meant}"
            )
    return tuple(engine for engine in RACING if str(engine) in words)


def _request(
    text: str, target: Target | None, calls: Calls, *, python: str | None, **settled: Any
) -> TasteRequest:
    if target is None:
        return _recipe_request(text, calls, python=python, **settled)
    load = {
        "path": None if target.path is None else os.path.abspath(target.path),  # noqa: PTH100 - any text
        "module": target.module,
        "name": target.name,
        # As for "python -m" and "python file.py"; a file's package may begin further up.
        "sys_path": [os.getcwd()] if target.path is None else [],  # noqa: PTH109 - as the shell says it
        "argv0": target.path or target.module,
        **_as_load(calls),
    }
    return TasteRequest(text, load, settle_python(python), **settled)


def _as_load(calls: Calls) -> dict[str, Any]:
    items = calls.items
    if items.kind == "none":
        return {"args": list(calls.arguments) or None, "items": None}
    if isinstance(items.values, range):
        ends = [items.values.start, items.values.stop, items.values.step]
        return {"args": None, "items": {"range": ends}}
    if items.kind == "literal":
        return {"args": None, "items": {"literal": items.text}}
    return {"args": None, "items": {"json": list(items.values)}}


def _recipe_request(text: str, calls: Calls, *, python: str | None, **settled: Any) -> TasteRequest:
    """Return the request for a recipe: our own function brews it, in our own Python."""
    from chai_tui.sources.taste import recipe_call  # noqa: PLC0415 - for a recipe alone

    try:
        recipe = find_recipe(text)
    except UnknownRecipeError as error:
        raise BadRequestError(
            f"{error}; or a function: module:function, file.py:function"
        ) from error
    except RecipeError as error:
        raise BadRequestError(str(error), is_usage=False) from error
    if calls != Calls():
        raise BadRequestError(f"{clipped(text)}: a recipe takes no --arg, --items or --each.")
    if python is not None:
        raise BadRequestError(
            "--python: only for a function: recipes are brewed by chai-tui's own."
        )
    scale, steps = recipe_call.scaled(recipe)
    load = {
        "path": None,
        "module": recipe_call.__name__,
        "name": "brew",
        "sys_path": [os.fspath(Path(recipe_call.__file__).parents[3])],
        "argv0": "chai-tui",
        "args": [steps],
        "items": None,
    }
    return TasteRequest(text, load, sys.executable, scale=scale, **settled)


def settle_python(asked: str | None) -> str:
    """Return the path of the interpreter that was asked for, or of the active environment's.

    Raises:
        BadRequestError: there is none.
    """
    if asked is not None:
        found = shutil.which(asked)
        if found is None:
            raise BadRequestError(f'--python: expected an interpreter, found "{clipped(asked)}"')
        return found
    return python_of_environment() or sys.executable


def _without_screen(
    request: TasteRequest,
    expected: Sequence[Engine] | None,
    file: RecordingFile | None,
    *,
    as_json: bool,
) -> int:
    from chai_tui.cli.common.telling import cannot_write, complain  # noqa: PLC0415 - the screen needs none
    from chai_tui.sources.taste.source import TasteSource  # noqa: PLC0415 - not for bad usage
    from chai_tui.views.output import OutputError, UnreadError, View  # noqa: PLC0415 - as above
    from chai_tui.views.run import watch  # noqa: PLC0415 - as above
    from chai_tui.views.tasting import (  # noqa: PLC0415 - as above
        TastingJson,
        TastingLines,
        exit_code,
        unexpected_text,
    )

    if sys.stdout is None:  # nothing is started for nobody
        return cannot_write(OutputError("stdout is closed"))
    with own_terminal():
        make: Callable[..., View] = TastingJson if as_json else TastingLines
        view = make(sys.stdout, sys.stderr)
        raise_file_limit()
        # Nobody looks at cores: the race is measured by what its workers burned.
        every = None if file is None else SCREEN_SAMPLE_SECONDS
        recording = recorded(TasteSource(request, sample_every=every), file, is_kept=False)
        source = recording.recorder
        startup.done()
        try:
            terminal = descriptor_of(sys.stdout) if sys.stdout.isatty() else None
            floor, ended_by = watch(
                source, view, lambda floor: floor.race.is_over, terminal=terminal
            )
        except UnreadError as error:
            return error.code
        except OutputError as error:
            return cannot_write(error)
    if ended_by is not None:
        return ExitCode.SIGNALLED + ended_by
    told = unexpected_text(floor, expected)
    if told:
        complain(told)
    return recording.code(exit_code(floor, expected))


def _on_screen(
    request: TasteRequest,
    expected: Sequence[Engine] | None,
    file: RecordingFile | None,
    *,
    large: bool,
    quiet: bool,
) -> int:
    from functools import partial  # noqa: PLC0415 - the screen alone needs all of this

    from chai_tui.sources.taste.source import TasteSource  # noqa: PLC0415 - as above
    from chai_tui.tui.common.bridge import Bridge
    from chai_tui.views.tasting import exit_code  # noqa: PLC0415 - as above

    settings, warnings = load_settings(settings_path())
    with own_terminal():
        raise_file_limit()
        source = TasteSource(request, sample_every=SCREEN_SAMPLE_SECONDS)
        recording = recorded(source, file, is_kept=True)
        bridge = Bridge(recording.recorder)
        try:
            bridge.start()  # the function is imported while the screen is
            startup.import_asyncio_without_ssl()
            from chai_tui.tui.run_app import run_tasting

            code = run_tasting(
                bridge,
                settings,
                warnings,
                code=partial(exit_code, expected=expected),
                large=large,
                quiet=quiet,
                kept=recording.kept,
            )
            if file is not None and not quiet:
                recording.tell(file.path, code)
            return recording.code(code)
        finally:
            startup.done()
            bridge.stop()
