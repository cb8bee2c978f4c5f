"""The installed files go, or others come in their place, while it runs."""

from __future__ import annotations

import sys

import pytest

if sys.platform != "linux":
    pytest.skip("elsewhere files in use stay", allow_module_level=True)

from tests.storm.anywhere.replaced_files import be_replaced, go, go_on_with_lines


def test_a_maker_whose_files_are_gone_says_so() -> None:
    go_on_with_lines(go, "--plain")


def test_a_maker_of_another_version_is_not_begun() -> None:
    go_on_with_lines(be_replaced, "--json")
