"""Events as JSON objects, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import cache
from itertools import repeat
from operator import itemgetter
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from chai_tui.model.events import EVENT_TYPES, Event
from chai_tui.model.recipe import Step, StepKind
from chai_tui.model.text import printable

JSON_NAMES: dict[type, str] = {
    kind: "".join("_" + c.lower() if c.isupper() else c for c in kind.__name__).lstrip("_")
    for kind in EVENT_TYPES
}
"""The ``event`` value of each type in JSON: ``StepBegan`` is ``step_began``."""
MOST_ITEMS = 100_000
"""In a list: no run has as many makers, or cores."""
MOST_TEXT = 100_000
"""Characters that are taken of a text: a report has a few thousand at most."""
MOST_WHOLE, MOST_FRACTION = 2**63, 1e15
"""What every whole number, and every other one, is smaller than: sums of them can be shown."""
_TYPES = {name: kind for kind, name in JSON_NAMES.items()}


def as_json(event: Event) -> dict[str, Any]:
    """Return the event as values that ``json.dumps`` takes; ``event`` and ``at`` come first."""
    return {"event": JSON_NAMES[type(event)], **_plain(event)}


def _plain(value: Any) -> Any:
    if isinstance(value, Step):
        return {"name": value.name, str(value.kind): value.seconds}
    if not isinstance(value, tuple):
        return value
    names = getattr(value, "_fields", None)
    if names is None:
        kind: type = type(value[0]) if value else NoneType
        of_each = getattr(kind, "_fields", None)
        if of_each is not None and _is_flat(kind):  # a sample has one for each maker
            return [dict(zip(of_each, part, strict=True)) for part in value]
        return [_plain(part) for part in value]
    return {name: _plain(part) for name, part in zip(names, value, strict=True)}


@cache
def _is_flat(kind: type) -> bool:
    """Whether a record has neither lists nor other records in it, and its own keys in JSON."""
    if kind is Step:
        return False
    hints = get_type_hints(kind).values()
    parts = [part for hint in hints for part in (get_args(hint) or (hint,))]
    return not any(
        get_origin(part) is tuple or (isinstance(part, type) and issubclass(part, tuple))
        for part in [*hints, *parts]
    )


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
    if not isinstance(value, dict | Mapping) or not isinstance(value.get("event"), str):
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
_NUMBERS = frozenset((int, float, bool, NoneType))


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


@cache
def _records_at_once(kind: type) -> Callable[[list[Any]], tuple[Any, ...] | None]:
    """Return what makes records of one type of a list of objects, column by column.

    A sample of a hundred makers is most of what a recording tells of a second. It returns None
    where a column has anything in it that needs a closer look.
    """
    hints = get_type_hints(kind)
    kinds = [frozenset(get_args(hint) or (hint,)) for hint in hints.values()]
    row_of = itemgetter(*hints)

    def read(value: list[Any]) -> tuple[Any, ...] | None:
        try:
            rows = [*map(row_of, value)]
        except (LookupError, TypeError):
            return None
        column: Iterable[Any]
        for column, allowed in zip(zip(*rows, strict=True), kinds, strict=True):
            there = {*map(type, column)}
            if not there <= allowed:
                return None
            if NoneType in there:
                column = [number for number in column if number is not None]  # noqa: PLW2901
            # One that is too great, infinite or no number makes the sum so.
            if not sum(map(abs, column)) < MOST_FRACTION:
                return None
        return (*map(tuple.__new__, repeat(kind), rows),)

    return read


def _tuple(*hints: Any) -> _Reader:
    at_once = _records_at_once(hints[0]) if _is_of_numbers(hints[0]) else None
    readers = [_reader(hint) for hint in hints if hint is not ...]
    is_endless = hints[-1] is ...

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or not (is_endless or len(value) == len(readers)):
            length = "a list" if is_endless else f"a list of {len(readers)}"
            raise _Unlike(f"expected {length}, found {_shown(value)}")
        if len(value) > MOST_ITEMS:
            raise _Unlike(f"expected at most {MOST_ITEMS:,}, found {len(value):,}")
        if is_endless:
            reader = readers[0]
            if at_once is not None and value and (found := at_once(value)) is not None:
                return found
            return tuple([reader(part) for part in value])
        return tuple(reader(part) for reader, part in zip(readers, value, strict=True))

    return read


def _is_of_numbers(hint: Any) -> bool:
    """Whether it is a record, and has nothing but numbers in it."""
    if not (isinstance(hint, type) and hasattr(hint, "_fields")):
        return False
    hints = get_type_hints(hint).values()
    return all(_NUMBERS.issuperset(get_args(part) or (part,)) for part in hints)


def _step(value: Any) -> Step:
    name = value.get("name") if isinstance(value, Mapping) else None
    kind = next((kind for kind in StepKind if isinstance(name, str) and kind in value), None)
    if kind is None:
        raise _Unlike(f"expected a step with its name and kind, found {_shown(value)}")
    return Step(printable(str(name)[:MOST_TEXT]), kind, _scalar(float)(value[kind]))


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
            is_usual = type(value) is float and -MOST_FRACTION < value < MOST_FRACTION
            return value if is_usual else _fraction(value)
        if kind is int and not -MOST_WHOLE < value < MOST_WHOLE:
            raise _Unlike(f"expected a smaller number, found {_shown(value)}")
        return printable(value[:MOST_TEXT]) if kind is str else value

    return read


def _fraction(value: float) -> float:
    if not -MOST_FRACTION < value < MOST_FRACTION:  # or it is no number
        is_infinite = not isinstance(value, int) and value - value != 0.0
        expected = "a finite number" if is_infinite else "a smaller number"
        raise _Unlike(f"expected {expected}, found {_shown(value)}")
    return float(value)


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
    return "\n".join(printable(line) for line in value[:MOST_TEXT].split("\n"))


def _shown(value: Any) -> str:
    return printable(f"{value!r:.60}")
