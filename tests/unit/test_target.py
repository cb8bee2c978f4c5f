"""Targets and items: what a command line says of a function, and what is wrong with it."""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chai_tui.config import target
from chai_tui.config.target import (
    Calls,
    Items,
    Target,
    TargetError,
    parse_arguments,
    parse_calls,
    parse_each,
    parse_target,
    read_items,
)

PATIENCE = 60.0
"""Seconds for a thread of ours to come to its turn, anywhere."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("work:resize", Target(None, "work", "resize")),
        ("package.module:Class.method", Target(None, "package.module", "Class.method")),
        ("work.py:resize", Target("work.py", None, "resize")),
        ("some/where/work.py:Class.method", Target("some/where/work.py", None, "Class.method")),
        (r"C:\x.py:f", Target(r"C:\x.py", None, "f")),
        ("odd:name.py:f", Target("odd:name.py", None, "f")),
        ("work.PY:f", Target("work.PY", None, "f")),
        ("wörk:größe", Target(None, "wörk", "größe")),
    ],
)
def test_a_target_names_a_file_or_a_module_and_a_function(text: str, expected: Target) -> None:
    assert parse_target(text) == expected
    assert str(parse_target(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "grind", "kadak.toml", "./grind", r"C:\recipes\kadak.toml", r"C:\kadak", "odd:name.toml"],
)
def test_a_recipe_is_no_target(text: str) -> None:
    assert parse_target(text) is None


def test_a_file_that_has_a_colon_in_its_name_is_no_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("work:resize").write_text("")
    assert parse_target("work:resize") is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("some/work.py", "some/work.py: expected the name of a function after it, as in work.py:f"),
        ("work.py:", '"work.py:": expected a function\'s name or Class.method'),
        ("work.py:<lambda>", 'found "<lambda>"'),
        ("work.py:f()", 'found "f()"'),
        (":f", '":f": expected package.module:function or path/to/file.py:function'),
        ("some/work:f", '"some/work:f": expected package.module:function or path'),
        ("work.py:\x1b[31m", "␛[31m"),
    ],
)
def test_what_names_no_function_is_told_in_one_line(text: str, problem: str) -> None:
    with pytest.raises(TargetError) as raised:
        parse_target(text)
    assert problem in str(raised.value)
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("range(64)", range(64)),
        (" range(-3, 0x10, 2) ", range(-3, 16, 2)),
        ("[1, 'two', {'three': None}]", [1, "two", {"three": None}]),
        ("(b'1',)", (b"1",)),
    ],
)
def test_each_takes_a_range_or_a_literal(text: str, values: object) -> None:
    items = parse_each(text)
    assert items.values == values
    assert items.kind == ("range" if isinstance(values, range) else "literal")
    assert pickle.loads(pickle.dumps(items)) == items  # noqa: S301 - our own


@pytest.mark.parametrize(
    "text",
    [
        "", "5", "'abc'", "{1, 2}", "{1: 2}", "[", "[" * 5_000, "range(1.5)", "range(True)",
        "range(1, 2, 0)", "range()", "range(n=3)", "range(*[3])", "range(2**70)", "list([1])",
        "__import__('os').abort()", "[__import__('os').abort()]", "range(__import__('os').abort())",
        "1" * 5_000, "x\0",
    ],
)  # fmt: skip
def test_each_evaluates_nothing_and_says_what_it_takes(text: str) -> None:
    with pytest.raises(TargetError, match="--each: expected a list, a tuple or range") as raised:
        parse_each(text)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("text", ["range(1000001)", "range(99999999999999999999999999)"])
def test_a_range_has_an_end(text: str) -> None:
    with pytest.raises(TargetError, match="at most 1,000,000 items"):
        parse_each(text)


@pytest.mark.parametrize("text", ["range(0)", "[]", "()"])
def test_there_is_at_least_one_item(text: str) -> None:
    with pytest.raises(TargetError, match="at least one item"):
        parse_each(text)


def test_items_come_from_a_file_of_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_bytes('\ufeff1\r\n\n"a\u2028b"\n[2, null]\n{"size": 3.5}'.encode())
    items = read_items(path)
    assert items == Items("json", [1, "a\u2028b", [2, None], {"size": 3.5}])
    assert len(items) == 4
    assert [items.item(number) for number in (0, 3, 4)] == [1, {"size": 3.5}, 1]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"1\nx\n", ':2: expected one JSON value a line, found "x" (column 1)'),
        (b"1\n\n2 3\n", ':3: expected one JSON value a line, found "2 3" (column 3)'),
        (b"NaN", "(NaN is no JSON)"),
        (b"[" * 200_000, "(nested too deeply)"),
        (b"9" * 9_000, "(a number of too many digits)"),
        (b"\n \n", "expected a JSON value a line, found none"),
        (b"\xff", "expected UTF-8 text, found something else at byte 0"),
    ],
)
def test_a_bad_file_of_items_is_told_with_its_line(
    content: bytes, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "items.jsonl"
    path.write_bytes(content)
    with pytest.raises(TargetError) as raised:
        read_items(path)
    assert str(raised.value).startswith(f"--items {path}:")
    assert problem in str(raised.value)
    assert not raised.value.is_usage


def test_a_file_of_items_must_be_there_and_be_one(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="no such file"):
        read_items(tmp_path / "none.jsonl")
    with pytest.raises(TargetError, match="expected a file, found a folder"):
        read_items(tmp_path)
    with pytest.raises(TargetError, match="no file can have this name"):
        read_items("a\0b")
    if os.path.exists("/dev/null"):  # noqa: PTH110 - as the option has it
        with pytest.raises(TargetError, match="found a device, pipe or socket"):
            read_items("/dev/null")


def piped(content: bytes) -> int:
    """Return the end of a pipe that holds this, and that nobody writes to any more."""
    reader, writer = os.pipe()
    os.write(writer, content)
    os.close(writer)
    return reader


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Put a descriptor in the place of standard input; it is closed in the end."""
    with contextlib.ExitStack() as stack:

        def put(descriptor: int) -> None:
            stream = stack.enter_context(open(descriptor, encoding="utf-8"))
            monkeypatch.setattr(sys, "stdin", stream)

        yield put


