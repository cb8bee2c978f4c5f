"""Launches the replay of a recording."""

from __future__ import annotations

from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.cli.common.screen import choose_screen
from chai_tui.config.settings import load_settings, settings_path
from chai_tui.host import startup
from chai_tui.host.process_setup import answer_signals
from chai_tui.host.terminal import own_terminal
from chai_tui.recording.byte_input import is_stdin
from chai_tui.recording.form import RecordingError
from chai_tui.recording.reader import Reader

FIRST_SECONDS = 2.0
"""So long it is waited for the first events of a run that goes on: it writes once a second."""


def replay(*, file: str, large: bool = False) -> int:
    """Show a recording; return the exit code.

    Raises:
        BadRequestError: there is none, or no screen to show it on.
    """
    answer_signals()  # before a pipe is waited for
    try:
        reader = Reader.open(file)
    except RecordingError as error:
        raise BadRequestError(str(error), is_usage=False) from error
    # The reader has standard input on a descriptor of its own: keys may take its place.
    has_screen, reason = choose_screen(lines=False, stdin_was_read=is_stdin(file))
    if not has_screen:
        reader.close()
        why = (reason or "stdout is no terminal").rpartition(":")[0] or "stdout is no terminal"
        raise BadRequestError(
            f"replay: expected a terminal, but {why}; "
            "chai-tui export FILE --to jsonl prints its events",
            is_usage=False,
        )
    return _on_screen(reader, large=large)


def _on_screen(reader: Reader, *, large: bool) -> int:
    from chai_tui.recording.playing.film import Film  # noqa: PLC0415 - not for bad usage
    from chai_tui.sources.replay.source import RecordingSource  # noqa: PLC0415 - likewise
    from chai_tui.tui.common.bridge import Bridge

    settings, warnings = load_settings(settings_path())
    with own_terminal():
        film = Film(reader.header)
        source = RecordingSource(reader, film)
        bridge = Bridge(source)
        try:
            source.begin(FIRST_SECONDS)
            bridge.start()  # it is read while the screen is imported
            startup.import_asyncio_without_ssl()
            from chai_tui.tui.run_app import run_replay

            return run_replay(bridge, source, film, settings, warnings, large=large)
        finally:
            startup.done()
            bridge.stop()
            film.close()
