"""What a maker said before it died is told, with the right cause, whatever else goes on."""

from __future__ import annotations

from random import Random

from tests.process.ends import ENDS, LAST_WORDS
from tests.storm.driving import kitchen_drive
from tests.storm.promise import Force, Promise, require

AT_ONCE = 8
"""How many end at a time."""


def end_many(makers: int, random: Random) -> str:
    """Let makers end in every way, several at once; return the figures."""
    left = makers
    ways = dict.fromkeys(ENDS, 0)
    with kitchen_drive() as drive:
        while left > 0:
            names = random.choices(list(ENDS), k=min(AT_ONCE, left))
            seated = [(name, drive.add(ENDS[name].recipe)[0]) for name in names]
            drive.until_joined([maker for _, maker in seated])
            for name, maker in seated:
                end = ENDS[name]
                said = [line.text for line in maker.said]
                require(LAST_WORDS in said, f"{name}: its last words are lost, it said {said}")
                told = (maker.state, maker.exitcode)
                require(told == (end.state, end.exitcode), f"{name}: told as {told}")
                require(maker.cause.startswith(end.cause), f"{name}: {maker.cause}")
                ways[name] += 1
            drive.floor.forget_finished()
            left -= len(names)
    return f"{makers:,} ends of {sum(map(bool, ways.values()))} kinds told, no word lost"


def _storm(force: Force) -> str:
    return end_many(force.times(2_000, 24), force.random)


PROMISE = Promise("last-words", "what a maker said before it died is told", _storm)
