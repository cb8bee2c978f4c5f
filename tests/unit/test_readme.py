"""What the README says of forms that the program has."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from chai_tui.race.result_keys import KEYS

README = Path(__file__).parents[2] / "README.md"
MARKER = "<!-- keys of taste --json -->"


def keys_table() -> str:
    """Return the README's table of the keys of a tasting."""
    rows = [f"| `{key}` | {text} |" for key, text in KEYS.items()]
    return "\n".join(["| key | holds |", "| --- | --- |", *rows])


def test_the_readme_has_every_key_of_a_tasting() -> None:
    text = README.read_text(encoding="utf-8")
    assert f"{MARKER}\n\n{keys_table()}\n" in text, "python -m tests.unit.test_readme writes it"


if __name__ == "__main__":
    before = README.read_text(encoding="utf-8")
    after = re.sub(rf"{MARKER}\n\n(\|.*\n)*", lambda _: f"{MARKER}\n\n{keys_table()}\n", before)
    sys.exit(not README.write_text(after, encoding="utf-8"))
