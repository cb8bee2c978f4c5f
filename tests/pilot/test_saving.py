"""The key that saves the run so far: where it is, or why it is nowhere, is said."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from chai_tui.model.events import Event
from chai_tui.recording.kept import KeptRun
from chai_tui.recording.reader import Reader
from tests.builders import HERE, brewing
from tests.pilot.kitchen import kitchen


def kept(*events: Event) -> KeptRun:
    run = KeptRun("chai-tui")
    run.add([HERE, *events])
    return run


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_the_run_is_saved_beside_what_was_saved_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "brew-chai.chai.gz").write_text("mine")
    async with kitchen(*brewing(1), kept=kept(*brewing(1))) as here:
        await here.press("w")
        await here.until(lambda: here.notices)
        assert [notice.endswith("brew-chai-2.chai.gz, 4 events so far") for notice in here.notices]
    assert [*Reader.open("brew-chai-2.chai.gz").events()] == [HERE, *brewing(1)]
    assert (tmp_path / "brew-chai.chai.gz").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use stays there")
async def test_why_nothing_was_saved_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    async with kitchen(*brewing(1), kept=kept(*brewing(1))) as here:
        await here.press("w")
        await here.until(lambda: here.notices)
        assert here.notices == ["Nothing was saved: No such file or directory"]
        await here.press("q")


async def test_a_run_that_is_not_kept_cannot_be_saved() -> None:
    async with kitchen(*brewing(1)) as here:
        await here.press("w")
        assert here.notices == []
        assert here.app.check_action("save_run", ()) is None


async def test_keys_are_answered_while_a_run_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    begun, may_end = threading.Event(), threading.Event()

    class Slow(KeptRun):
        def save(self, path: Path) -> int:
            begun.set()
            assert may_end.wait(60)
            return super().save(path)

    run = Slow("chai-tui")
    run.add([HERE, *brewing(1), *brewing(2)])
    async with kitchen(*brewing(1), *brewing(2), kept=run) as here:
        await here.press("w", "w")
        await here.until(begun.is_set)
        await here.press("2")
        assert here.selected == 2
        may_end.set()
        await here.until(lambda: here.notices)
    assert names(tmp_path) == ["brew-chai.chai.gz"]
