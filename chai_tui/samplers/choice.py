"""Which sampler looks at this system."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from chai_tui.samplers.protocol import Sampler


def make_sampler(
    cores: Sequence[int], *, tells_waits: bool = False, attach: bool = True
) -> Sampler:
    """Return the best sampler of this system.

    Args:
        cores: the numbers of those whose figures to report.
        tells_waits: whether it looks at programs that are not ours, and tells what their threads
            wait for, where the system does; who rests is left out of its samples then.
        attach: whether system calls and memory may be looked at for that.
    """
    if sys.platform == "linux":
        from chai_tui.samplers.linux import LinuxSampler  # noqa: PLC0415 - one of the two is enough

        if not tells_waits:
            return LinuxSampler(cores)
        from chai_tui.samplers.linux_program import ProgramSampler  # noqa: PLC0415 - as above

        return ProgramSampler(cores, attach=attach)
    else:  # noqa: RET505 - so that a type checker knows which systems it is about
        from chai_tui.samplers.portable import (  # noqa: PLC0415 - with psutil, 20 ms to import
            PortableSampler,
        )

        return PortableSampler(cores)
