"""What starting, ending and taking turns cost on the simulated machine.

Measured on two cores of a virtual machine, Linux, CPython 3.11, with ``chai-tui --json`` on a
recipe that waits: from ``seated`` to ``started``, between two seats, from ``served`` to ``exited``.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

MAX_SIMULATED_CORES = 256
SLOWEST, FASTEST = 0.1, 1_000.0
"""Simulated seconds for each of ours."""


class StartCosts(NamedTuple):
    """What a start method costs, in seconds.

    Attributes:
        first: until its own helper (the fork server) is ready; only the first start waits for it.
        each: of the parent's time that one start takes: the next one waits for it.
        birth: CPU seconds of the child until it reports for the first time.
        end: from the maker's last report until its process was joined.
        modules: how many the child has to import until it reports for the first time.
    """

    first: float
    each: float
    birth: float
    end: float
    modules: int


START_COSTS = {
    "forkserver": StartCosts(0.034, 0.0016, 0.0055, 0.001, 3),
    "spawn": StartCosts(0.0, 0.004, 0.042, 0.010, 158),
    "fork": StartCosts(0.0, 0.002, 0.012, 0.001, 20),
}
LOOP_BIRTH = 0.015
"""CPU seconds that importing asyncio adds to the birth of a station with an event loop."""
SHARED_BIRTH = 0.0003
"""Seconds to start a thread or a task at a station that is there."""
INTERPRETER_BIRTH = 0.024
"""Seconds to make an interpreter for one, with CPython 3.14."""
SHARED_END = 0.0001
"""Seconds to join one."""
DEATH = 0.001
"""Seconds from a signal that ends a process until it was joined."""
SWITCH_SECONDS = 0.005
"""After so long without the GIL a thread asks for it: ``sys.getswitchinterval()``, as ever."""
HANDOVER_SECONDS = 0.0002
"""In which nobody has it: four threads that compute reach 0.93 to 0.97 of the speed of one."""
SLICE_SECONDS = 0.004
"""In which nobody has it: four threads that compute reach 0.93 to 0.97 of what one does."""
UNHURRIED_SECONDS = 0.05
"""The longest stretch that is worked out at once where nobody wants what somebody has."""
CHURN_SECONDS = 0.0015
"""CPU seconds of C code between two moments at which a native step needs the GIL again."""
PROCESS_MEMORY = 3_400_000
"""Bytes that only a waiting maker's process has."""


def noisy(random: Random, seconds: float, share: float = 0.1) -> float:
    """Return about so many seconds: up to ``share`` of them more or less."""
    return seconds * random.uniform(1 - share, 1 + share)
