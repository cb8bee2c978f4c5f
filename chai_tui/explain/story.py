"""stub"""

from chai_tui.state.floor import Floor


def story_line(floor: Floor, engine_key: str = "e") -> str:
    """Stub."""
    return "Three processes wait side by side: 3 s in all, not 9." if floor.makers else ""
