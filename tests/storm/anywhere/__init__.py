"""Anywhere people run it: each environment is made for real; ``python -m tests.storm anywhere``.

Every module here has ``KINDS``: a promise for each kind of environment.
"""

from __future__ import annotations

import importlib
import pkgutil

from tests.storm.promise import Promise


def kinds() -> tuple[Promise, ...]:
    """Return all promises about environments, sorted by name."""
    modules = [
        importlib.import_module(f"{__name__}.{found.name}")
        for found in pkgutil.iter_modules(__path__)
    ]
    found = [promise for module in modules for promise in getattr(module, "KINDS", ())]
    return tuple(sorted(found, key=lambda promise: promise.name))
