"""What the end of a maker means, in a sentence or two for a person; pure."""

from __future__ import annotations

from chai_tui.explain.program.ends import exited_line, meaning_of_programs_end
from chai_tui.model.events import Exited
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, State

_SIGNAL_MEANINGS = {
    "SIGHUP": "its terminal was closed, or somebody said so",
    "SIGINT": "somebody interrupted it, as Ctrl-C does",
    "SIGILL": "it ran into an instruction that this processor does not have",
    "SIGABRT": "C code in it found something so wrong that it gave up",
    "SIGBUS": "it reached for memory that cannot be reached, often a mapped file that shrank",
    "SIGFPE": "C code in it calculated something impossible, such as a division by zero",
    "SIGSEGV": (
        "it reached for memory that is not its own (a segmentation fault): "
        "the mistake is in C code, or in Python code that calls C by hand"
    ),
    "SIGPIPE": "it wrote to a pipe that nobody reads any more",
    "SIGALRM": "an alarm it had set went off, and nothing handled it",
    "SIGXCPU": "it used more CPU time than its limit allows",
    "SIGXFSZ": "it wrote a larger file than its limit allows",
    "SIGTRAP": "it ran into a breakpoint, and no debugger was there",
    "SIGSYS": "it asked the system for something that is forbidden to it",
}


def join_line(event: Exited, floor: Floor) -> str:
    """Return the join that revealed an end: ``#2 joined, exit code −9``.

    Args:
        event: the end.
        floor: the state after it; of a maker that it does not know the line says less.
    """
    if floor.run.is_program:
        return exited_line(event, floor)  # who joins whom there is not told by its end
    maker = floor.makers.get(event.maker)
    code = exit_code_text(event.exitcode)
    if maker is None or not maker.engine.shares_station:
        return f"#{event.maker} joined, {code}"
    if event.exitcode == 0 and not ended_with_its_process(maker):
        return f"#{event.maker} joined"  # a thread or a task has no exit code
    return f"#{event.maker} joined with its process, {code}"


def exit_code_text(exitcode: int | None) -> str:
    """Return ``exit code −9``; ``exit code unknown`` where the system lost it."""
    return "exit code unknown" if exitcode is None else f"exit code {exitcode}".replace("-", "−")


def ended_with_its_process(maker: Maker) -> bool:
    """Whether a maker that shared a process ended because that did, not by itself."""
    if not maker.engine.shares_station or not maker.joined:
        return False
    said_its_end = maker.served_at is not None or maker.gave_up or maker.error is not None
    return maker.exitcode != 0 or not said_its_end


def meaning_of_end(maker: Maker) -> str:
    """Return what the end of a maker means, in a sentence or two; empty while it runs."""
    if not maker.joined:
        return ""
    if maker.ended_by_pool:
        return "Pool.terminate() ends its workers with SIGTERM; leaving a `with Pool()` calls it."
    if maker.end_signal is not None:
        return _meaning_of_signal(maker, maker.end_signal)
    if not maker.is_ours:
        return meaning_of_programs_end(maker)
    if maker.engine.shares_station:
        return _meaning_at_shared_station(maker)
    return _meaning_of_exit_code(maker)


def _meaning_of_signal(maker: Maker, name: str) -> str:
    asked = maker.stopping is not None
    match name:
        case "SIGKILL" if maker.signal_was_ours and asked:
            text = "It did not stop when asked, so SIGKILL followed, which nothing can refuse."
        case "SIGKILL" if maker.signal_was_ours:
            text = "It was killed here, with SIGKILL: nothing can refuse it or clean up after it."
        case "SIGTERM" if not maker.is_ours and not maker.signal_was_ours:
            text = "It was asked to stop with SIGTERM: by its parent, or by somebody else."
        case "SIGKILL":
            text = (
                "SIGKILL came from outside. Somebody sent it, or the system did: "
                "it does so when memory runs out."
            )
        case "SIGTERM" if maker.signal_was_ours:
            text = "It was asked to stop with SIGTERM, and ended at once: no finally block ran."
        case "SIGTERM":
            text = "SIGTERM came from outside: somebody asked it to stop."
        case _ if maker.signal_was_ours:
            text = f"It was sent {name} from here, and that ended it."
        case _:
            meaning = _SIGNAL_MEANINGS.get(name, "it came from outside, and nothing handled it")
            text = f"{name[0].upper()}{name[1:]} ended it: {meaning}."
    if maker.engine.shares_station and not maker.is_ours:
        text += " Every thread of its process ended with it."
    elif maker.engine.shares_station:
        text += " Everyone who shared its process ended with it."
    return text


def _meaning_at_shared_station(maker: Maker) -> str:
    """A thread or a task has no exit code: what it said itself is all there is."""
    match maker.state:
        case State.SERVED:
            return "It followed its recipe to the end and was joined."
        case State.STOPPED:
            return "It was asked to stop and did so itself: a thread cannot be killed."
        case _ if maker.error is not None and maker.exitcode == 0:
            return "It raised an exception that nobody caught; those who share its process go on."
    text = _meaning_of_exit_code(maker)
    return f"{text} Everyone who shared its process ended with it."


def _meaning_of_exit_code(maker: Maker) -> str:
    if maker.exitcode is None:
        return "Nobody could read its exit code: who started it (the fork server) ended before it."
    if maker.exitcode == 0:
        if maker.state is State.SERVED:
            return "It followed its recipe to the end: exit code 0 says that all went well."
        return (
            "It ended itself before its recipe was done and called that a success: "
            "sys.exit(0) or os._exit(0) does so."
        )
    if maker.exitcode == 1 and maker.error is not None:
        return (
            "It raised an exception that nobody caught: "
            "Python then ends the process with exit code 1."
        )
    if maker.exitcode == 1:
        return (
            "Exit code 1 is what Python gives after an exception that nobody caught; "
            "sys.exit(1) says the same."
        )
    code = maker.exitcode
    return (
        f"It ended itself with sys.exit({code}) or os._exit({code}); what {code} means is its own."
    )