@pytest.mark.parametrize("path", ["-", "/dev/stdin", "/dev/fd/0"])
def test_items_come_from_standard_input(stdin: Callable[[int], None], path: str) -> None:
    stdin(piped(b'1\n\n"two"\n'))
    assert parse_calls(items_path=path).items.values == [1, "two"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"1\n2\nx\n", '<stdin>:3: expected one JSON value a line, found "x" (column 1)'),
        (b"", "<stdin>: expected a JSON value a line, found none"),
        (b"1\n2\n345\n", "<stdin>: expected at most 6 bytes, found more"),
    ],
)
def test_what_is_wrong_with_standard_input_is_told_with_its_line(
    stdin: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, content: bytes, problem: str
) -> None:
    monkeypatch.setattr(target, "MAX_ITEM_BYTES", 6)
    stdin(piped(content))
    with pytest.raises(TargetError) as raised:
        read_items("-")
    assert str(raised.value) == f"--items {problem}"
    assert not raised.value.is_usage


def test_standard_input_must_be_there_and_be_no_terminal(
    stdin: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(TargetError, match="<stdin>: expected a pipe or a file, found it closed"):
        read_items("-")
    if sys.platform != "win32":
        import pty

        keyboard, terminal = pty.openpty()
        stdin(terminal)
        with pytest.raises(TargetError, match="expected a pipe or a file, found a terminal"):
            read_items("-")
        os.close(keyboard)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such pipes on Windows")
def test_a_pipe_is_read_once_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def write() -> None:
        with path.open("w") as pipe:
            pipe.write("1\n")
            pipe.flush()
            pipe.write("2\n")

    threading.Thread(target=write, daemon=True).start()
    items = read_items(path)
    assert items.values == [1, 2]


@pytest.mark.skipif(not hasattr(os, "set_blocking"), reason="not on Windows")
def test_a_pipe_whose_reader_does_not_wait_is_waited_for(stdin: Callable[[int], None]) -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    stdin(reader)
    is_waiting = threading.Event()
    real = select.select

    def waiting(*args: Any) -> Any:
        is_waiting.set()
        return real(*args)

    def write() -> None:
        assert is_waiting.wait(PATIENCE)
        os.write(writer, b"1\n")
        os.close(writer)

    thread = threading.Thread(target=write, daemon=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(select, "select", waiting)
        thread.start()
        items = read_items("-")
    thread.join(PATIENCE)
    assert items.values == [1]
    assert is_waiting.is_set()


def test_a_file_of_items_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "MAX_ITEM_BYTES", 6)
    monkeypatch.setattr(target, "MAX_ITEMS", 2)
    path = tmp_path / "items.jsonl"
    path.write_text("1\n2\n3")
    with pytest.raises(TargetError, match="at most 2 items"):
        read_items(path)
    path.write_text("1\n2\n345")
    with pytest.raises(TargetError, match="at most 6 bytes"):
        read_items(path)


def test_arguments_are_json_and_one_call_has_them_all() -> None:
    calls = parse_calls(['"a"', "2", '{"b": [true]}'])
    assert calls == Calls(("a", 2, {"b": [True]}), Items())
    assert parse_calls() == Calls((), Items())
    assert len(Items()) == 0


def test_an_argument_that_is_no_json_is_told_with_what_it_may_have_meant() -> None:
    with pytest.raises(TargetError) as raised:
        parse_arguments(["hello"])
    assert str(raised.value) == (
        '--arg: expected JSON, found "hello" (column 1); a text needs its quotes: --arg \'"hello"\''
    )
    with pytest.raises(TargetError, match=r'found "\{\'a\': 1\}" \(column 2\)$'):
        parse_arguments(["{'a': 1}"])
    with pytest.raises(TargetError, match="at most 255"):
        parse_arguments(["1"] * 256)


def test_only_one_option_says_what_it_is_called_with() -> None:
    for given in (
        {"arguments": ["1"], "each": "range(3)"},
        {"items_path": "x", "each": "range(3)"},
        {"arguments": ["1"], "items_path": "x"},
    ):
        with pytest.raises(TargetError, match="expected one of them, found both"):
            parse_calls(**given)
    assert len(parse_calls(each="range(3)").items) == 3
