"""What a report promises, each tried in a browser."""

from __future__ import annotations

import base64
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chai_tui.recording.export.page.html import write_html
from tests.reports.browser import Browser
from tests.reports.made import HOSTILE, made_account

SEGMENTS = 20_000
MOST_BYTES = 200_000
MOST_MS = 500
GUTTER, MARGIN = 168, 82
"""Pixels beside the part of a row that tells of time; as in the page's script."""


class Reports:
    """Reports in files, and the browser that opens them.

    Attributes:
        browser: that one.

    Args:
        browser: as above.
        folder: where the files are.
    """

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser = browser
        self._folder = folder

    def path(self, segments: int, makers: int = 40, words: str = "") -> Path:
        """Return the path of a report with so many slices."""
        path = self._folder / f"{segments}-{makers}-{len(words)}.html"
        if not path.exists():
            parts: list[str] = []
            write_html(
                made_account(segments, makers, words=words), parts.append, lambda _share: None
            )
            path.write_text("".join(parts), encoding="utf-8")
        return path

    def open_lasting(self, seconds: float) -> Browser:
        """Open a report of a run that lasted so long, and wait until it is drawn."""
        account = made_account(200, 4)
        account.ended = account.began + seconds
        path, parts = self._folder / "lasting.html", list[str]()
        write_html(account, parts.append, lambda _share: None)
        path.write_text("".join(parts), encoding="utf-8")
        self.browser.load(path)
        self.browser.until("document.documentElement.dataset.readyMs")
        return self.browser

    def open(self, segments: int = 2_000, makers: int = 8, words: str = "") -> Browser:
        """Open a report, and wait until it is drawn."""
        self.browser.load(self.path(segments, makers, words))
        self.browser.until("document.documentElement.dataset.readyMs")
        return self.browser

    def view(self) -> tuple[int, int]:
        """Return the ticks that are shown."""
        self.browser.frame()
        first, last = self.browser.run("document.documentElement.dataset.view").split()
        return int(first), int(last)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return a place in the window: shares of the part of the rows that tells of time."""
        self.browser.run("document.getElementById('chart').scrollIntoView()")
        box = self.browser.run(
            "(({left, top, width, height}) => [left, top, width, height])"
            "(document.getElementById('rows').getBoundingClientRect())"
        )
        return box[0] + GUTTER + (box[2] - GUTTER - MARGIN) * x, box[1] + min(box[3], 600) * y


def ready(reports: Reports) -> str:
    """20,000 segments: less than 200 kB, and ready within 500 ms."""
    size = reports.path(SEGMENTS).stat().st_size
    times = []
    for _ in range(5):
        reports.open(SEGMENTS, 40)
        times.append(int(reports.browser.run("document.documentElement.dataset.readyMs")))
    told = f"{size / 1e3:.0f} kB, {min(times)} to {max(times)} ms"
    assert size < MOST_BYTES, told
    assert statistics.median(times) <= MOST_MS, told
    return told


def larger(reports: Reports) -> str:
    """200,000 segments can be looked at, too."""
    browser = reports.open(200_000, 40)
    ms = browser.run("document.documentElement.dataset.readyMs")
    steps = []
    for _ in range(5):
        browser.frame()
        steps.append(
            browser.run(
                "new Promise(done => { const began = performance.now();"
                "document.querySelector('[data-key=ArrowRight]').click();"
                "requestAnimationFrame(() => setTimeout(() => done(performance.now() - began))) })"
            )
        )
    step = min(steps)
    size = reports.path(200_000).stat().st_size
    return f"{size / 1e3:.0f} kB, {ms} ms, a step {step:.0f} ms at best"


def silent(reports: Reports) -> None:
    """No error, no warning, no request but for the page itself."""
    browser = reports.open()
    browser.frame()
    errors = [
        *browser.events("Runtime.exceptionThrown"),
        *browser.events("Log.entryAdded"),
        *browser.events("Runtime.consoleAPICalled"),
    ]
    assert not errors, str(errors)
    asked = [each["request"]["url"] for each in browser.events("Network.requestWillBeSent")]
    assert all(url.startswith("file:///") for url in asked), str(asked)
    assert len(asked) == 1, str(asked)


def sealed(reports: Reports) -> None:
    """The policy refuses foreign scripts, pictures, styles, frames and requests."""
    browser = reports.open()
    refused = browser.run(
        """new Promise(done => {
          const refused = [];
          document.addEventListener("securitypolicyviolation",
            event => refused.push(event.effectiveDirective));
          const add = (tag, set) => {
            const element = document.createElement(tag);
            Object.assign(element, set);
            document.body.append(element);
          };
          add("script", { textContent: "window.ran = true" });
          add("script", { src: "https://example.invalid/x.js" });
          add("img", { src: "https://example.invalid/x.png" });
          add("style", { textContent: "body { display: none }" });
          add("iframe", { src: "https://example.invalid/" });
          document.body.setAttribute("onclick", "window.ran = true");
          document.body.click();
          fetch("https://example.invalid/").catch(() => 0);
          setTimeout(() => done({ refused, ran: Boolean(window.ran),
            shown: getComputedStyle(document.body).display }), 300);
        })"""
    )
    assert not refused["ran"], "a foreign script ran"
    assert refused["shown"] != "none", "a foreign style was used"
    expected = {
        "script-src-elem", "script-src-attr", "img-src", "style-src-elem", "frame-src",
        "connect-src",
    }  # fmt: skip
    assert set(refused["refused"]) == expected, str(refused)


def zooms(reports: Reports) -> None:
    """Wheel, drag, double click, buttons and keys change what is shown."""
    browser = reports.open()
    everything = reports.view()
    browser.key("w")
    assert reports.view() != everything, "a key before the timeline was clicked"
    browser.key("0")
    x, y = reports.place(0.5, 0.2)
    browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=-300)
    assert reports.view() == everything, "the wheel zoomed before the timeline was clicked"
    x, y = reports.place(0.5, 0.2)
    browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=-300, modifiers=2)
    near = reports.view()
    assert near[1] - near[0] < everything[1] - everything[0], "Ctrl and wheel"
    browser.click(x, y)
    browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=-300)
    nearer = reports.view()
    assert nearer[1] - nearer[0] < near[1] - near[0], "the wheel"
    browser.mouse("mousePressed", x, y, button="left", clickCount=1)
    browser.mouse("mouseMoved", x - 100, y, button="left", buttons=1)
    browser.mouse("mouseReleased", x - 100, y, button="left", clickCount=1)
    dragged = reports.view()
    assert dragged[0] > nearer[0], "to drag"
    assert abs((dragged[1] - dragged[0]) - (nearer[1] - nearer[0])) <= 2, "to drag keeps the scale"
    for earlier, later in (("ArrowLeft", "ArrowRight"), ("a", "d")):
        before = reports.view()
        browser.key(later)
        after = reports.view()
        assert after[0] > before[0], later
        browser.key(earlier)
        assert reports.view()[0] < after[0], earlier
    for closer, wider in (("+", "-"), ("w", "s")):
        before = reports.view()
        browser.key(closer)
        after = reports.view()
        assert after[1] - after[0] < before[1] - before[0], closer
        browser.key(wider)
        assert reports.view()[1] - reports.view()[0] > after[1] - after[0], wider
    browser.key("0")
    assert reports.view() == everything, "0"
    browser.key("+")
    browser.click(x, y, times=2)
    assert reports.view() == everything, "double click"
    browser.run("document.querySelector('[data-key=\"+\"]').click()")
    assert reports.view() != everything, "the button"
    for _ in range(200):
        browser.run("document.querySelector('[data-key=\"+\"]').click()")
    first, last = reports.view()
    assert 0 <= first < last <= everything[1], "zoomed in as far as it goes"


def tells(reports: Reports) -> str:
    """Under the mouse each slice is told in words."""
    browser = reports.open(400, 8)
    found: set[str] = set()
    for row in range(8):
        for across in range(40):
            for depth in (14, 28, 41):
                x, y = reports.place(across / 40 + 0.01, 0)
                browser.mouse("mouseMoved", x, y + 20 + row * 52 + depth)
                text = browser.run(
                    "document.getElementById('tip').hidden ? '' "
                    ": document.getElementById('tip').textContent"
                )
                found.update(line for line in text.split("\n") if line)
        if row == 1:
            break
    words = (
        "Chai Maker #1 · grind", "on core ", "waits for the GIL", "wants a core", "paused", "step ",
        " % of the time, ", "(compute)", "on no core, or for less than 2 % of the time",
    )  # fmt: skip
    missing = [word for word in words if not any(word in line for line in found)]
    assert not missing, f"{missing} in {sorted(found)[:20]}"
    return f"{len(found)} different lines"


def hostile(reports: Reports) -> None:
    """Hostile words are words: in tables, under the mouse, on the canvas."""
    browser = reports.open(400, 8, HOSTILE)
    x, y = reports.place(0.3, 0)
    browser.mouse("mouseMoved", x, y + 20 + 41)
    tip = browser.run("document.getElementById('tip').textContent")
    assert "</script><img src=x onerror=alert(1)>" in tip, tip
    assert browser.run("document.querySelectorAll('img').length") == 0
    assert browser.run("document.scripts.length") == 2
    assert not browser.events("Page.javascriptDialogOpening")
    assert not browser.events("Log.entryAdded")


def dark(reports: Reports) -> None:
    """Light and dark as the system has it, and by a button."""

    def ground() -> Any:
        return browser.run("getComputedStyle(document.body).backgroundColor")

    def prefer(scheme: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.ask("Emulation.setEmulatedMedia", features=features)

    browser = reports.open()
    prefer("light")
    assert ground() == "rgb(255, 255, 255)"
    prefer("dark")
    assert ground() == "rgb(22, 20, 29)"
    browser.run("document.getElementById('theme').click()")
    assert ground() == "rgb(255, 255, 255)"
    prefer("light")
    browser.run("document.getElementById('theme').click()")
    assert ground() == "rgb(22, 20, 29)"
    browser.frame()
    pixel = browser.run(
        "[...document.getElementById('rows').getContext('2d').getImageData(2, 2, 1, 1).data]"
    )
    assert pixel[:3] == [22, 20, 29], str(pixel)


def prints(reports: Reports) -> str:
    """It can be printed: all rows, on several pages, also from the dark."""
    browser = reports.open(4_000, 60)
    browser.run("document.documentElement.dataset.theme = 'dark'")
    data = base64.b64decode(browser.ask("Page.printToPDF", printBackground=True)["data"])
    pages = data.count(b"/Type /Page\n") or data.count(b"/Type /Page ") or data.count(b"/Page>>")
    assert data.startswith(b"%PDF"), repr(data[:20])
    canvases = browser.run("document.querySelectorAll('#printed canvas').length")
    assert canvases == 5, f"{canvases} pictures"  # the axis, and 60 rows of which 16 fit
    pixel = browser.run(
        "[...document.querySelector('#printed canvas').getContext('2d')"
        ".getImageData(2, 2, 1, 1).data]"
    )
    assert pixel[:3] == [255, 255, 255], str(pixel)
    return f"{pages} pages, {len(data) / 1e3:.0f} kB"


def without_script(reports: Reports) -> None:
    """Without scripts a line says so, and the tables are there."""
    browser = reports.browser
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.load(reports.path(2_000, 8))
        text = browser.run("document.body.innerText")
    finally:
        browser.ask("Emulation.setScriptExecutionDisabled", value=False)
    assert "The timeline is drawn by this page's own script" in text
    assert "killed by SIGKILL" in text


def old(reports: Reports) -> None:
    """A browser that cannot unpack the timeline says so, and shows the tables."""
    browser = reports.browser
    added = browser.ask(
        "Page.addScriptToEvaluateOnNewDocument", source="delete window.DecompressionStream"
    )
    try:
        browser.load(reports.path(2_000, 8))
        browser.until("document.documentElement.dataset.error")
        text = browser.run("document.body.innerText")
    finally:
        browser.ask("Page.removeScriptToEvaluateOnNewDocument", **added)
    assert "This browser cannot unpack the timeline" in text
    assert "killed by SIGKILL" in text


def minutes(reports: Reports) -> None:
    """A time that is rounded up to a minute is told as one."""
    browser = reports.open_lasting(119.997)
    told = browser.run("document.getElementById('view').textContent")
    assert told.endswith(" of 2:00.00"), told


def narrow(reports: Reports) -> None:
    """On a narrow screen nothing is wider than it, and an end of few words is on one line."""
    browser = reports.browser
    for width in (1_280, 800, 480):
        browser.resize(width, 900)
        reports.open()
        wide = browser.run("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} of {width} pixels"
        heights = browser.run(
            "[...document.querySelectorAll('td.end')]"
            ".filter(cell => cell.textContent.length < 20).map(cell => cell.offsetHeight)"
        )
        assert heights, "no end"
        assert max(heights) < 40, f"{max(heights)} pixels"
    browser.resize(1_280, 900)


PROMISES: tuple[Callable[[Reports], str | None], ...] = (
    ready, larger, silent, sealed, zooms, tells, hostile, dark, prints, without_script, old,
    minutes, narrow,
)  # fmt: skip


def pictures(reports: Reports, folder: Path) -> None:
    """Leave pictures of a report: light, dark, narrow, printed."""
    folder.mkdir(parents=True, exist_ok=True)
    browser = reports.browser
    for name, scheme, width in (("light", "light", 1_280), ("dark", "dark", 1_280),
                                ("narrow", "light", 800)):  # fmt: skip
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.ask("Emulation.setEmulatedMedia", features=features)
        browser.resize(width, 1_600)
        reports.open(1_200, 9)
        browser.frame()
        data = browser.ask("Page.captureScreenshot")["data"]
        (folder / f"{name}.png").write_bytes(base64.b64decode(data))
    browser.resize(718, 1_000)
    reports.open(1_200, 9)
    browser.run("window.dispatchEvent(new Event('beforeprint'))")
    browser.ask("Emulation.setEmulatedMedia", media="print")
    data = browser.ask("Page.captureScreenshot", captureBeyondViewport=True)["data"]
    (folder / "paper.png").write_bytes(base64.b64decode(data))
