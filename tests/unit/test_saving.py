"""What is saved gets a name of its own, and nothing is written over."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from chai_tui.tui.common.saving import plain_name, save_new, write_text


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("work.py:resize", "work.resize"),
        ("/home/me/my work/work.py:Class.method", "work.Class.method"),
        ("shop.prices:update", "shop.prices.update"),
        ("grind", "grind"),
        ("../kadak.toml", "kadak.toml"),
        ("C:\\here\\work.py:resize", "work.resize"),
        ("…/..", ""),
        ("\x1b[31m</b>", "31m_b"),
        ("x" * 300, "x" * 80),
    ],
)
def test_a_file_is_named_after_what_was_run(words: str, name: str) -> None:
    assert plain_name(words) == name


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    paths = [
        save_new("run", ".json", tmp_path, partial(write_text, text=f"{{{number}}}"))[0]
        for number in range(3)
    ]
    assert [path.name for path in paths] == ["run.json", "run-2.json", "run-3.json"]
    assert [path.read_text(encoding="utf-8") for path in paths] == ["{0}\n", "{1}\n", "{2}\n"]


def test_a_folder_that_takes_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        save_new("run", ".json", tmp_path / "gone", partial(write_text, text=""))
