"""Commands are records: told apart by type and fields, and never changed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from chai_tui.model.commands import Command

KINDS: tuple[Any, ...] = Command.__args__


def _numbered(kind: Any, first: int = 0) -> Any:
    """A command of this type whose fields count up from ``first``."""
    return kind(*range(first, first + len(fields(kind))))


@pytest.mark.parametrize("kind", KINDS)
def test_commands_are_equal_by_type_and_fields(kind: Any) -> None:
    command = _numbered(kind)
    assert command == _numbered(kind)
    assert hash(command) == hash(_numbered(kind))
    assert command != _numbered(kind, 1) or not fields(kind)
    assert command != tuple(range(len(fields(kind))))
    for other in KINDS:
        assert other is kind or command != _numbered(other)


@pytest.mark.parametrize("kind", KINDS)
def test_a_command_cannot_be_changed(kind: Any) -> None:
    command = _numbered(kind)
    for field in fields(kind):
        with pytest.raises(FrozenInstanceError):
            setattr(command, field.name, 7)
    assert not hasattr(command, "__dict__")
