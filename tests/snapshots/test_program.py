"""Pictures of programs that are not ours, over floors made by hand."""

from __future__ import annotations

from collections.abc import Callable

from tests import program_floors
from tests.program_floors import still_program
from tests.still import pressing

Compare = Callable[..., bool]


def test_the_lesson_run_as_it_is(snap_compare: Compare) -> None:
    """Main joins three processes, each with its name, its function and what it said."""
    app = still_program(program_floors.lesson())
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing())


def test_threads_that_want_one_gil_beside_a_tree_of_processes(snap_compare: Compare) -> None:
    app = still_program(program_floors.training_beside_make())
    assert snap_compare(app, terminal_size=(120, 40), run_before=pressing())
