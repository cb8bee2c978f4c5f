"""What is left behind when the screen itself breaks: a file, and one line that says where."""

from __future__ import annotations

import contextlib
import io
import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chai_tui.host.limits import in_words, is_refusal

if TYPE_CHECKING:
    from rich.console import RenderableType


def crash_report(error: BaseException) -> str:
    """Return what a bug report needs: versions and the traceback."""
    return "\n".join(
        (
            f"chai-tui {_version()}, Python {sys.version}",
            f"{platform.platform()}, terminal {os.environ.get('TERM', 'unknown')}",
            "",
            "".join(traceback.format_exception(error)),
        )
    )


def _version() -> str:
    try:
        from chai_tui import __version__  # noqa: PLC0415 - looked up only when it is needed
    except Exception:  # noqa: BLE001 - a report about a crash must not crash
        return "of unknown version"
    return __version__


def report_folders() -> tuple[Path, ...]:
    """Return where a report may go, the best place first."""
    from platformdirs import user_log_path  # noqa: PLC0415 - only after a crash

    folders = []
    with contextlib.suppress(RuntimeError):  # a user who has no home
        folders.append(user_log_path("chai-tui", appauthor=False))
    with contextlib.suppress(OSError):  # no folder takes temporary files
        folders.append(Path(tempfile.gettempdir()))
    return tuple(folders)


def write_report(text: str, folders: tuple[Path, ...]) -> Path | None:
    """Write a report into the first folder that takes it.

    Args:
        text: the report.
        folders: the first may be made for it.

    Returns:
        The file; None if no folder took it.
    """
    name = f"chai-tui-crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / name
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError:
            continue
        return path
    return None


def rendered(renderables: Sequence[RenderableType]) -> str:
    """Return what was meant for a terminal as plain text."""
    from rich.console import Console  # noqa: PLC0415 - only after a crash

    page = io.StringIO()
    Console(file=page, width=100).print(*renderables, sep="\n")
    return page.getvalue()


def _with_contexts(error: BaseException) -> Iterator[BaseException]:
    """An error, and those in whose handling it came: the system's refusal may be below others."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def tell_crash(error: BaseException) -> None:
    """Write a report and say in one line on stderr where it is.

    On the real one: what ``sys.stderr`` is bound to while the bridge's thread starts a process is
    not for people.
    """
    path = write_report(crash_report(error), report_folders())
    where = "it could not be written anywhere" if path is None else str(path)
    refused = next(filter(is_refusal, _with_contexts(error)), None)
    why = type(error).__name__ if refused is None else in_words(refused)
    with contextlib.suppress(OSError, ValueError):  # the terminal may be gone too
        print(f"chai-tui: the screen broke ({why}), sorry; report: {where}", file=sys.__stderr__)
