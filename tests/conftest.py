"""What all tests share."""

from __future__ import annotations

import sys

from hypothesis import HealthCheck, settings

# A loaded machine is no reason for a property to fail.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

# multiprocessing has every child run the parent's main module again; here that is pytest, 200 ms
# of imports that no maker needs. Without a file or a spec there is nothing to run.
_main = sys.modules["__main__"]
_main.__spec__ = None
if hasattr(_main, "__file__"):
    del _main.__file__
