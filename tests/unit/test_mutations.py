"""The list of mutations fits the product as it is; ``python -m tests.mutations`` runs it."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from tests.mutations.edits import MUTATIONS
from tests.mutations.trial import ROOT, Mutation, StaleError, mutated


def test_what_a_mutation_replaces_is_there_once() -> None:
    stale = []
    for mutation in MUTATIONS:  # hundreds, which take less than a test each costs by itself
        assert mutation.old != mutation.new, mutation.what
        try:
            ast.parse(mutated(mutation))
        except (StaleError, SyntaxError) as why:
            stale.append(f"{mutation.what}: {why}")
    assert stale == []


def test_the_tests_that_are_about_them_are_there() -> None:
    for test in {test for mutation in MUTATIONS for test in mutation.tests}:
        file, *names = test.split("::")
        text = (ROOT / "tests" / file).read_text(encoding="utf-8")
        for name in names:
            assert f" {name.partition('[')[0]}" in text, test


def test_each_has_a_name_of_its_own() -> None:
    names = Counter(mutation.what for mutation in MUTATIONS)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("old", ["what no module says", "def "])
def test_a_stale_one_is_told(old: str) -> None:
    with pytest.raises(StaleError, match=r"it is old: state/floor\.py has \d+ times"):
        mutated(Mutation("it is old", "state/floor.py", old, "", ()))
