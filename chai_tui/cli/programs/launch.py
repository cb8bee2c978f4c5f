"""Launches a program, or watches one that runs: on the screen or without one."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.cli.common.recorded import open_recording, recorded
from chai_tui.cli.common.screen import (
    JSON_SAMPLE_SECONDS,
    SCREEN_LINES_PER_SECOND,
    SCREEN_SAMPLE_SECONDS,
    check_outputs,
    choose_screen,
)
from chai_tui.cli.programs.asked import Kind, settle_program
from chai_tui.cli.programs.processes import settle_name, settle_pids
from chai_tui.config.settings import load_settings, settings_path
from chai_tui.config.toml_file import shown_path
from chai_tui.host import startup
from chai_tui.host.patient_output import descriptor_of
from chai_tui.host.process_setup import answer_signals, inherited_descriptors
from chai_tui.host.process_stat import why_unseen
from chai_tui.host.terminal import own_terminal
from chai_tui.model.program import RunProgram, WatchProgram
from chai_tui.model.text import printable
from chai_tui.model.written import Written
from chai_tui.state.floor import Floor
from chai_tui.views.output import ExitCode

if TYPE_CHECKING:
    from chai_tui.recording.output import RecordingFile

_NEEDS_PROC = "nobody can be followed (unshare --mount-proc gives a namespace a /proc of its own)"
_MOST_LINKS = 40
"""So many lead to one another before the kernel gives up."""


class Shown(NamedTuple):
    """How a program is shown.

    Attributes:
        every: seconds between two samples; None: as ever.
        plain: whether lines were asked for.
        as_json: whether JSON was.
        record: the file that it is recorded into; None: none.
        exit_when_over: whether the screen leaves when every process has ended.
        large: whether the screen begins in large print.
        quiet: whether nothing is said in the shell once the screen is gone.
    """

    every: float | None = None
    plain: bool = False
    as_json: bool = False
    record: str | None = None
    exit_when_over: bool = False
    large: bool = False
    quiet: bool = False


def run(
    *,
    kind: str,
    words: Sequence[str],
    stdin: str | None = None,
    tty: bool = False,
    no_hook: bool = False,
    no_attach: bool = False,
    **shown: Any,
) -> int:
    """Run a program; return the exit code.

    Args:
        kind: how it was asked for, see :class:`Kind`.
        words: its name and arguments.
        stdin: the path of what it reads; ``-`` for our own standard input; None for nothing.
        tty: whether it gets a terminal of its own.
        no_hook: whether Python in it is left alone.
        no_attach: whether /proc alone is looked at.
        shown: as of :class:`Shown`.

    Raises:
        BadRequestError: it cannot be done as it was asked for.
    """
    how = _begin("run", shown)
    inherits = inherited_descriptors()  # before anything else is opened
    program = settle_program(Kind(kind), words)
    own = _own_descriptor(stdin)
    asked = RunProgram(
        program.command,
        program.shown,
        stdin=_input(stdin) if own is None else _own_input(str(stdin), own),
        tty=tty,
        hook=not no_hook,
        attach=not no_attach,
        inherits=inherits,
    )
    return launch(asked, how, stdin_was_read=own == 0)


def watch(
    *, pids: Sequence[str], name: str | None = None, no_attach: bool = False, **shown: Any
) -> int:
    """Watch programs that run already; return the exit code.

    Args:
        pids: the numbers of their processes, as they were written.
        name: a part of their name or command line, instead.
        no_attach: as of :func:`run`.
        shown: as of :class:`Shown`.

    Raises:
        BadRequestError: it cannot be done as it was asked for.
    """
    how = _begin("watch", shown)
    if name is not None and pids:
        raise BadRequestError("PID and --name: expected one of them, found both.")
    if name is None and not pids:
        raise BadRequestError("expected the number of a process, or --name TEXT, found nothing.")
    found = settle_pids(pids) if name is None else settle_name(name)
    told = " ".join(str(pid) for pid in found) if name is None else printable(name)
    return launch(WatchProgram(found, told, attach=not no_attach), how)


def _begin(command: str, shown: dict[str, Any]) -> Shown:
    """Check what both commands need; return how it is shown."""
    if sys.platform != "linux":
        raise BadRequestError(
            f"{command}: only on Linux: it is /proc that tells what a program does", is_usage=False
        )
    if why := why_unseen():  # it would be over before it began, or somebody else's would be shown
        raise BadRequestError(f"{command}: {why}: {_NEEDS_PROC}", is_usage=False)
    how = Shown(**shown)
    check_outputs(
        plain=how.plain,
        as_json=how.as_json,
        of_the_screen={"--large": how.large, "--quiet": how.quiet},
    )
    answer_signals()
    return how


def _input(path: str | None) -> str | None:
    """Return the path of what the program reads.

    Raises:
        BadRequestError: it cannot be read.
    """
    if path is None:
        return None
    try:
        if stat.S_ISDIR(os.stat(path).st_mode):  # noqa: PTH116 - takes any text
            problem = "expected a file, found a folder"
        else:
            problem = "" if os.access(path, os.R_OK) else "it may not be read"
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "no file can have this name"
    if problem:
        raise BadRequestError(f"--stdin {shown_path(path)}: {problem}", is_usage=False)
    return path


def _own_descriptor(path: str | None) -> int | None:
    """Return which descriptor of ours a path leads to: 0 for ``-`` and ``/dev/stdin``."""
    if path == "-":
        return 0
    for _ in range(_MOST_LINKS):
        if not path or "\0" in path:
            return None
        folder, name = os.path.split(path)
        folder = os.path.realpath(folder)
        is_own = folder == os.path.realpath("/proc/self/fd") and name.isdecimal()
        if is_own and os.path.lexists(f"/proc/self/fd/{name}"):
            return int(name)
        try:
            target = os.readlink(os.path.join(folder, name))  # noqa: PTH115, PTH118 - any text
        except OSError:  # it is none
            return None
        path = os.path.join(folder, target)  # noqa: PTH118 - any text
    return None


def _own_input(path: str, descriptor: int) -> int:
    """Return a descriptor for the program: the keyboard may take the place of 0.

    Whoever opened it anew would begin at its beginning; and a socket cannot be.

    Args:
        path: how it was asked for.
        descriptor: ours.
    """
    try:
        if descriptor == 0 and os.isatty(0):
            raise BadRequestError(
                f"--stdin {path}: expected a file or a pipe, found the terminal, whose keys are "
                "ours."
            )
        return os.dup(descriptor)
    except OSError as error:
        problem = "there is no standard input" if descriptor == 0 else error.strerror
        raise BadRequestError(f"--stdin {shown_path(path)}: {problem}", is_usage=False) from error


def is_over(floor: Floor) -> bool:
    """Whether every process of a program has ended, or none was there."""
    return floor.run.is_program and not floor.open


def launch(program: RunProgram | WatchProgram, how: Shown, *, stdin_was_read: bool = False) -> int:
    """Start or find a program, and show it; return the exit code.

    Args:
        program: which.
        how: it is shown.
        stdin_was_read: whether the program reads our standard input, so that keys come from the
            terminal itself.

    Raises:
        BadRequestError: it cannot be recorded.
    """
    lines = how.plain or how.as_json
    has_screen, reason = choose_screen(lines=lines, stdin_was_read=stdin_was_read)
    file = open_recording(how.record)
    if has_screen:
        return on_screen(program, how, file)
    if reason:
        from chai_tui.cli.common.telling import say_to_a_person  # noqa: PLC0415 - rarely

        say_to_a_person(reason)
    return without_screen(program, how, file)


def on_screen(
    program: RunProgram | WatchProgram,
    how: Shown,
    file: RecordingFile | None,
) -> int:
    """Show a program on the screen, and record it; return the exit code."""
    from chai_tui.sources.program.source import ProgramSource  # noqa: PLC0415 - not for bad usage
    from chai_tui.tui.common.bridge import Bridge
    from chai_tui.views.program_lines import exit_code  # noqa: PLC0415 - as above

    settings, warnings = load_settings(settings_path())
    with own_terminal():
        source = ProgramSource(
            program,
            sample_every=how.every or SCREEN_SAMPLE_SECONDS,
            lines_per_second=SCREEN_LINES_PER_SECOND,
        )
        recording = recorded(source, file, is_kept=True)
        bridge = Bridge(recording.recorder)
        try:
            bridge.start()  # it runs while the screen is imported
            startup.import_asyncio_without_ssl()
            from chai_tui.tui.run_app import run_program  # the screen alone needs it

            ended_with = run_program(
                bridge,
                settings,
                warnings,
                code=exit_code,
                exit_when_over=how.exit_when_over,
                large=how.large,
                quiet=how.quiet,
                kept=recording.kept,
            )
            if file is not None and not how.quiet:
                recording.tell(file.path, ended_with)
            return recording.code(ended_with)
        finally:
            startup.done()
            bridge.stop()


def without_screen(
    program: RunProgram | WatchProgram,
    how: Shown,
    file: RecordingFile | None,
) -> int:
    """Print the lines of a program, or events as JSON, and record it; return the exit code."""
    from chai_tui.cli.common.telling import cannot_write  # noqa: PLC0415 - the screen needs none
    from chai_tui.sources.program.source import ProgramSource  # noqa: PLC0415 - not for bad usage
    from chai_tui.views.output import OutputError, UnreadError, View  # noqa: PLC0415 - as above
    from chai_tui.views.program_lines import (  # noqa: PLC0415 - as above
        ProgramLinesView,
        exit_code,
    )
    from chai_tui.views.run import watch as watch_to_its_end  # noqa: PLC0415 - as above

    if sys.stdout is None:  # nothing is started for nobody
        return cannot_write(OutputError("stdout is closed"))
    with own_terminal():
        view: View
        patience: Callable[[], float | None] | None = None
        written: Written | None = None
        if how.as_json:
            from chai_tui.views.json_lines import JsonView  # noqa: PLC0415 - 7 ms, for JSON alone

            view = JsonView(sys.stdout)
        else:
            # A terminal would obey what is written; a file or pipe is to have it as it is.
            # What was written for a terminal, or to stderr, is often looked at on one all the same.
            streams = {"out": sys.stdout, "err": sys.stderr}
            files = {name for name, each in streams.items() if each and not each.isatty()}
            as_it_is = files - {"err"} if not getattr(program, "tty", False) else set()
            written = Written(as_it_is, made_visible=files - as_it_is)
            view = lines_view = ProgramLinesView(sys.stdout, sys.stderr, written=written)
            patience = lines_view.patience
        usual = JSON_SAMPLE_SECONDS  # lines tell what is found, and some of that shows in time only
        if file is not None and not how.as_json:
            usual = SCREEN_SAMPLE_SECONDS  # who records wants to see the cores later
        source = ProgramSource(
            program, sample_every=how.every or usual, lines_per_second=None, written=written
        )
        recording = recorded(source, file, is_kept=False)
        startup.done()
        try:
            terminal = descriptor_of(sys.stdout) if sys.stdout.isatty() else None
            floor, ended_by = watch_to_its_end(
                recording.recorder, view, is_over, terminal=terminal, patience=patience
            )
        except UnreadError as error:
            return error.code
        except OutputError as error:
            return cannot_write(error)
    if ended_by is not None:
        return ExitCode.SIGNALLED + ended_by
    return recording.code(exit_code(floor))
