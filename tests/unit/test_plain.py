"""A run without a screen, over a source that a test feeds."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence

import pytest

from chai_tui.model.commands import AddMakers, Command
from chai_tui.model.engine import Engine
from chai_tui.model.event_json import as_json
from chai_tui.model.events import CoreUse, Event, MakerUse, Sampled, Trouble, Unseated
from chai_tui.model.recipe import BUILT_IN, Recipe
from chai_tui.model.source import Source
from chai_tui.state.floor import Floor
from chai_tui.views.json_lines import JsonView
from chai_tui.views.output import OutputError, warn
from chai_tui.views.plain import PlainView
from chai_tui.views.run import run
from tests.builders import BEGAN, CHAI, FakeSource, brewing, failed, killed, sampled, seated, served


class Recorder(io.StringIO):
    """A stream that remembers what each flush made visible."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def flush(self) -> None:
        self.seen.append(self.getvalue())
        super().flush()

    @property
    def lines(self) -> list[str]:
        return self.getvalue().splitlines()


@pytest.fixture
def out() -> Recorder:
    return Recorder()


@pytest.fixture
def err() -> Recorder:
    return Recorder()


def brew(source: Source, view: PlainView | JsonView, makers: int = 3) -> int:
    return run(source, view, makers=makers)


def in_time(*stories: Iterable[Event]) -> list[Event]:
    return sorted((event for story in stories for event in story), key=lambda event: event.at)


def test_the_lessons_lines(out: Recorder, err: Recorder) -> None:
    source = FakeSource(
        in_time(served(1, after=3.1), served(2, at=BEGAN + 0.001, after=2.9), served(3, after=3.2))
    )
    assert brew(source, PlainView(out, err)) == 0
    assert out.lines == [
        "Start of Chai Maker #1 chai brewing",
        "Start of Chai Maker #3 chai brewing",
        "Start of Chai Maker #2 chai brewing",
        "End of Chai Maker #2 chai brewing",
        "End of Chai Maker #1 chai brewing",
        "End of Chai Maker #3 chai brewing",
        "All chai served",
    ]
    assert err.lines == []
    assert source.submitted == []  # whoever launches asks for the makers
    assert source.closed


def test_lines_carry_the_recipes_name_and_nothing_that_a_terminal_obeys(
    out: Recorder, err: Recorder
) -> None:
    recipe = Recipe("[red]\x1b[2J", BUILT_IN["grind"].steps)
    source = FakeSource(served(1, recipe=recipe, said=["\x1b[2J"]))
    assert brew(source, PlainView(out, err), makers=1) == 0
    assert out.lines == [
        "Start of Chai Maker #1 [red]␛[2J brewing",
        "End of Chai Maker #1 [red]␛[2J brewing",
        "All chai served",
    ]


def test_lines_appear_as_things_happen(out: Recorder, err: Recorder) -> None:
    visible: list[str] = []

    class Watching(FakeSource):
        def poll(self, timeout: float | None) -> list[Event]:
            visible.append(out.seen[-1] if out.seen else "")
            return super().poll(timeout)

    source = Watching([], brewing(1), served(1)[-2:])
    assert brew(source, PlainView(out, err), makers=1) == 0
    # The first poll answers the submitted command; after the third the start was seen.
    assert visible[-1] == "Start of Chai Maker #1 chai brewing\n"


def test_served_is_said_only_after_everyone_was_joined(out: Recorder, err: Recorder) -> None:
    source = FakeSource(served(1, joined=False), served(1)[-1:])
    assert brew(source, PlainView(out, err), makers=1) == 0
    assert "served" not in out.seen[0]
    assert out.lines[-1] == "All chai served"


def test_the_run_waits_for_makers_that_are_seated_later(out: Recorder, err: Recorder) -> None:
    source = FakeSource(served(1), [], served(2, at=BEGAN + 10))
    assert brew(source, PlainView(out, err), makers=2) == 0
    assert out.lines[-1] == "All chai served"


@pytest.mark.parametrize(
    ("events", "last_line"),
    [
        (
            [*served(1), *killed(2), *served(3)],
            "2 of 3 chai served: Chai Maker #2 was killed by SIGKILL",
        ),
        (
            [*served(1), *served(2), *failed(3)],
            "2 of 3 chai served: Chai Maker #3 failed: ValueError: no milk",
        ),
    ],
)
def test_a_missing_chai_is_told_and_is_exit_code_1(
    out: Recorder, err: Recorder, events: list[Event], last_line: str
) -> None:
    assert brew(FakeSource(events), PlainView(out, err)) == 1
    assert out.lines[-1] == last_line


def test_trouble_goes_to_the_other_stream(out: Recorder, err: Recorder) -> None:
    source = FakeSource([Trouble(BEGAN, 1, "it is \x1b odd"), *served(1)])
    assert brew(source, PlainView(out, err), makers=1) == 0
    assert err.lines == ["chai-tui: it is ␛ odd"]
    assert out.lines[-1] == "All chai served"


def test_makers_that_cannot_be_seated_end_the_run(out: Recorder, err: Recorder) -> None:
    trouble = Unseated(BEGAN, 2, "2 makers could not be seated: no process left")
    assert brew(FakeSource([*brewing(1), trouble], served(1)), PlainView(out, err)) == 1
    assert out.lines[-1] == "1 of 3 chai served: 2 makers not seated"
    nobody = trouble._replace(makers=3)
    assert brew(FakeSource([nobody]), PlainView(out, err)) == 1
    assert out.lines[-1] == "0 of 3 chai served: 3 makers not seated"


