"""The command palette, for who types quicker than it finds."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.widgets import Input
from textual.worker import Worker


class PatientPalette(CommandPalette):
    """Takes the first hit of what was typed, never one of what was shown before.

    Textual's own runs what is on top when Enter is pressed: where the search for the last letters
    still runs, that is the first hit of the letters before, which nobody meant. And when it is done
    it takes away whatever screen is on top, which may be one that covers it by now.
    """

    _entered = False
    """Whether Enter waits for the search."""
    _is_done = False
    """Whether it leaves as soon as nothing covers it."""

    @property
    def _searches(self) -> bool:
        return any(worker.node is self and not worker.is_finished for worker in self.workers)

    @on(Input.Submitted)
    def _wait_for_hits(self, event: Input.Submitted) -> None:
        """Let Enter wait while there is a search."""
        if self._searches:
            event.stop()
            event.prevent_default()  # what Textual's palette does with it
            self._entered = True

    async def on_worker_state_changed(self, _event: Worker.StateChanged) -> None:
        """Let Enter act when the search is over; one that replaced it is waited for too."""
        if self._entered and not self._searches:
            self._entered = False
            await self.query_one(Input).action_submit()

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Leave, now or when whatever covers it is gone."""
        if self.is_active:
            return super().dismiss(result)
        self._is_done = True
        nothing: AwaitComplete = AwaitComplete.nothing()  # type: ignore[no-untyped-call]
        return nothing

    def on_screen_resume(self) -> None:
        """Leave if that was put off."""
        if self._is_done and self.is_active:
            self.dismiss()
