"""What it took until a maker began, in words, and what the ways of starting a process are; pure."""

from __future__ import annotations

from chai_tui.explain.wording.formatting import counted
from chai_tui.state.makers.records import Maker

START_METHODS: dict[str, str] = {
    "spawn": "a new Python for each child: it imports main, and all that it needs, by itself",
    "forkserver": (
        "each child is forked from a server that imported once what children need, then imports "
        "main"
    ),
    "fork": "each child is a copy of main as it is, with all that main has imported",
}
"""How processes are started."""
MAIN_GUARD = (
    'if __name__ == "__main__" keeps what only main may do: spawn and forkserver import main in '
    "each child, which without it would start children of its own"
)
"""What the main guard is for."""


def start_text(maker: Maker) -> str:
    """Return ``after 36 ms, 74 modules imported``; empty before it started.

    A thread or a task imports nothing: of it only the time is told. Of a program that is not ours
    nobody knows what it did before it was seen.
    """
    if maker.started_at is None or not maker.is_ours:
        return ""
    late = max(0.0, maker.started_at - maker.seated_at) * 1_000
    text = f"after {late:,.0f} ms" if late >= 9.95 else f"after {late:.1f} ms"
    if not maker.modules or not maker.engine.traits.own_interpreter:
        return text
    return f"{text}, {counted(maker.modules, 'module')} imported"
