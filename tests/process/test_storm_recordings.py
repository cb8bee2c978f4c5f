"""No recording breaks its reader: the storm's short form."""

from __future__ import annotations

from random import Random

from tests.storm.recordings import feed_recordings


def test_no_recording_breaks_its_reader() -> None:
    assert feed_recordings(40, Random(1))
