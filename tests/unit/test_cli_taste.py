"""What ``chai-tui taste`` is asked for, and what it makes of it; nothing is tasted."""

from __future__ import annotations

import io
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from chai_tui.__main__ import main
from chai_tui.cli import taste
from chai_tui.model.engine import Engine
from chai_tui.model.race_events import Judged, TasteBegan, TasteFailed
from chai_tui.model.tasting import RACING, TasteRequest
from chai_tui.recording.output import RecordingFile
from chai_tui.sources.taste import recipe_call
from chai_tui.state.floor import Floor
from chai_tui.views.tasting import TastingJson, TastingLines, exit_code, unexpected_text

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no tasting there")


class Asked:
    """Notes what would be tasted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.request: TasteRequest | None = None
        self.expected: Sequence[Engine] | None = None
        self.view = ""
        monkeypatch.setattr(taste, "_without_screen", self._lines)
        monkeypatch.setattr(taste, "_on_screen", self._screen)

    def _lines(
        self,
        request: TasteRequest,
        expected: Sequence[Engine] | None,
        _file: RecordingFile | None,
        *,
        as_json: bool,
    ) -> int:
        self.request, self.expected, self.view = request, expected, "json" if as_json else "lines"
        return 0

    def _screen(
        self,
        request: TasteRequest,
        expected: Sequence[Engine] | None,
        _file: RecordingFile | None,
        **_: object,
    ) -> int:
        self.request, self.expected, self.view = request, expected, "screen"
        return 0


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Asked]:
    monkeypatch.setenv("CHAI_TUI_CONFIG", str(tmp_path / "config"))
    (tmp_path / "config").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)

    def ask(arguments: str) -> Asked:
        told = Asked(monkeypatch)
        assert complaint(arguments) == ""
        assert told.request is not None
        return told

    return ask


def complaint(arguments: str) -> str:
    """Return what is said of a command; empty if it is done."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["taste", *shlex.split(arguments)])
    assert code == (2 if err.getvalue() else 0)
    return err.getvalue()


def request_of(asked: Asked) -> TasteRequest:
    """Return what would be tasted."""
    assert asked.request is not None
    return asked.request


def test_a_file_is_named_wholly_and_a_module_is_found_from_this_folder(
    asked: Callable[[str], Asked], tmp_path: Path
) -> None:
    of_file = request_of(asked("work.py:Shop.price")).load
    assert (of_file["path"], of_file["name"]) == (str(tmp_path / "work.py"), "Shop.price")
    of_module = request_of(asked("shop.prices:update")).load
    assert (of_module["module"], of_module["sys_path"]) == ("shop.prices", [str(tmp_path)])


def test_without_options_all_engines_race_and_every_call_is_the_same(
    asked: Callable[[str], Asked],
) -> None:
    told = asked("work.py:score")
    request = request_of(told)
    assert (request.engines, request.budget, request.timeout) == (RACING, 8.0, 60.0)
    assert (request.workers, request.python, told.expected) == (0, sys.executable, None)
    assert (request.load["args"], request.load["items"], told.view) == (None, None, "lines")


def test_arguments_and_items_go_to_the_runner_as_they_are(
    asked: Callable[[str], Asked], tmp_path: Path
) -> None:
    assert request_of(asked("w.py:f --arg 1 --arg '[2]'")).load["args"] == [1, [2]]
    assert request_of(asked("w.py:f --each 'range(64)'")).load["items"] == {"range": [0, 64, 1]}
    literal = request_of(asked("w.py:f --each '(1, b\"x\")'")).load["items"]
    assert literal == {"literal": '(1, b"x")'}
    (tmp_path / "docs.jsonl").write_text('"a"\n\n{"b": 1}\n')
    items = request_of(asked("w.py:f --items docs.jsonl")).load["items"]
    assert items == {"json": ["a", {"b": 1}]}


def test_every_option_is_taken(asked: Callable[[str], Asked]) -> None:
    told = asked(
        "w.py:f --budget 2.5 --workers 3 --timeout 4 --engines thread,process "
        "--expect process,thread --json"
    )
    request = request_of(told)
    assert (request.budget, request.workers, request.timeout) == (2.5, 3, 4.0)
    assert request.engines == (Engine.THREAD, Engine.PROCESS)
    assert told.expected == (Engine.THREAD, Engine.PROCESS)
    assert told.view == "json"