def test_what_cannot_be_encoded_is_escaped(err: Recorder) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    recipe = CHAI._replace(name="चाय")
    assert brew(FakeSource(served(1, recipe=recipe)), PlainView(out, err), makers=1) == 0
    assert raw.getvalue().startswith(b"Start of Chai Maker #1 \\u091a\\u093e\\u092f brewing")


# JSON


def test_every_event_is_an_object_on_a_line_of_its_own(out: Recorder) -> None:
    events = [*served(1, said=["naïve\n\udcff"]), *sampled({0: [1]})]
    assert brew(FakeSource(events), JsonView(out), makers=1) == 0
    objects = [json.loads(line) for line in out.lines]
    assert len(objects) == len(events)
    assert [entry["at"] for entry in objects] == [event.at for event in events]
    assert objects[0]["event"] == "seated"
    assert [entry["line"] for entry in objects if entry["event"] == "said"] == ["naïve\n\udcff"]
    assert out.getvalue().isascii()


@pytest.mark.parametrize("makers", [0, 1, 3])
def test_a_sample_is_written_as_any_event_is(out: Recorder, makers: int) -> None:
    uses = [MakerUse(n, n or None, n / 3, 1e-9, None, 7 * n, not n, 0.0) for n in range(makers)]
    sample = Sampled(BEGAN + 1 / 3, (CoreUse(0, None, 0.25),) * makers, (*uses,))
    JsonView(out).show([sample], Floor())
    assert out.getvalue() == json.dumps(as_json(sample), separators=(",", ":")) + "\n"


def test_json_says_what_happens_while_closing_too(out: Recorder) -> None:
    source = FakeSource(served(1), last_words=[Trouble(BEGAN + 9, 1, "late")])
    assert brew(source, JsonView(out), makers=1) == 0
    assert json.loads(out.lines[-1])["text"] == "late"


# Ends from outside


class Broken(io.StringIO):
    """A stream whose reader has gone after some writes."""

    def __init__(self, writes: int) -> None:
        super().__init__()
        self._left = writes

    def write(self, text: str) -> int:
        if not self._left:
            raise BrokenPipeError
        self._left -= 1
        return super().write(text)


@pytest.mark.parametrize("writes", [0, 1])
@pytest.mark.parametrize("make", [JsonView, lambda out: PlainView(out, io.StringIO())])
def test_a_reader_that_goes_ends_the_run_and_everyone_in_it(
    make: Callable[[Broken], JsonView | PlainView], writes: int
) -> None:
    source = FakeSource(brewing(1), served(1)[-2:])
    with pytest.raises(OutputError) as caught:
        brew(source, make(Broken(writes)), makers=1)
    assert isinstance(caught.value.__cause__, BrokenPipeError)
    assert source.closed


def test_nobody_reading_warnings_is_no_reason_to_end(out: Recorder) -> None:
    source = FakeSource([Trouble(BEGAN, 1, "odd"), *served(1)])
    assert brew(source, PlainView(out, Broken(0)), makers=1) == 0
    warn(Broken(0), "nobody reads this")


def test_a_source_that_breaks_is_closed() -> None:
    class BrokenSource(FakeSource):
        def poll(self, timeout: float | None) -> list[Event]:  # noqa: ARG002 - a source's own
            raise RuntimeError("a bug")

    source = BrokenSource()
    with pytest.raises(RuntimeError):
        brew(source, PlainView(io.StringIO(), io.StringIO()), makers=1)
    assert source.closed


SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals end a wait on POSIX only")
@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_ends_the_run_and_says_what_happened(
    name: str, out: Recorder, err: Recorder
) -> None:
    number = getattr(signal, name)
    before = signal.getsignal(number)

    class Interrupted(FakeSource):
        def poll(self, timeout: float | None) -> list[Event]:
            if not self._batches:
                os.kill(os.getpid(), number)
            return super().poll(timeout)

    source = Interrupted(
        [], [*served(1), *brewing(2), *seated(3)], last_words=[*killed(2), *killed(3, ours=True)]
    )
    assert brew(source, PlainView(out, err), makers=4) == 128 + number
    assert out.lines[-1] == (
        "1 of 4 chai served: Chai Maker #2 was killed by SIGKILL, "
        "Chai Maker #3 was killed by SIGKILL; 1 maker not seated"
    )
    assert signal.getsignal(number) is before


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_signal_that_is_ignored_stays_so(out: Recorder, err: Recorder) -> None:
    class Interrupting(FakeSource):
        def poll(self, timeout: float | None) -> list[Event]:
            os.kill(os.getpid(), signal.SIGHUP)
            return super().poll(timeout)

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert brew(Interrupting(served(1)), PlainView(out, err), makers=1) == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_source_that_answers_from_another_thread(out: Recorder, err: Recorder) -> None:
    threads: list[threading.Thread] = []

    def answer(_command: Command) -> Sequence[Event]:
        thread = threading.Thread(target=source.feed, args=served(1))
        threads.append(thread)
        thread.start()
        return brewing(1)

    source = FakeSource(answer=answer)
    source.submit(AddMakers(1, CHAI, Engine.PROCESS))
    assert brew(source, PlainView(out, err), makers=1) == 0
    threads[0].join()


def test_the_views_show_an_empty_floor_too(out: Recorder, err: Recorder) -> None:
    PlainView(out, err).close(Floor(), 3)
    assert out.lines == ["0 of 3 chai served: 3 makers not seated"]
