"""The signals that a person may send: their numbers, names, and what they do in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class SignalChoice(NamedTuple):
    """One entry of the menu."""

    number: int
    name: str
    meaning: str


_MEANINGS = {
    "SIGHUP": "its terminal was closed",
    "SIGINT": "interrupts, as Ctrl-C does",
    "SIGQUIT": "ends it and leaves a core dump",
    "SIGILL": "as if it met a bad instruction",
    "SIGTRAP": "as if it met a breakpoint",
    "SIGABRT": "as if C code in it gave up",
    "SIGBUS": "as if it reached for missing memory",
    "SIGFPE": "as if it divided by zero",
    "SIGKILL": "ends it now; it cannot refuse",
    "SIGUSR1": "whatever the program made of it",
    "SIGSEGV": "as if it touched foreign memory",
    "SIGUSR2": "whatever the program made of it",
    "SIGPIPE": "as if nobody read its pipe",
    "SIGALRM": "as if its alarm went off",
    "SIGTERM": "asks it to end",
    "SIGCHLD": "as if a child of it had ended",
    "SIGCONT": "lets it run again",
    "SIGSTOP": "pauses it; it cannot refuse",
    "SIGTSTP": "pauses it, as Ctrl-Z does",
    "SIGTTIN": "as if it read the terminal from behind",
    "SIGTTOU": "as if it wrote there from behind",
    "SIGURG": "as if urgent data came",
    "SIGXCPU": "as if it used too much CPU time",
    "SIGXFSZ": "as if it wrote too large a file",
    "SIGVTALRM": "as if its CPU timer went off",
    "SIGPROF": "as if its profiling timer went off",
    "SIGWINCH": "as if its window changed",
    "SIGIO": "as if a file became ready",
    "SIGPWR": "as if the power failed",
    "SIGSYS": "as if it asked for what is forbidden",
    "SIGBREAK": "interrupts, as Ctrl-Break does",
}
_NO_MEANING = "no usual meaning"


def meaning_of(name: str) -> str:
    """Return what a signal does, in a few words: ``asks it to end``."""
    return _MEANINGS.get(name, f"has {_NO_MEANING}")


def signal_choices(signals: Iterable[tuple[int, str]]) -> list[SignalChoice]:
    """Return the entries of the menu, in the order of their numbers.

    Args:
        signals: number and name of those that there are.
    """
    return [
        SignalChoice(number, name, _MEANINGS.get(name, _NO_MEANING))
        for number, name in sorted(signals)
    ]


def matching(choices: Sequence[SignalChoice], typed: str) -> list[SignalChoice]:
    """Return the choices that fit what was typed: a number's beginning or a part of a name.

    An exact number or name comes first, ``9`` before ``19``.
    """
    typed = typed.strip().upper()
    if not typed:
        return list(choices)
    if typed.isdecimal():
        found = [choice for choice in choices if str(choice.number).startswith(typed)]
        return sorted(found, key=lambda choice: str(choice.number) != typed)
    found = [choice for choice in choices if typed in choice.name]
    return sorted(found, key=lambda choice: choice.name not in (typed, f"SIG{typed}"))


def preselected(choices: Sequence[SignalChoice], *, typed: str) -> int | None:
    """Return the index to stand at: SIGTERM until something is typed; None without choices."""
    if not choices:
        return None
    if typed.strip():
        return 0
    return next((index for index, choice in enumerate(choices) if choice.name == "SIGTERM"), 0)
