"""The committed pictures are those that would be drawn now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import pictures
from tests.thorough import briefly


@briefly("picture", pictures.PICTURES, ids=lambda picture: picture.name)
def test_the_pictures_are_current(
    picture: pictures.Picture, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pictures, "PICTURES", (picture,))
    assert pictures.main(["--check"]) == 0, capsys.readouterr().out


def test_another_picture_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = pictures.PICTURES[0]
    monkeypatch.setattr(pictures, "ASSETS", tmp_path)
    monkeypatch.setattr(pictures, "PICTURES", (one,))
    assert pictures.main(["--check"]) == 1
    assert f"{one.name} is not current" in capsys.readouterr().out
    assert pictures.main([]) == 0
    assert pictures.main(["--check"]) == 0
    (tmp_path / one.name).write_text("<svg/>", encoding="utf-8")
    assert pictures.main(["--check"]) == 1
    assert pictures.main(["--chek"]) == 2
