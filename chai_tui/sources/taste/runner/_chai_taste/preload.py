"""Imported by the fork server alone: the user's module, once for all of its workers."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys


def _preload() -> None:
    order = os.environ.pop("_CHAI_TASTE_PRELOAD", None)
    if order is None:
        return
    module, path, argv, python_path = json.loads(order)
    # What the function starts must not find what was only for us.
    del os.environ["PYTHONPATH"]
    if python_path is not None:
        os.environ["PYTHONPATH"] = python_path
    sys.path[:] = path
    sys.argv[:] = argv
    with contextlib.suppress(BaseException):  # a worker tells of it
        importlib.import_module("_chai_taste.subject.calls")
        importlib.import_module(module)
    sys.stdout.flush()  # or every worker would print it again


_preload()
