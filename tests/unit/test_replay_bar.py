"""The bar of a replay as a line, and moments as people write them."""

from __future__ import annotations

import pytest

from chai_tui.recording.playing.film import Ending
from chai_tui.recording.playing.player import SPEEDS
from chai_tui.state.makers.records import State
from chai_tui.tui.canvas.styles import as_text, width_of
from chai_tui.tui.replay.bar_drawing import Doing, Marks, Moment, bar_line
from chai_tui.tui.replay.moments import EXPECTED, MomentError, read_moment, speed_text
from chai_tui.tui.terminal.ascii_drawing import drawn_in_ascii

MOMENT = Moment(Doing.PLAYS, 1.0, 1_050.0, 1_000.0, 1_100.0)


def marks(*ends: tuple[float, State]) -> Marks:
    made = Marks()
    made.take([Ending(at, 1, 1, state) for at, state in ends])
    return made


@pytest.mark.parametrize("width", [20, 40, 71, 72, 80, 120, 200])
@pytest.mark.parametrize("speed", SPEEDS)
def test_it_is_as_wide_as_its_room_and_time_stays_in_place(width: int, speed: float) -> None:
    tracks = set()
    for doing in Doing:
        for at in (1_000.0, 1_033.3, 1_100.0):
            line, track = bar_line(MOMENT._replace(doing=doing, at=at, speed=speed), Marks(), width)
            assert width_of(line) == width
            tracks.add(track)
    assert len(tracks) == 1


def test_it_tells_what_it_does_how_fast_and_when() -> None:
    line, track = bar_line(MOMENT._replace(speed=0.25), Marks(), 80)
    text = as_text(line)
    assert text.startswith(" ▶ playing ¼× 00:50.0 ▕━".replace(" ¼", "  ¼"))
    assert text.endswith("─▏01:40.0 ")
    assert text.index("●") == track.first + track.column(1_050.0)


@pytest.mark.parametrize(
    ("width", "reading", "told"),
    [(80, "43 %", " reading 43 %"), (40, "43 %", " 43 %"), (80, "", " reading"), (40, "", " …")],
)
def test_it_tells_how_much_was_read(width: int, reading: str, told: str) -> None:
    line, _ = bar_line(MOMENT._replace(reading=reading), Marks(), width)
    assert as_text(line).endswith(f"▏01:40.0{told} ")
    assert width_of(line) == width


def test_it_tells_that_more_comes() -> None:
    line, _ = bar_line(MOMENT._replace(grows=True, doing=Doing.FOLLOWS), Marks(), 80)
    assert as_text(line).startswith(" ● follows")
    assert as_text(line).endswith("01:40.0+ ")


def test_what_nobody_should_miss_covers_the_rest() -> None:
    ends = marks((1_020.0, State.SERVED), (1_020.1, State.KILLED), (1_080.0, State.SERVED),
                 (1_090.0, State.FAILED), (1_010.0 + 20.0, State.SERVED))  # fmt: skip
    ends.served.sort()
    line, track = bar_line(MOMENT._replace(bookmarks=(1_090.0,)), ends, 120)
    text = as_text(line)

    def at(moment: float) -> str:
        return text[track.first + track.column(moment)]

    assert at(1_020.0) == "✖"
    assert at(1_030.0) == "┻"
    assert at(1_080.0) == "┴"
    assert at(1_090.0) == "◆"


def test_every_cell_stands_for_its_moment_and_marks_for_theirs() -> None:
    ends = marks((1_020.04, State.KILLED))
    _, track = bar_line(MOMENT, ends, 100)
    for column in range(track.width):
        at = track.moment(track.first + column, ends, ())
        assert track.column(at) == column
    assert track.moment(track.first + track.column(1_020.04), ends, ()) == 1_020.04
    assert track.moment(-5, ends, ()) == 1_000.0
    assert track.moment(500, ends, ()) == 1_100.0
    edges = track.first - 1, track.first + track.width
    assert [track.moment(x, Marks(), (1_000.1, 1_099.9)) for x in edges] == [1_000.0, 1_100.0]


def test_a_recording_of_no_length_has_a_bar() -> None:
    line, track = bar_line(MOMENT._replace(at=1_000.0, ended=1_000.0), Marks(), 60)
    assert width_of(line) == 60
    assert track.moment(30, Marks(), ()) == 1_000.0


def test_it_has_no_sign_that_ascii_lacks() -> None:
    ends = marks((1_020.0, State.SERVED), (1_070.0, State.KILLED))
    moment = MOMENT._replace(bookmarks=(1_090.0,), speed=0.5)
    for doing in Doing:
        line, _ = bar_line(moment._replace(doing=doing), ends, 100)
        assert "?" not in drawn_in_ascii(as_text(line))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12.5", 12.5), (" 0 ", 0.0), (".5", 0.5), ("7.", 7.0), ("12.5 s", 12.5), ("1:02", 62.0),
        ("1:00:02.5", 3_602.5), ("50%", 4_000.0), ("12.5 %", 1_000.0), ("900%", 8_000.0),
        ("99999", 8_000.0), ("999999999", 8_000.0),
    ],
)  # fmt: skip
def test_moments_are_read(text: str, seconds: float) -> None:
    assert read_moment(text, 8_000.0) == seconds


@pytest.mark.parametrize(
    "text", ["", "half", "-1", "1e9", "nan", "inf", "1:2:3:4", "%", "5 %%", "1,5", "٣", "9" * 400]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(MomentError) as told:
        read_moment(text, 10.0)
    assert str(told.value) == EXPECTED


def test_speeds_are_written_as_people_do() -> None:
    assert [speed_text(speed) for speed in SPEEDS] == [
        "¼×", "½×", "1×", "2×", "4×", "8×", "16×", "32×", "64×",
    ]  # fmt: skip


def test_the_end_of_what_is_not_ours_is_marked_as_bad_only_if_it_was() -> None:
    made = marks((1_010.0, State.DONE), (1_020.0, State.SERVED), (1_030.0, State.FAILED))
    assert (made.served, made.unserved) == ([1_010.0, 1_020.0], [1_030.0])
