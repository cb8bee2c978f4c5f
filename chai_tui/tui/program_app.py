"""The app of a program that is not ours: the kitchen, with its processes for stations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from chai_tui.findings.evidence.finding import Finding
from chai_tui.findings.findings import Findings
from chai_tui.model.events import Event, Seated
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.tui.app import ChaiApp
from chai_tui.tui.common.bridge import Bridge
from chai_tui.tui.common.saving import plain_name


class ProgramApp(ChaiApp):
    """Shows a program that is run or watched."""

    def __init__(
        self,
        bridge: Bridge,
        *,
        code: Callable[[Floor], int],
        exit_when_over: bool = False,
        **options: Any,
    ) -> None:
        """Make the app.

        Args:
            bridge: to the source.
            code: returns the exit code of a run that nothing broke.
            exit_when_over: whether it leaves when every process has ended.
            options: as of :class:`ChaiApp`.
        """
        super().__init__(bridge, **options)
        self._code = code
        self._exit_when_served = exit_when_over
        self._expecting = True
        self._findings = Findings()
        self._found_untold: list[Finding] = []

    @property
    def found(self) -> Sequence[Finding]:
        """What was found so far, oldest first."""
        return self._findings.found

    def _fold_alone(self, events: Sequence[Event]) -> None:
        super()._fold_alone(events)
        self._found_untold += self._findings.take(events, self.floor)
        if self.ended:  # whoever is born meanwhile is ended as well
            born = {event.maker for event in events if isinstance(event, Seated)}
            self.ended |= born & self.floor.makers.keys()

    def _tell(self, events: Sequence[Event]) -> None:
        """Notify what nobody should miss: what was found, too."""
        untold, self._found_untold = self._found_untold, []
        for finding in untold:
            told = printable(f"Found: {finding.sentence}")
            self.kitchen.announce(told, "stopped")
            self._notify_where_no_log_is(told, "warning")
        super()._tell(events)

    # End

    def leave(self) -> None:
        """Leave; a program that we run is ended before, one that is watched is left alone."""
        if self.floor.run.source == "watch":
            self.exit()
        else:
            super().leave()

    def _note_ended(self) -> None:
        """Nobody is ended who is only watched."""
        super()._note_ended()
        if self.floor.run.source == "watch":
            self.ended = frozenset()

    def _who_is_ended(self) -> str:
        return "the program"

    @property
    def run_name(self) -> str:
        """``run-make``: what files that are saved are named after."""
        run = self.floor.run
        return f"{run.source}-{plain_name(run.program) or 'program'}"

    def _how_it_went(self) -> int:
        return self._code(self.floor)

    def last_words(self) -> list[str]:
        """Return how the program went, and what was found in it."""
        self._findings.end(self.floor)
        found = [printable(f"found: {each.sentence}") for each in self._findings.found]
        return [*super().last_words(), *found]
