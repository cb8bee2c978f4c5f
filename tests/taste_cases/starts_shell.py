"""Asks a shell when it is imported."""

import os


def work() -> None: ...


os.system(f"touch {os.environ['TASTE_MARK']}")  # noqa: S605 - it must never come to this
