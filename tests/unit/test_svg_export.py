"""The picture: that it is XML, what is drawn in it, and how large it becomes."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from chai_tui.recording.export.account import Account
from chai_tui.recording.export.svg import ticks, write_svg
from chai_tui.recording.export.telling import account_of
from chai_tui.recording.form import Header
from tests import races
from tests.builders import BEGAN, HERE
from tests.reports.made import HOSTILE, made_account

SVG = "{http://www.w3.org/2000/svg}"


def picture_of(account: Account) -> str:
    """The whole picture."""
    parts: list[str] = []
    write_svg(account, parts.append, lambda _share: None)
    return "".join(parts)


def test_it_is_xml_with_words_for_who_cannot_see_it() -> None:
    root = ET.fromstring(picture_of(made_account(400, 5)))  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox", "").startswith("0 0 1200 ")
    assert root.findtext(f"{SVG}title", "").startswith("0 of 5 chai served")
    assert "5 makers" in root.findtext(f"{SVG}desc", "")
    texts = {text.text for text in root.iter(f"{SVG}text")}
    assert {"#1", "#5", "✖ killed", "✔ served", "core 3", "waits for the GIL", "0 s"} <= texts
    assert "one process · pid 4001 · one GIL" in texts


def test_words_are_only_words() -> None:
    text = picture_of(made_account(200, 4, words=HOSTILE))
    text.encode()
    root = ET.fromstring(text)  # noqa: S314 - our own
    plain = ET.fromstring(picture_of(made_account(200, 4)))  # noqa: S314 - our own
    assert {element.tag for element in root.iter()} == {element.tag for element in plain.iter()}
    assert "<img" not in text


def test_a_row_has_a_path_for_each_colour_however_many_slices_it_has() -> None:
    few, many = (
        ET.fromstring(picture_of(made_account(segments, 4)))  # noqa: S314 - our own
        for segments in (2_000, 20_000)
    )
    paths = [len(list(root.iter(f"{SVG}path"))) for root in (few, many)]
    assert paths[1] <= paths[0] + 4
    row = next(iter(many.iter(f"{SVG}g")))
    fills = [p.get("fill") for p in row.iter(f"{SVG}path") if p.get("fill") not in (None, "none")]
    assert len(fills) == len(set(fills))


def test_twenty_thousand_slices_are_a_picture_that_can_be_sent() -> None:
    assert len(picture_of(made_account(20_000))) < 1_000_000


def test_nobody_is_a_picture_too() -> None:
    text = picture_of(account_of(Header(run=HERE, monotonic=HERE.at), [HERE]))
    root = ET.fromstring(text)  # noqa: S314 - our own
    assert root.findtext(f"{SVG}title") == "No maker was seated"


@pytest.mark.parametrize("span", [0.0, 1e-6, 0.003, 1.0, 14.7, 59.0, 75.0, 3_600.0, 1e5, 1e8])
def test_an_axis_has_some_marks_and_not_too_many(span: float) -> None:
    step, marks = ticks(span, 12)
    assert 1 <= len(marks) <= 13
    assert marks[-1] <= span + step * 1e-6
    assert len(marks) >= 4 or span < 1e-5


def test_a_tasting_is_headed_by_its_verdict() -> None:
    events = [HERE, *races.verdict()]
    account = account_of(Header(monotonic=BEGAN, run=HERE), events)
    text = picture_of(account)
    assert "Use processes" in text
    assert "chai served" not in text
