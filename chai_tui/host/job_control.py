"""Who has the terminal: this job, or another of the same shell. Not on Windows."""

from __future__ import annotations

import errno
import os
import termios


def is_in_background(terminal: int) -> bool:
    """Whether another job than ours has a terminal now.

    Args:
        terminal: a descriptor of it. One that is not our controlling terminal knows no jobs.
    """
    try:
        return os.tcgetpgrp(terminal) != os.getpgrp()
    except OSError:
        return False


def wait_for_foreground(terminal: int) -> bool:
    """Have the system stop this job until it has a terminal, as any that wants one it has not.

    Call it with SIGTTOU at its default and not blocked. It asks for nothing but that output goes
    on, which changes nothing: terminal modes that were read before a stop are no longer the
    shell's wish after it.

    Args:
        terminal: a descriptor of it.

    Returns:
        Whether the job has it now; False where no shell is left that could bring it to the front.

    Raises:
        InterruptedError: a signal came whose handler was called.
    """
    try:
        termios.tcflow(terminal, termios.TCOON)
    except termios.error as error:
        if error.args[0] == errno.EINTR:
            raise InterruptedError from error
        return bool(error.args[0] != errno.EIO)
    return True
