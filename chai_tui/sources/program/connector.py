"""The kernel's process events."""

from __future__ import annotations


class ProcessEvents:
    """Nothing yet."""

    why_not = "not asked"

    def fileno(self) -> int:
        """The descriptor."""
        return -1
