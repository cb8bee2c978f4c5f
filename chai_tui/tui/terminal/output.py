"""Where the screen is written to: waits for room, and outlives its terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from chai_tui.host.patient_output import PIECE, write_all


class TerminalOutput:
    """A file for the thread that writes the screen.

    Once the terminal is gone it takes everything and writes nothing: whoever draws must never wait
    for a terminal that there no longer is. Nor does it write on what belongs to somebody else now.

    Args:
        stream: the terminal.
        encode: makes bytes of what is drawn.
        gone: told, once, that nobody takes what is written.
        is_ours: whether what is drawn may be written now; what was left out is drawn anew by
            whoever takes the terminal again.
    """

    def __init__(
        self,
        stream: TextIO,
        encode: Callable[[str], bytes],
        gone: Callable[[], None],
        is_ours: Callable[[], bool],
    ) -> None:
        self._descriptor = stream.fileno()
        self._encode = encode
        self._gone = gone
        self._is_ours = is_ours
        self._is_gone = False

    def write(self, text: str) -> None:
        """Write a text, as far as the terminal is ours meanwhile."""
        if self._is_gone:
            return
        data = self._encode(text)
        try:
            for begin in range(0, len(data), PIECE):
                if not self._is_ours():
                    return
                write_all(self._descriptor, data[begin : begin + PIECE])
        except OSError:
            self._is_gone = True
            self._gone()

    def flush(self) -> None:
        """Do nothing: nothing is kept."""

    def fileno(self) -> int:
        """Return the terminal's descriptor."""
        return self._descriptor


def in_utf_8(text: str) -> bytes:
    """Return what is drawn for a terminal that takes everything."""
    return text.encode("utf-8", "replace")
