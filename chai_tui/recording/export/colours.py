"""The colours that the report and the picture are drawn in; pure."""

from __future__ import annotations

from typing import NamedTuple

from chai_tui.recording.export.account import Reason
from chai_tui.state.makers.records import State


class Colours(NamedTuple):
    """What is drawn on one ground, as ``#rrggbb``.

    Attributes:
        ground: behind everything.
        panel: behind what belongs together.
        ink: what is read.
        dim: what explains.
        line: lines between things.
        frame: the line round makers that share a process.
        good: of who was served.
        bad: of who failed, or was killed.
        halted: of who was stopped, or waits for a lock.
        step: a step that computes or calls.
        rest: a step that waits.
        on_core: a number on a core's colour.
        cores: eight; core 8 has the colour of core 0 again.
    """

    ground: str
    panel: str
    ink: str
    dim: str
    line: str
    frame: str
    good: str
    bad: str
    halted: str
    step: str
    rest: str
    on_core: str
    cores: tuple[str, ...]

    def core(self, number: int) -> str:
        """The colour of a core, the same as on the screens."""
        return self.cores[number % len(self.cores)]

    def state(self, state: State) -> str:
        """The colour of an end, or of a state."""
        if state in (State.SERVED, State.DONE):
            return self.good
        if state in (State.FAILED, State.KILLED):
            return self.bad
        return self.halted if state in (State.STOPPED, State.PAUSED, State.ENDED) else self.dim

    def reason(self, reason: Reason) -> str:
        """The colour of a reason to wait."""
        return self.dim if reason is Reason.CORE else self.halted

    def as_css(self) -> str:
        """The same as declarations: ``--ink:#1d1b26;…``."""
        named = self._asdict()
        cores = named.pop("cores")
        named |= {f"core-{number}": colour for number, colour in enumerate(cores)}
        return "".join(f"--{name.replace('_', '-')}:{colour};" for name, colour in named.items())


LIGHT = Colours(
    ground="#ffffff",
    panel="#f7f6f9",
    ink="#1f1c29",
    dim="#676372",
    line="#dfdce6",
    frame="#8d87a0",
    good="#17713a",
    bad="#b3261e",
    halted="#8a5a00",
    step="#d3cfdd",
    rest="#eeecf3",
    on_core="#ffffff",
    cores=(
        "#43209c", "#006b62", "#b0108a", "#24480c", "#0062b0", "#04702a", "#8a2be2", "#37475c",
    ),
)  # fmt: skip
DARK = Colours(
    ground="#16141d",
    panel="#1e1b27",
    ink="#e9e6f0",
    dim="#a09bae",
    line="#35313f",
    frame="#716b85",
    good="#63d188",
    bad="#ff7b72",
    halted="#e3b341",
    step="#4a4558",
    rest="#2b2735",
    on_core="#16141d",
    cores=(
        "#a593fa", "#2fc9b0", "#e67df2", "#b0e04e", "#7fd8fb", "#4fc24f", "#e3c2fb", "#86a83c",
    ),
)  # fmt: skip
