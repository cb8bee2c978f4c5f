"""The report: what stands in it, that it is sealed, and how large it is.

``python -m tests.reports`` looks at it in a browser.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import accumulate
from typing import Any

import pytest

from chai_tui.model.engine import Engine
from chai_tui.recording.export.account import Account, MakerAccount, StationAccount
from chai_tui.recording.export.colours import DARK, LIGHT
from chai_tui.recording.export.figures import last_of
from chai_tui.recording.export.page import tables
from chai_tui.recording.export.page.data import MOST_POINTS
from chai_tui.recording.export.page.html import write_html
from chai_tui.recording.export.rows import known_until, station_text
from chai_tui.recording.export.telling import account_of
from chai_tui.recording.form import Header
from chai_tui.tui.shell import colours as of_screens
from tests import races
from tests.builders import HERE, brewing, killed, served
from tests.reports.made import HOSTILE, made_account


def page_of(account: Account) -> str:
    """The whole report."""
    parts: list[str] = []
    write_html(account, parts.append, lambda _share: None)
    return "".join(parts)


class Page(HTMLParser):
    """A page taken apart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, _tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open][-1] += data

    @property
    def data(self) -> dict[str, Any]:
        """What the timeline is drawn from."""
        packed = self.texts["script"][0]
        told: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed)))
        return told


def test_nothing_but_its_own_script_and_style_may_run() -> None:
    page = Page(page_of(made_account(100)))
    policy = next(a["content"] for tag, a in page.tags if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for part in (page.texts["style"][0], page.texts["script"][1]):
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    # The policy comes before everything that it is about, and nothing is loaded.
    assert [tag for tag, _ in page.tags[:4]] == ["html", "head", "meta", "meta"]
    assert not [a for _, a in page.tags if a.keys() & {"src", "href", "style", "onerror"}]


@pytest.mark.parametrize("words", [HOSTILE, "<b>", "' onload='x", "-->", "$script", "\u2028"])
def test_words_are_only_words(words: str) -> None:
    text = page_of(made_account(200, 4, words=words))
    text.encode()  # no lone surrogate is left
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)
    tags = [tag for tag, _ in Page(text).tags]
    assert tags == [tag for tag, _ in Page(page_of(made_account(200, 4))).tags]


def test_no_character_makes_a_tag_or_cannot_be_encoded() -> None:
    for code in (*range(0x2_100), *range(0xD7F0, 0xE010), *range(0xFFF0, 0x1_0010), 0x10_FFFF):
        words = tables.inert(f"{chr(code)}img")
        words.encode()
        assert not set(words) & set("<>\"'\n\x00")
    assert tables.inert("<" * 20, 10) == "&lt;" * 10 + "…"


def test_the_timeline_has_every_slice_where_it_was() -> None:
    account = made_account(400, 5)
    data = Page(page_of(account)).data
    edges = list(accumulate(data["edges"]))
    assert [row["n"] for row in data["rows"]] == [*account.makers]
    for row, maker in zip(data["rows"], account.makers.values(), strict=True):
        for lane, slices in (
            (row["cores"], [each[:2] for each in maker.cores]),
            (row["waits"], [each[:2] for each in maker.waits]),
        ):
            assert len(lane[0]) == len(slices)
            place = 0
            for gap, length, (first, last) in zip(lane[0], lane[1], slices, strict=True):
                began, place = edges[place + gap], place + gap + length
                for told, true in ((began, first), (edges[place], last)):
                    assert told * data["unit"] + account.began == pytest.approx(true, abs=1e-4)
        times = list(accumulate(row["steps"][0]))
        assert times[1::2][-1] * data["unit"] == pytest.approx(
            maker.steps[-1].ended - account.began, abs=1e-4
        )
    assert sum(count for _, count in data["groups"]) == len(account.makers)
    assert data["groups"][0] == ["one process · pid 4001 · one GIL", 4]


def test_twenty_thousand_segments_are_less_than_200_kb() -> None:
    account = made_account(20_000)
    number = sum(len(m.cores) + len(m.waits) + len(m.steps) for m in account.makers.values())
    assert number == pytest.approx(20_000, rel=0.05)
    assert len(page_of(account).encode()) < 200_000


