"""Sending a signal to a process, and to nobody who has its number by now."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable


def deliver(pid: int, number: int, is_still: Callable[[int], bool]) -> str:
    """Send a signal.

    Args:
        pid: whom it is meant for.
        number: which.
        is_still: whether the pid is that one's own at the moment.

    Returns:
        Why it could not be sent, in words; empty if it was.
    """
    descriptor = -1
    try:
        if sys.platform == "linux":
            try:
                descriptor = os.pidfd_open(pid)
            except ProcessLookupError:
                raise
            except OSError:  # an older kernel, a sandbox, or no descriptor is left
                pass
        # Whoever has the number now keeps it as far as the descriptor goes.
        if not is_still(pid):
            return "it has ended"
        if sys.platform == "linux" and descriptor >= 0:
            signal.pidfd_send_signal(descriptor, number)
        else:
            os.kill(pid, number)
    except ProcessLookupError:
        return "it has ended"
    except PermissionError:
        return "it is another user's"
    except (OSError, ValueError, OverflowError) as error:
        return str(error)
    finally:
        if descriptor >= 0:
            os.close(descriptor)
    return ""
