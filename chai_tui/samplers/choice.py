"""Which sampler looks at this system."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from chai_tui.samplers.protocol import Sampler


def make_sampler(cores: Sequence[int]) -> Sampler:
    """Return the best sampler of this system.

    Args:
        cores: the numbers of those whose figures to report.
    """
    if sys.platform == "linux":
        from chai_tui.samplers.linux import LinuxSampler  # noqa: PLC0415 - one of the two is enough

        return LinuxSampler(cores)
    else:  # noqa: RET505 - so that a type checker knows which systems it is about
        from chai_tui.samplers.portable import (  # noqa: PLC0415 - with psutil, 20 ms to import
            PortableSampler,
        )

        return PortableSampler(cores)
