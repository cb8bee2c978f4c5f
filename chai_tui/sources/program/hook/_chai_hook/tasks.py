"""Tasks of pools: which one a worker does, and what it raised.

Of Python's own pools, of loky's, which joblib has in it, and of Dask's.

Nothing of ours stays on the stack of a worker that waits for its next task, so that a traceback
from there looks as it always does.
"""

from __future__ import annotations

import sys

from . import link, slate
from .words import dressed, error_line, mapped, name_of

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from typing import Any


def _began(called: Any) -> None:
    slate.tell("J", link.thread_id(), name_of(called), 0)


def _ended(error: BaseException | None = None) -> None:
    if error is None:
        slate.tell("K", link.thread_id(), "", 0)
        return
    # What a pool sends back holds the exception, wrapped with its traceback.
    error = getattr(error, "exc", None) if not isinstance(error, BaseException) else error
    slate.tell("K", link.thread_id(), error_line(error) if error is not None else "an exception", 0)


def patch_thread_pool(module: Any) -> None:
    """Hear of the tasks of a ``ThreadPoolExecutor``."""
    item = module._WorkItem  # noqa: SLF001
    original = item.run

    def run(self: Any, *args: Any) -> None:
        if not link.state.is_on:
            original(self, *args)
            return
        link.guarded(_item_began, self)
        original(self, *args)
        link.guarded(_item_ended, self)

    item.run = dressed(run, original)


def _item_began(item: Any) -> None:
    called = getattr(item, "fn", None)
    if called is None:
        called = item.task[0]  # of Python 3.14
    _began(called)


def _item_ended(item: Any) -> None:
    _ended(getattr(item.future, "_exception", None))


def patch_process_pool(module: Any) -> None:
    """Hear of the tasks of a ``ProcessPoolExecutor``, in its workers."""
    send = module._sendback_result  # noqa: SLF001
    worker = module._process_worker.__code__  # noqa: SLF001

    def _sendback_result(*args: Any, **options: Any) -> None:
        if link.state.is_on:
            link.guarded(_ended, options.get("exception"))
        send(*args, **options)

    def take(self: Any) -> Any:
        called = self.__dict__["fn"]
        if link.state.is_on and sys._getframe(1).f_code is worker:  # noqa: SLF001
            link.guarded(_call_began, called, self.__dict__.get("args"))
        return called

    def keep(self: Any, called: Any) -> None:
        self.__dict__["fn"] = called

    module._sendback_result = dressed(_sendback_result, send)  # noqa: SLF001
    module._CallItem.fn = property(take, keep)  # noqa: SLF001


def _call_began(called: Any, args: Any) -> None:
    _began(mapped(called, args))


class _Inbox:
    """Stands for the queue of tasks of a pool of threads, to its workers."""

    def __init__(self, queue: Any) -> None:
        self.get = _telling_get(queue.get)


class _Outbox:
    """Stands for the queue of its results."""

    def __init__(self, queue: Any) -> None:
        self.put = _telling_put(queue.put)


def _telling_get(get: Any) -> Any:
    # All of it is C but for what looks at the task: while it waits we are not on the stack.
    return map(_taken, iter(get, object())).__next__


def _taken(task: Any) -> Any:
    if link.state.is_on and type(task) is tuple and len(task) == 5:
        link.guarded(_call_began, task[2], task[3])
    return task


def _telling_put(put: Any) -> Any:
    def telling_put(result: Any) -> None:
        if link.state.is_on and type(result) is tuple and len(result) == 3:
            is_fine, value = result[2]
            link.guarded(_ended, None if is_fine else value)
        put(result)

    return telling_put


def watch_worker(process: Any) -> None:
    """Hear of the tasks of a ``multiprocessing.Pool``, if this process is a worker of one."""
    if _is_worker(process):
        inbox, outbox = process._args[:2]  # noqa: SLF001
        get = inbox.get
        # Waiting for the next task is no news; then nothing of ours is on the stack.
        get = getattr(get, "__wrapped__", get.__func__).__get__(inbox)
        inbox.get, outbox.put = _telling_get(get), _telling_put(outbox.put)


def watch_thread(thread: Any) -> None:
    """Hear of the tasks of a ``ThreadPool``, if this thread is a worker of one."""
    if _is_worker(thread):
        inbox, outbox, *rest = thread._args  # noqa: SLF001
        thread._args = (_Inbox(inbox), _Outbox(outbox), *rest)  # noqa: SLF001


def _is_worker(started: Any) -> bool:
    module = sys.modules.get("multiprocessing.pool")
    target = getattr(started, "_target", None)
    return target is not None and target is getattr(module, "worker", None)


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
                link.guarded(_began, called)
        return called

    def keep(self: Any, called: Any) -> None:
        self.__dict__["fn"] = called

    def begin(self: Any, *args: Any, **options: Any) -> None:
        if link.state.is_on:
            link.guarded(_ended, options.get("exception"))
        original(self, *args, **options)

    module._CallItem.fn = property(take, keep)  # noqa: SLF001
    result.__init__ = dressed(begin, original)


def patch_dask_worker(module: Any) -> None:
    """Hear of the tasks of a worker of Dask's, which are in threads."""
    original = module._run_task_simple  # noqa: SLF001

    def _run_task_simple(task: Any, *args: Any, **options: Any) -> Any:
        if not link.state.is_on:
            return original(task, *args, **options)
        link.guarded(_began, getattr(task, "func", None) or task)
        outcome = original(task, *args, **options)  # an exception is in what it returns
        link.guarded(_outcome, outcome)
        return outcome

    module._run_task_simple = dressed(_run_task_simple, original)  # noqa: SLF001


def _outcome(outcome: Any) -> None:
    error = outcome.get("actual_exception") if type(outcome) is dict else None
    _ended(error if isinstance(error, BaseException) else None)
