"""Lets nobody look into its process, as programs do that know secrets."""

import ctypes
import sys

PR_SET_DUMPABLE = 4

if sys.platform == "linux":
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def busy() -> int:
    return sum(number * number for number in range(40_000))
