"""Events as JSON objects, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from chai_tui.model.events import EVENT_TYPES, Event
from chai_tui.model.recipe import Step, StepKind
from chai_tui.model.text import printable

JSON_NAMES: dict[type, str] = {
    kind: "".join("_" + c.lower() if c.isupper() else c for c in kind.__name__).lstrip("_")
    for kind in EVENT_TYPES
}
"""The ``event`` value of each type in JSON: ``StepBegan`` is ``step_began``."""
_TYPES = {name: kind for kind, name in JSON_NAMES.items()}


def as_json(event: Event) -> dict[str, Any]:
    """Return the event as values that ``json.dumps`` takes; ``event`` and ``at`` come first."""
    return {"event": JSON_NAMES[type(event)], **_plain(event)}


def _plain(value: Any) -> Any:
    if isinstance(value, Step):
        return {"name": value.name, str(value.kind): value.seconds}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: _plain(part) for name, part in zip(value._fields, value, strict=True)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def from_json(value: object) -> Event | None:
    """Return the event that an object of :func:`as_json` stands for.

    What this version does not know is passed over: keys of an event, and whole events. Texts are
    made safe to show, wherever they come from.

    Args:
        value: what ``json.loads`` made of it.

    Returns:
        None for an event that is unknown here.

    Raises:
        ValueError: it is no event, or one of its values is none that this event can have; the text
            is one line for a person, which names the key.
    """
    if not isinstance(value, Mapping) or not isinstance(value.get("event"), str):
        raise ValueError('expected an object with "event"')  # noqa: TRY004 - data, no argument
    kind = _TYPES.get(value["event"])
    if kind is None:
        return None
    try:
        event: Event = _record(kind)(value)
    except _Unlike as error:
        raise ValueError(f"{value['event']}: {error}") from None
    return event


class _Unlike(Exception):  # noqa: N818 - it never leaves this module
    """A value is not what its key holds."""


_Reader = Callable[[Any], Any]


@cache
def _record(kind: type) -> _Reader:
    """Return what makes a record of one type of an object."""
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}
    if "traceback" in readers:
        readers["traceback"] = _lines

    in_order = [(name, readers[name]) for name in kind._fields]  # type: ignore[attr-defined] # NamedTuple

    def read(value: Any) -> Any:
        try:  # as it nearly always is: every key is there, and holds what it should
            parts = [reader(value[name]) for name, reader in in_order]
        except (_Unlike, LookupError, TypeError):
            return read_carefully(value)
        return tuple.__new__(kind, parts)

    def read_carefully(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise _Unlike(f"expected an object, found {_shown(value)}")
        fields = {}
        for name, reader in readers.items():
            if name in value:
                try:
                    fields[name] = reader(value[name])
                except _Unlike as error:
                    raise _Unlike(f"{name}: {error}") from None
        try:
            return kind(**fields)
        except TypeError:
            missing = [name for name in readers if name not in fields]
            raise _Unlike(f"expected {', '.join(missing)}, found no such key") from None

    return read


@cache
def _reader(hint: Any) -> _Reader:
    """Return what makes a value of the type of a field."""
    if get_origin(hint) is UnionType:  # something, or None
        return _or_none(next(part for part in get_args(hint) if part is not type(None)))
    if get_origin(hint) is tuple:
        return _tuple(*get_args(hint))
    if hint is Step:
        return _step
    if isinstance(hint, type) and issubclass(hint, tuple):
        return _record(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _member(hint)
    return _scalar(hint)


def _tuple(*hints: Any) -> _Reader:
    readers = [_reader(hint) for hint in hints if hint is not ...]
    is_endless = hints[-1] is ...

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or not (is_endless or len(value) == len(readers)):
            length = "a list" if is_endless else f"a list of {len(readers)}"
            raise _Unlike(f"expected {length}, found {_shown(value)}")
        if is_endless:
            reader = readers[0]
            return tuple([reader(part) for part in value])
        return tuple(reader(part) for reader, part in zip(readers, value, strict=True))

    return read


def _step(value: Any) -> Step:
    name = value.get("name") if isinstance(value, Mapping) else None
    kind = next((kind for kind in StepKind if isinstance(name, str) and kind in value), None)
    if kind is None:
        raise _Unlike(f"expected a step with its name and kind, found {_shown(value)}")
    return Step(printable(str(name)), kind, _scalar(float)(value[kind]))


def _member(enum: type[StrEnum]) -> _Reader:
    def read(value: Any) -> StrEnum:
        if value not in tuple(enum):
            raise _Unlike(f"expected one of {', '.join(enum)}, found {_shown(value)}")
        return enum(value)

    return read


def _or_none(hint: Any) -> _Reader:
    reader = _reader(hint)

    def read(value: Any) -> Any:
        return None if value is None else reader(value)

    def read_float(value: Any) -> Any:
        is_usual = value is None or (type(value) is float and value - value == 0.0)
        return value if is_usual else reader(value)

    def read_int(value: Any) -> Any:
        return value if value is None or type(value) is int else reader(value)

    # Most of what is sampled is one of these: one call less for each.
    return {float: read_float, int: read_int}.get(hint, read)


def _scalar(kind: type) -> _Reader:
    # A whole number is a fraction too; a bool is no number.
    takes = (int, float) if kind is float else (kind,)

    def read(value: Any) -> Any:
        if type(value) not in takes:
            raise _Unlike(f"expected {_KIND_NAMES[kind]}, found {_shown(value)}")
        if kind is float:
            return value if type(value) is float and value - value == 0.0 else _finite(value)
        return printable(value) if kind is str else value

    return read


def _finite(value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if number - number != 0.0:  # neither infinite nor no number
        raise _Unlike(f"expected a finite number, found {_shown(value)}")
    return number


_KIND_NAMES = {
    float: "a number",
    int: "a whole number",
    str: "a text",
    bool: "true or false",
}


def _lines(value: Any) -> str:
    """A text of several lines."""
    if not isinstance(value, str):
        raise _Unlike(f"expected a text, found {_shown(value)}")
    return "\n".join(printable(line) for line in value.split("\n"))


def _shown(value: Any) -> str:
    return printable(f"{value!r:.60}")
