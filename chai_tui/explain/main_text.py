"""stub"""

from chai_tui.state.floor import Floor


def main_text(floor: Floor, width: int) -> str:
    """Stub."""
    return "main  pid 4700  started #1 #2 #3 · waits for #1 #2 #3"[:width]
