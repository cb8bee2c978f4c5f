"""What makers print, and that none of it hurts."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import psutil
import pytest

from chai_tui.model.commands import KillMaker
from chai_tui.model.engine import Engine
from chai_tui.model.events import Dropped, Said, Trouble
from chai_tui.sources.live.capture import LINE_LIMIT
from chai_tui.sources.live.kitchen import Kitchen
from chai_tui.state.makers.records import State
from tests.process import makers
from tests.process.conftest import Watch
from tests.process.makers import c_write, doing, printing, steps
from tests.thorough import briefly


def test_python_and_c_on_both_streams(watch: Watch) -> None:
    (maker,) = watch.add(
        doing(
            printing("python out"),
            partial(_print_to_stderr, "python err"),
            c_write(1, b"c out\n"),
            c_write(2, b"c err\n"),
            partial(subprocess.run, ["echo", "from a program"], check=True),
        )
    )
    watch.joined(maker)
    assert sorted(watch.said(maker)) == sorted(
        [
            "Start of Chai Maker #1 test brewing",
            "python out",
            "python err",
            "c out",
            "c err",
            "from a program",
            "End of Chai Maker #1 test brewing",
        ]
    )
    assert {line.text: line.stream for line in maker.said}["python err"] == "err"


def _print_to_stderr(text: str) -> None:
    import sys

    print(text, file=sys.stderr)


def test_what_c_code_wrote_before_a_kill_is_kept(watch: Watch) -> None:
    (maker,) = watch.add(doing(c_write(1, b"unfinished"), makers.killing_itself(signal.SIGKILL)))
    watch.joined(maker)
    assert watch.said(maker)[-1] == "unfinished"


def test_nothing_that_a_terminal_would_obey_is_left(watch: Watch) -> None:
    evil = b"\x1b[2J\x1b]0;mine\x07\x00\x9b31m\xff\xfe \xe2\x80\xaeright to left\r\n[bold]x[/]\n"
    (maker,) = watch.add(doing(c_write(1, evil), partial(_write_bytes, evil)))
    watch.joined(maker)
    for line in watch.said(maker):
        assert line.isprintable()
    assert watch.said(maker).count("[bold]x[/]") == 2


def _write_bytes(data: bytes) -> None:
    import sys

    sys.stdout.buffer.write(data)


def test_a_line_of_ten_megabytes_comes_in_pieces(watch: Watch) -> None:
    (maker,) = watch.add(doing(printing("x" * 10_000_000)))
    watch.joined(maker)
    lines = [event.line for event in watch.events if isinstance(event, Said)][1:-1]
    assert "".join(lines) == "x" * 10_000_000
    assert max(map(len, lines)) == LINE_LIMIT


def test_what_comes_faster_than_the_allowance_is_counted(start_method: str) -> None:
    watch = Watch(Kitchen(start_method, lines_per_second=100))
    try:
        (maker,) = watch.add(doing(*[printing("x\n" * 5_000)] * 2))
        watch.joined(maker)
        shown = sum(isinstance(event, Said) for event in watch.events)
        dropped = sum(event.lines for event in watch.events if isinstance(event, Dropped))
        assert shown + dropped == 10_000 + 2 + 2  # print ends each text with a newline of its own
        assert dropped > 5_000
        assert maker.dropped == dropped
    finally:
        watch.kitchen.close()


def test_a_grandchild_that_holds_the_pipes_delays_nothing_and_ends_too(watch: Watch) -> None:
    (maker,) = watch.add(doing(makers.leave_a_grandchild))
    watch.joined(maker)
    assert maker.state is State.SERVED
    grandchild = int(next(line for line in watch.said(maker) if "grandchild" in line).split()[1])
    watch.until(lambda: not psutil.pid_exists(grandchild))


def test_the_grandchildren_of_a_killed_maker_end_with_it(watch: Watch) -> None:
    (maker,) = watch.add(doing(makers.leave_a_grandchild, makers.sleep_long))
    watch.until_said(maker, "grandchild")
    grandchild = int(watch.said(maker)[-1].split()[1])
    watch.submit(KillMaker(maker.number))
    watch.joined(maker)
    watch.until(lambda: not psutil.pid_exists(grandchild))


def test_c_output_of_a_shared_station_is_nobodys(watch: Watch) -> None:
    group = watch.add(doing(c_write(1, b"whose?\n")), how_many=2, engine=Engine.THREAD)
    watch.joined(*group)

    def owners() -> list[int | None]:
        said = [event for event in watch.events if isinstance(event, Said)]
        return [event.maker for event in said if event.line == "whose?"]

    watch.until(lambda: len(owners()) == 2)  # by another pipe than the news of their ends
    assert owners() == [None, None]


def test_a_maker_that_writes_into_its_own_report_pipe_hurts_only_itself(watch: Watch) -> None:
    (vandal,) = watch.add(doing(_scribble_everywhere, makers.sleep_long))
    (other,) = watch.add(steps(wait=0.5))
    watch.until(lambda: any(isinstance(event, Trouble) for event in watch.events))
    watch.joined(other, vandal)
    assert other.state is State.SERVED
    assert vandal.state is State.KILLED


def test_a_vandal_ends_those_who_share_its_process_and_nobody_else(watch: Watch) -> None:
    together = watch.add(steps(wait=600), engine=Engine.THREAD)
    watch.started(together[0])
    together += watch.add(
        doing(printing("before"), _scribble_everywhere, makers.sleep_long), engine=Engine.THREAD
    )
    (other,) = watch.add(steps(wait=0.5))
    watch.joined(*together, other)
    assert [maker.state for maker in together] == [State.KILLED, State.KILLED]
    assert "before" in watch.said(together[1])
    assert other.state is State.SERVED


@briefly(
    "report",
    [
        ("p", 1.0, [], 0.5, 0.1),
        ("p", "x", 1, 0.5, 0.1),
        ("w", 1.0, 1, "out", "text"),
        ("v", 1.0, 1, 0.5),
        ("?",),
        17,
        None,
    ],
    keep=(0, 4, 5),
)
def test_a_well_framed_report_that_says_nothing_hurts_only_its_sender(
    watch: Watch, report: object
) -> None:
    (vandal,) = watch.add(doing(partial(_report, report), makers.sleep_long))
    (other,) = watch.add(steps(wait=0.3))
    watch.joined(vandal, other)
    assert (vandal.state, other.state) == (State.KILLED, State.SERVED)


def _report(report: object) -> None:
    import sys

    queue = vars(vars(sys.stdout.buffer)["_reporter"])["queue"]
    queue.put(report)


def _scribble_everywhere() -> None:
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"\xde\xad\xbe\xef" * 4)
        except OSError:
            continue


def test_a_maker_has_no_terminal(watch: Watch) -> None:
    (maker,) = watch.add(doing(_look_for_a_terminal))
    watch.joined(maker)
    assert watch.said(maker)[1:-1] == [f"terminals [] session {maker.pid} tty gone input 'b\"\"'"]


def _look_for_a_terminal() -> None:
    terminals = [descriptor for descriptor in range(256) if os.isatty(descriptor)]
    try:
        os.open("/dev/tty", os.O_RDWR)
        tty = "there"
    except OSError:
        tty = "gone"
    text = repr(os.read(0, 10)).replace("'", '"')
    print(f"terminals {terminals} session {os.getsid(0)} tty {tty} input '{text}'")


@pytest.mark.parametrize("end", [makers.killing_itself(signal.SIGSEGV), makers.leave_at_once(3)])
def test_last_words_after_a_flood_are_told(end: Callable[[], None]) -> None:
    """However little is shown of the flood, line by line, and however the maker ends."""
    kitchen = Kitchen("forkserver", lines_per_second=50)
    try:
        watch = Watch(kitchen)
        (maker,) = watch.add(doing(*[printing("flood")] * 1_000, printing("last words"), end))
        watch.joined(maker)
        assert watch.said(maker)[-1] == "last words"
        assert maker.said_count + maker.dropped == 1_002
        assert maker.dropped > 500
    finally:
        kitchen.close()


def test_the_end_of_a_flood_is_told_as_soon_as_there_is_room() -> None:
    kitchen = Kitchen("forkserver", lines_per_second=50)
    try:
        watch = Watch(kitchen)
        recipe = doing(*[printing("flood")] * 500, printing("now it is quiet"))
        recipe = recipe._replace(steps=(*recipe.steps, *steps(wait=60).steps))
        (maker,) = watch.add(recipe)
        watch.until_said(maker, "now it is quiet")
    finally:
        kitchen.close()


def _write_a_program_everywhere() -> None:
    """What a pickle could do, framed as a report, on every descriptor there is."""
    message = pickle.dumps(_Exits())
    for descriptor in range(3, 40):
        with contextlib.suppress(OSError):
            os.write(descriptor, struct.pack("!i", len(message)) + message)


class _Exits:
    def __reduce__(self) -> tuple[object, ...]:
        return (sys.exit, (7,))


def test_nothing_that_a_maker_writes_is_run_in_the_parent(watch: Watch) -> None:
    (rude,) = watch.add(doing(_write_a_program_everywhere, makers.sleep_long))
    watch.joined(rude)
    (after,) = watch.add(steps(wait=0.01))
    watch.joined(after)
    assert after.state is State.SERVED


def _turn_the_clock() -> None:
    time.monotonic = lambda: float("inf")
    print("it is late")


def test_a_maker_with_another_clock_confuses_nobody(watch: Watch) -> None:
    (maker,) = watch.add(doing(_turn_the_clock, printing("later")))
    watch.joined(maker)
    assert watch.said(maker)[1:3] == ["it is late", "later"]
    now = time.monotonic()
    assert all(event.at <= now for event in watch.events)
