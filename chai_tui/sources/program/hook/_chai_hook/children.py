"""Which command a child executes: it may be over before anybody can read that."""

from __future__ import annotations

from . import link
from .words import clipped

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from typing import Any

MOST_WORDS = 16
BETWEEN = "\0"
UNKNOWN = "…"


def patch_popen(module: Any) -> None:
    """Hear of the children that ``subprocess`` starts."""
    module.Popen.pid = _Pid()


class _Pid:
    """Stands for the number of a child: it is set when that has just been started.

    It is read past this, from the object itself, as ever.
    """

    def __set__(self, process: Any, pid: Any) -> None:
        process.__dict__["pid"] = pid
        if pid and link.state.is_on:
            link.guarded(_started, pid, process.__dict__.get("args"))

    def __delete__(self, process: Any) -> None:
        del process.__dict__["pid"]


def _started(pid: int, args: Any) -> None:
    if type(args) is str:  # with blanks in it, it is a shell's
        words = ["sh", "-c", args] if " " in args else [args]
    elif type(args) in (list, tuple):
        words = [_word(word) for word in args[:MOST_WORDS]]
    else:
        words = [_word(args)]
    if words and words[0] != UNKNOWN:
        link.tell("C", pid, BETWEEN.join(words))


def _word(word: Any) -> str:
    if type(word) is bytes:
        word = word.decode("utf-8", "replace")
    elif type(word).__module__.startswith("pathlib"):
        word = str(word)
    # Whatever else it is, the program's own code would have to say.
    return clipped(word) if type(word) is str else UNKNOWN