def test_of_too_many_rows_the_rest_is_counted() -> None:
    text = page_of(made_account(3_000, tables.MOST_ROWS + 5))
    assert "And 5 more: the same recording exported to csv has all of them." in text
    assert text.count('<td class="t">#') < 3 * tables.MOST_ROWS + 100


def test_of_too_many_samples_points_are_averages_and_told_to_be() -> None:
    account = made_account(10, 1)
    account.at_once = [(account.began + index, 1.0) for index in range(MOST_POINTS * 2)]
    account.core_use = {0: [(account.began + index, None, 0.5) for index in range(MOST_POINTS * 2)]}
    data = Page(page_of(account)).data
    assert data["together"] == 2
    assert data["once"] == [100] * MOST_POINTS
    assert data["use"][0][2:] == [[-1] * MOST_POINTS, [50] * MOST_POINTS]
    assert len(data["at"]) == MOST_POINTS


def test_it_tells_how_it_went_and_of_what_run() -> None:
    events = [HERE, *brewing(1), *served(2), *killed(3)]
    header = Header("0.1.0", "CPython 3.13.0", "chai-tui brew --record x", HERE.at, "", HERE)
    text = page_of(account_of(header, events))
    assert "<h1>1 of 3 chai served: " in text
    assert "✖ killed by SIGKILL" in text
    assert "✔ served" in text
    assert "<dd>chai-tui brew --record x</dd>" in text
    assert "none were taken" in text  # nothing was sampled, and that is said
    assert "Blank: not measured" in text


def test_a_tasting_has_its_verdict_and_its_table() -> None:
    events = [HERE, *races.verdict()]
    account = account_of(Header(run=HERE, monotonic=HERE.at), events)
    page = Page(page_of(account))
    judged = account.floor.race.judged
    assert judged is not None
    assert page.texts["h1"] == [judged.sentence]
    assert "speed-up" in page.texts["th"]
    assert any(cell.startswith("› ") for cell in page.texts["td"])


def test_a_run_of_nobody_is_told_too() -> None:
    header = Header(run=HERE, monotonic=HERE.at)
    text = page_of(account_of(header, [HERE]))
    assert "<h1>No maker was seated</h1>" in text
    assert '<section id="timeline" hidden>' in text


@pytest.mark.parametrize(
    ("engines", "has_gil", "text"),
    [
        ((Engine.PROCESS,), True, ""),
        ((Engine.THREAD, Engine.THREAD), True, "one process · pid 9 · one GIL"),
        ((Engine.THREAD,), False, "one process · pid 9 · no GIL"),
        ((Engine.ASYNCIO,), True, "one process · pid 9 · one GIL · one event loop"),
        ((Engine.SERIAL,), True, "one process · pid 9 · one GIL · one after another"),
        ((Engine.SERIAL, Engine.THREAD), True, "one process · pid 9 · one GIL"),
        ((Engine.INTERPRETER,), True, "one process · pid 9 · a GIL each"),
    ],
)
def test_who_shares_a_process_is_told_what_they_share(
    engines: tuple[Engine, ...], has_gil: bool, text: str
) -> None:
    makers = [
        MakerAccount(number, 1, 9, None, engine, "", 1, 0.0)
        for number, engine in enumerate(engines)
    ]
    station = StationAccount(1, 9, engines[0], (0,), 0.0, 1.0)
    assert station_text(station, makers, has_gil=has_gil) == text


def test_what_is_behind_the_last_sample_is_unknown() -> None:
    account = made_account(100, 1)
    maker = account.makers[1]
    samples = [at for at, _ in account.at_once]
    assert known_until(account, maker, samples) == samples[-1] < last_of(maker, account)
    maker.ended_at = samples[3] + 0.1
    assert known_until(account, maker, samples) == samples[3]
    assert known_until(account, maker, []) == maker.seated_at  # nobody looked
    maker.cores.clear()
    assert known_until(account, maker, samples) == maker.seated_at  # nobody could tell


def test_progress_only_grows() -> None:
    shares: list[float] = []
    write_html(made_account(200), lambda _text: None, shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_a_core_has_the_colour_that_it_has_on_the_screens() -> None:
    assert DARK.cores == of_screens._ON_DARK
    assert LIGHT.cores == of_screens._ON_LIGHT
