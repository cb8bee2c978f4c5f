"""The help of a replay: what is on its bar, in the words of what was recorded."""

from __future__ import annotations

from chai_tui.tui.canvas.styles import as_text
from chai_tui.tui.help.replaying import bar_section


def test_the_bar_of_a_programs_replay_has_no_words_of_makers() -> None:
    for is_program in (False, True):
        entries = bar_section(90, is_program=is_program).entries
        told = "\n".join(as_text(line) for entry in entries for line in entry)
        assert ("maker" in told) is not is_program
        assert ("process or thread ended badly" in told) is is_program
