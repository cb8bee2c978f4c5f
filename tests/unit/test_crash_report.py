"""What is left behind when the screen breaks."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from rich.text import Text

from chai_tui.tui.shell import crash_report
from chai_tui.tui.shell.crash_report import rendered, tell_crash, write_report


def refuse() -> None:
    raise ValueError("no milk")


def broken() -> ValueError:
    with pytest.raises(ValueError, match="no milk") as caught:
        refuse()
    return caught.value


def test_one_line_says_where_the_report_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(crash_report, "report_folders", lambda: (tmp_path / "log",))
    monkeypatch.setattr(sys, "__stderr__", sys.stderr)
    tell_crash(broken())
    printed = capsys.readouterr()
    (report,) = (tmp_path / "log").iterdir()
    assert printed.out == ""
    assert printed.err == f"chai-tui: the screen broke (ValueError), sorry; report: {report}\n"
    text = report.read_text(encoding="utf-8")
    assert "ValueError: no milk" in text
    assert "in refuse" in text
    assert "Python 3." in text


def test_a_folder_that_takes_nothing_is_passed_over(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    path = write_report("why", (blocked / "log", tmp_path))
    assert path is not None
    assert path.parent == tmp_path
    assert write_report("why", (blocked / "log",)) is None


def test_it_is_said_if_no_folder_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(crash_report, "report_folders", lambda: (tmp_path / "file" / "log",))
    monkeypatch.setattr(sys, "__stderr__", sys.stderr)
    tell_crash(broken())
    assert "could not be written anywhere" in capsys.readouterr().err


def test_what_was_meant_for_a_terminal_becomes_text() -> None:
    assert rendered([Text("red", style="red"), "plain"]) == "red\nplain\n"


def test_a_refusal_below_the_last_error_is_what_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Textual closes what it had not opened, and fails once more."""
    told = io.StringIO()
    monkeypatch.setattr(sys, "__stderr__", told)
    monkeypatch.setattr(crash_report, "report_folders", lambda: (tmp_path,))
    error = RuntimeError("cannot join thread before it is started")
    error.__context__ = RuntimeError("can't start new thread")
    tell_crash(error)
    assert "no more memory or processes" in told.getvalue()


def test_there_may_be_no_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", none)
    (folder,) = crash_report.report_folders()
    assert "chai-tui" in str(folder)