def test_the_interpreter_is_that_of_the_active_environment_unless_one_is_named(
    asked: Callable[[str], Asked], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "env"))
    assert request_of(asked("w.py:f")).python == str(python)
    named = request_of(asked(f"w.py:f --python {sys.executable}")).python
    assert named == sys.executable
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "gone"))
    assert request_of(asked("w.py:f")).python == sys.executable


def test_a_recipe_is_brewed_by_our_own_function_so_that_a_call_is_short(
    asked: Callable[[str], Asked],
) -> None:
    request = request_of(asked("grind"))
    assert request.load["module"] == recipe_call.__name__
    (steps,) = request.load["args"]
    assert sum(seconds for _, seconds in steps) == pytest.approx(recipe_call.CALL_SECONDS)
    assert request.scale == pytest.approx(recipe_call.CALL_SECONDS / 3)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("work.py", "work.py: expected the name of a function"),
        ("grnd", 'did you mean "grind"'),
        ("grnd", "or a function"),
        ("w.py:f --engines fast", "--engines: expected serial, asyncio, thread"),
        ("w.py:f --expect proces", 'did you mean "process"'),
        ("w.py:f --budget never", "expected a number"),
        ("w.py:f --workers 0", "expected a whole number from 1"),
        ("w.py:f --each 'f(2)'", "--each: expected a list"),
        ("w.py:f --arg tea", "--arg: expected JSON"),
        ("w.py:f --items no.jsonl", "no such file"),
        ("w.py:f --arg 1 --each [1]", "--arg and --each: expected one of them"),
        ("w.py:f --python /no/such", "--python: expected an interpreter"),
        ("w.py:f --plain --json", "--plain and --json: expected one of them"),
        ("w.py:f --plain --large", "--large: only for the screen"),
        ("grind --each [1]", "a recipe takes no --arg, --items or --each"),
        ("grind --python python3", "--python: only for a function"),
        ("", "TARGET"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    asked: Callable[[str], Asked], arguments: str, told: str
) -> None:
    del asked  # for its folder
    said = complaint(arguments)
    assert told in said
    assert said.count("\n") == 1


def test_every_example_of_its_help_can_be_called(
    asked: Callable[[str], Asked], tmp_path: Path
) -> None:
    (tmp_path / "paths.jsonl").write_text('"a"\n')
    out = io.StringIO()
    with redirect_stdout(out):
        assert main(["taste", "--help"]) == 0
    examples = re.findall(r"^ +chai-tui taste ((?: ?\S+)+)", out.getvalue(), re.MULTILINE)
    assert len(examples) == 5
    for example in examples:
        asked(example)


def test_the_exit_code_says_what_came_of_it() -> None:
    floor = Floor()
    assert exit_code(floor, None) == 1  # somebody left before there was a verdict
    floor.fold([Judged(1.0, 2, Engine.PROCESS, "faster", "Use processes.")])
    assert exit_code(floor, None) == 0
    assert exit_code(floor, [Engine.PROCESS, Engine.THREAD]) == 0
    assert exit_code(floor, [Engine.THREAD]) == 3
    assert unexpected_text(floor, [Engine.THREAD]) == "--expect: expected thread, found process"


@pytest.mark.parametrize(("is_usage", "code"), [(True, 2), (False, 1)])
def test_what_failed_and_what_was_asked_for_wrongly_have_codes_of_their_own(
    is_usage: bool, code: int
) -> None:
    floor = Floor()
    floor.fold([TasteFailed(1.0, "why", is_usage=is_usage)])
    assert exit_code(floor, [Engine.THREAD]) == code


@pytest.mark.parametrize("view", [TastingLines, TastingJson])
def test_what_failed_is_named_in_every_view(view: type[TastingLines | TastingJson]) -> None:
    out, err, floor = io.StringIO(), io.StringIO(), Floor()
    floor.fold(
        [
            TasteBegan(0.0, "work.py:fails", 2, RACING, 8.0),
            TasteFailed(1.0, "raises ValueError: no milk with item 5 (5)"),
        ]
    )
    view(out, err).close(floor, 0)
    said = err.getvalue().splitlines()[-1]
    assert said == "chai-tui: work.py:fails raises ValueError: no milk with item 5 (5)"


def test_no_verdict_is_not_what_was_expected() -> None:
    floor = Floor()
    floor.fold([Judged(1.0, None, None, "noisy", "Too noisy to say.")])
    assert exit_code(floor, None) == 0
    assert exit_code(floor, [Engine.THREAD]) == 3
    assert "found no verdict" in unexpected_text(floor, [Engine.THREAD])
