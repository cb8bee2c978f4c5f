"""Lets a run be recorded: what ``--record`` asks for, and what the key that saves a run needs."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from typing import TYPE_CHECKING, NamedTuple

from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.model.source import Source
from chai_tui.model.text import printable
from chai_tui.recording.kept import KeptRun
from chai_tui.recording.recorder import Recorder

if TYPE_CHECKING:
    from chai_tui.recording.output import RecordingFile


class Recording(NamedTuple):
    """How a run is kept.

    Attributes:
        recorder: the source that keeps what another one tells.
        kept: what happened so far; None where no key can ask for it.
    """

    recorder: Recorder
    kept: KeptRun | None

    def code(self, code: int) -> int:
        """Return what to tell the shell: 1 instead of 0 where the file lacks something."""
        return code or (0 if self.recorder.is_whole else 1)

    def tell(self, path: str | os.PathLike[str], code: int) -> None:
        """Say in the shell where the run is, once its screen is gone.

        Args:
            path: of the file, as it was named.
            code: what the shell is told; after a signal nothing is said.
        """
        from chai_tui.views.output import ExitCode, OutputError, write  # noqa: PLC0415 - at the end

        if code < ExitCode.SIGNALLED and self.recorder.is_whole:
            command = printable(shlex.join(["chai-tui", "replay", os.fspath(path)]))
            with contextlib.suppress(OutputError):
                write(sys.stdout, [f"recorded: {command}"])


def open_recording(path: str | None) -> RecordingFile | None:
    """Return the file that ``--record`` names, begun; None if it was not given.

    Raises:
        BadRequestError: it cannot be written.
    """
    if path is None:
        return None
    from chai_tui.recording.form import RecordingError  # noqa: PLC0415 - not for the first screen
    from chai_tui.recording.output import RecordingFile  # noqa: PLC0415 - likewise

    if path == "-":
        raise BadRequestError(
            "--record: expected the name of a file, found - (stdout has the lines, or the screen)"
        )
    try:
        return RecordingFile(path)
    except RecordingError as error:
        raise BadRequestError(f"--record: {error}", is_usage=False) from error


def recorded(source: Source, file: RecordingFile | None, *, is_kept: bool) -> Recording:
    """Return a source that keeps what another one tells.

    Args:
        source: the other one.
        file: where to write it; None: nowhere.
        is_kept: whether it is kept for a key that saves it.
    """
    command = shlex.join(["chai-tui", *sys.argv[1:]])
    kept = KeptRun(command) if is_kept else None
    return Recording(Recorder(source, file=file, kept=kept, command=command), kept)
