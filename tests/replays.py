"""Recordings of what was made by hand, and the apps that replay them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from chai_tui.config.settings import Settings
from chai_tui.model.events import Event, Exited, Failed, RunBegan
from chai_tui.model.recipe import BUILT_IN
from chai_tui.recording.form import End, Header, end_line, header_line
from chai_tui.recording.lines import Read, line_of
from chai_tui.recording.playing.film import Film
from chai_tui.recording.playing.player import Player
from chai_tui.state.bulk import Bulk
from chai_tui.tui.common.bridge import Bridge
from chai_tui.tui.replay_app import ReplayApp, TasteReplayApp, is_tasting
from tests.actors import Part
from tests.builders import BEGAN, HERE, FakeSource
from tests.kitchens import said
from tests.stories import story

RUN = HERE._replace(pid=4_700, signals=((9, "SIGKILL"), (15, "SIGTERM")))


def told() -> list[Event]:
    """A kitchen of six seconds: two serve, one is killed at 1.6 s, one fails at 3.5 s."""
    chai, masala = BUILT_IN["chai"], BUILT_IN["masala"]
    parts = [
        Part(1, chai, then=(said(1, 0.5, "the water sings"),)),
        Part(2, masala, 0.6, then=(Exited(1.0, 2, -9, ours=False),)),
        Part(
            3,
            masala,
            1.0,
            then=(Failed(2.5, 3, "ValueError: no milk", "", 0.2), Exited(2.51, 3, 1, ours=False)),
        ),
        Part(4, chai, 2.0),
    ]
    return [RUN, *story(parts, cores=2, seconds=6.0)]


def marked(player: Player) -> None:
    """In the middle, with a bookmark, at another speed."""
    player.seek(BEGAN + 4.5)
    player.bookmark()
    player.seek(BEGAN + 3)
    player.faster(2)


def recording(events: Iterable[Event], *, is_whole: bool = True) -> bytes:
    """Return the recording of some events; without its end where it is not whole."""
    events = list(events)
    run = next((event for event in events if isinstance(event, RunBegan)), RUN)
    lines = [header_line(Header("0.1.0", "CPython 3.13.0", "chai-tui", run.at, "", run))]
    lines += [line_of(event).encode() + b"\n" for event in events]
    if is_whole:
        lines.append(end_line(End(max(event.at for event in events), len(events))))
    return b"".join(lines)


def film_of(events: Iterable[Event], *, is_complete: bool = True) -> Film:
    """Return a film of some events, of which all were read."""
    events = list(events)
    run = next((event for event in events if isinstance(event, RunBegan)), RUN)
    film = Film(Header("0.1.0", "CPython 3.13.0", "chai-tui", run.at, "", run))
    bulk = Bulk((), (), (), (), [(0, event) for event in events])
    film.add(Read(bulk, "".join(f"{line_of(event)}\n" for event in events)))
    film.is_complete = is_complete
    return film


class Stopped:
    """How far a recording was read, as a test says it."""

    def __init__(self, film: Film) -> None:
        self.name = "run.chai.gz"
        self.makers: set[int] = set()
        self.share_read: float | None = 1.0
        self.is_caught_up = film.is_complete
        self.is_fresh = False
        self.is_over = film.is_complete
        self.broken = ""


def still_replay(
    events: Iterable[Event],
    prepare: Callable[[Player], object] = lambda player: player.to_start(),
    *,
    theme: str = "textual-dark",
    **options: Any,
) -> ReplayApp | TasteReplayApp:
    """Return the app of a recording that was read; nothing goes on by itself.

    Args:
        events: what happened.
        prepare: says where it is.
        theme: one of Textual's.
        options: more for the app.
    """
    film = film_of(events)
    kind = TasteReplayApp if is_tasting(film) else ReplayApp
    player = Player(film, clock=lambda: 0.0)
    player.is_playing = False
    prepare(player)
    return kind(
        Bridge(FakeSource()),  # never started: no thread
        player=lambda: player,
        reading=options.pop("reading", None) or Stopped(film),
        settings=Settings(theme=theme),
        **options,
    )


def write(path: Path, events: Iterable[Event], *, is_whole: bool = True) -> Path:
    """Write a recording to a file; return its path."""
    path.write_bytes(recording(events, is_whole=is_whole))
    return path
