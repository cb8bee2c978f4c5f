"""Saves a picture of the screen where there is room for it, and says where, or why not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from textual.app import App

from chai_tui.model.text import printable


def folders() -> Iterator[Path]:
    """Where a picture may go: for downloads if there is such a folder, else here, else at home."""
    from platformdirs import user_downloads_path  # noqa: PLC0415 - only for a picture

    downloads = user_downloads_path()
    if downloads.is_dir():
        yield downloads
    try:
        yield Path.cwd()
    except OSError:
        yield Path(os.path.expanduser("~"))  # noqa: PTH111 - pathlib's raises where there is none


def saved(picture: str, name: str) -> Path:
    """Write a picture into the first folder that takes it; nothing is overwritten.

    Args:
        picture: an SVG.
        name: of the file.

    Returns:
        Where it is.

    Raises:
        OSError: no folder takes it; it says why the last one did not.
    """
    *others, last = folders()
    for folder in others:
        try:
            return _written(picture, folder / name)
        except OSError:
            continue  # a full disk, or somebody else's folder: the next may be another's
    return _written(picture, last / name)


def _written(picture: str, path: Path) -> Path:
    with path.open("x", encoding="utf-8") as file:
        file.write(picture)
    return path.absolute()


class Screenshots(App[None]):
    """Saves a picture when the palette's Screenshot asks for it."""

    def deliver_screenshot(
        self, filename: str | None = None, path: str | None = None, time_format: str | None = None
    ) -> str | None:
        """Save a picture, and notify where it is, or why there is none.

        Textual's own needs a folder for downloads, and says only that it failed.
        """
        if self.is_web or path is not None:
            return super().deliver_screenshot(filename, path, time_format)
        now = datetime.now().astimezone()
        name = filename or f"chai-tui_{now.strftime(time_format or '%Y-%m-%d_%H-%M-%S_%f')}.svg"
        try:
            told = f"Saved {saved(self.export_screenshot(), name)}"
        except OSError as error:
            told = f"No screenshot was saved: {error.strerror or error}"
            self.notify(told, title="Screenshot", severity="error", markup=False)
        else:
            self.notify(printable(told), title="Screenshot", markup=False)
        return None
