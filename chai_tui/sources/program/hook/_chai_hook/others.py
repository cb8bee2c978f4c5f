"""Tasks of pools that are not Python's own: of loky, which joblib has in it, and of Dask."""

from __future__ import annotations

import sys

from . import link
from .tasks import _began, _ended
from .words import dressed, name_of

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from typing import Any


def patch_loky(module: Any) -> None:
    """Hear of the tasks of loky's workers, which are processes."""
    call = module._CallItem.__call__.__code__  # noqa: SLF001
    worker = module._process_worker.__code__  # noqa: SLF001
    result = module._ResultItem  # noqa: SLF001
    original = result.__init__

    def take(self: Any) -> Any:
        called = self.__dict__["fn"]
        if link.state.is_on:
            caller = sys._getframe(1)  # noqa: SLF001
            if caller.f_code is call and caller.f_back and caller.f_back.f_code is worker:
                link.guarded(_call_began, called)
        return called

    def keep(self: Any, called: Any) -> None:
        self.__dict__["fn"] = called

    def begin(self: Any, *args: Any, **options: Any) -> None:
        if link.state.is_on:
            link.guarded(_ended, options.get("exception"))
        original(self, *args, **options)

    module._CallItem.fn = property(take, keep)  # noqa: SLF001
    result.__init__ = dressed(begin, original)


def _call_began(called: Any) -> None:
    _began(name_of(called))


def patch_dask_worker(module: Any) -> None:
    """Hear of the tasks of a worker of Dask's, which are in threads."""
    original = module._run_task_simple  # noqa: SLF001

    def _run_task_simple(task: Any, *args: Any, **options: Any) -> Any:
        if not link.state.is_on:
            return original(task, *args, **options)
        link.guarded(_call_began, getattr(task, "func", None) or task)
        outcome = original(task, *args, **options)  # an exception is in what it returns
        link.guarded(_outcome, outcome)
        return outcome

    module._run_task_simple = dressed(_run_task_simple, original)  # noqa: SLF001


def _outcome(outcome: Any) -> None:
    error = outcome.get("actual_exception") if type(outcome) is dict else None
    _ended(error if isinstance(error, BaseException) else None)
