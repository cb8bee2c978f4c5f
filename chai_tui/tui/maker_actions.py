"""What keys do to a maker: stop, kill, pause, signal, brew again; some of it after a question."""

from __future__ import annotations

from collections.abc import Iterable

from chai_tui.model.commands import (
    BrewAgain,
    Command,
    KillMaker,
    PauseMaker,
    ResumeMaker,
    SignalMaker,
    StopMaker,
)
from chai_tui.model.events import Event, Exited, Paused, Resumed, Trouble
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker
from chai_tui.tui.common.bridge import Bridge
from chai_tui.tui.dialogs.confirmations import question, question_of_program, refusal
from chai_tui.tui.dialogs.signal_menu import meaning_of
from chai_tui.tui.shell.minimum_size import MinimumSizeApp

_SENDS: dict[type, str] = {
    StopMaker: "SIGTERM",
    KillMaker: "SIGKILL",
    PauseMaker: "SIGSTOP",
    ResumeMaker: "SIGCONT",
}


class MakerActions(MinimumSizeApp):
    """Acts on the maker that the shown screen is about: its ``number``, if it has one.

    Attributes:
        floor: who there is.
    """

    floor: Floor
    _bridge: Bridge
    _pauses_asked: dict[int, bool]

    def action_stop(self) -> None:
        """Ask the maker to stop."""
        if maker := self._aim():
            if maker.is_ours:
                self._bridge.submit(StopMaker(maker.number))
            else:
                self._submit_if_sure(StopMaker(maker.number), maker, "", "")

    def action_kill(self) -> None:
        """End the maker's process, after a question if others share it."""
        if maker := self._aim():
            self._submit_if_sure(KillMaker(maker.number), maker, "Kill", "end with it")

    def action_pause(self) -> None:
        """Pause the maker's process, after a question if others share it; or resume it."""
        maker = self._aim()
        if maker is None:
            return
        # What was asked for and not answered yet counts: a second press takes the first one back,
        # also while the display is frozen.
        if self._pauses_asked.get(maker.number, maker.paused):
            resume = ResumeMaker(maker.number)
            if maker.is_ours:
                self._submit(resume)
            else:
                self._submit_if_sure(resume, maker, "", "")
        else:
            self._submit_if_sure(PauseMaker(maker.number), maker, "Pause", "pause with it")

    def action_signal(self) -> None:
        """Ask which signal to send."""
        maker = self._aim()
        if maker is None:
            return
        from chai_tui.tui.dialogs.shown import SignalDialog  # noqa: PLC0415 - not for the first screen

        def send(number: int | None) -> None:
            if number is not None and (still := self._aim(maker.number)):
                command = SignalMaker(still.number, number)
                self._submit_if_sure(command, still, "Signal", "get the signal too")

        self.push_screen(SignalDialog(maker.name, self.floor.signals), send)

    def action_again(self) -> None:
        """Brew the maker's recipe again."""
        number = self._aimed_number()
        if number in self.floor.makers:
            self._bridge.submit(BrewAgain(number))
        else:
            self.refuse(refusal(None))

    def _aimed_number(self) -> int | None:
        """Whom the screen that is shown is about."""
        number: int | None = getattr(self.screen, "number", None)
        return number

    def _aim(self, number: int | None = None) -> Maker | None:
        """The maker to act on; None, and a word why, if nothing can be done to it."""
        number = self._aimed_number() if number is None else number
        maker = None if number is None else self.floor.makers.get(number)
        if why := refusal(maker):
            self.refuse(why)
            return None
        return maker

    def refuse(self, why: str) -> None:
        """Say why nothing was done."""
        self.notify(why, severity="warning", timeout=3, markup=False)

    def _submit_if_sure(self, command: Command, maker: Maker, doing: str, effect: str) -> None:
        """Submit at once, or after a yes where others share the maker's process."""
        if maker.is_ours:
            asked = question(self.floor, maker, doing, effect)
        else:
            signal = self._signal_sent_by(command)
            asked = question_of_program(self.floor, maker, signal, meaning_of(signal))
        if asked is None:
            self._submit(command)
            return
        from chai_tui.tui.dialogs.shown import ConfirmDialog  # noqa: PLC0415 - as above

        def answered(sure: bool | None) -> None:  # noqa: FBT001 - Textual passes it so
            if sure and self._aim(maker.number):
                self._submit(command)

        self.push_screen(ConfirmDialog(*asked), answered)

    def _signal_sent_by(self, command: Command) -> str:
        """The name of the signal that a command sends to a process that is not ours."""
        if isinstance(command, SignalMaker):
            return self.floor.signal_name(command.signal)
        return _SENDS.get(type(command), "")

    def _submit(self, command: Command) -> None:
        if isinstance(command, PauseMaker | ResumeMaker):
            self._pauses_asked[command.maker] = isinstance(command, PauseMaker)
        self._bridge.submit(command)

    def answered(self, events: Iterable[Event]) -> None:
        """Take in what was answered to pauses that were asked for."""
        for event in events:
            if isinstance(event, Paused | Resumed | Exited | Trouble) and event.maker is not None:
                self._pauses_asked.pop(event.maker, None)
