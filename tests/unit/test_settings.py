"""Settings: what is good holds, what is bad is told, and nothing is ever raised."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings

from chai_tui.config.settings import (
    MAX_MAKERS,
    PATH_VARIABLE,
    Settings,
    check_names,
    first_start,
    load_settings,
    settings_path,
    state_folder,
)
from chai_tui.model.engine import Engine
from chai_tui.model.text import printable
from chai_tui.tui.keys.key_names import key_name
from tests.unit.any_input import settings_files

KITCHEN = {"add": "a,plus", "stop": "k"}
ZOOM = {"find": "n"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def load(path: Path, content: str) -> tuple[Settings, list[str]]:
    """The settings in a file, and its warnings without the file's name, which must come first."""
    path.write_text(content, encoding="utf-8")
    loaded, warnings = load_settings(path)
    assert all(warning.startswith(f"{path}: ") for warning in warnings)
    return loaded, [warning.removeprefix(f"{path}: ") for warning in warnings]


def test_without_a_file_nothing_is_settled_and_nothing_is_told(path: Path) -> None:
    assert load_settings(path) == (Settings(path=path), [])
    assert load_settings(path / "deeper" / "config.toml")[1] == []


def test_every_setting_is_read(path: Path) -> None:
    loaded, warnings = load(
        path,
        """
        theme = "nord"
        [defaults]
        recipe = "masala"
        makers = 4
        engine = "thread"
        start_method = "spawn"
        [keys]
        add = "a, plus"
        stop = "x"
        """,
    )
    assert warnings == []
    assert loaded == Settings(
        theme="nord",
        recipe="masala",
        makers=4,
        engine=Engine.THREAD,
        start_method="spawn",
        keys=MappingProxyType({"add": "a,plus", "stop": "x"}),
        path=path,
    )


def test_a_recipe_file_is_looked_for_beside_the_settings(path: Path, tmp_path: Path) -> None:
    loaded, _ = load(path, "defaults.recipe = 'kadak.toml'")
    assert loaded.recipe == str(tmp_path / "kadak.toml")
    elsewhere = tmp_path / "elsewhere" / "kadak.toml"
    loaded, _ = load(path, f"defaults.recipe = '{elsewhere}'")
    assert loaded.recipe == str(elsewhere)
    loaded, _ = load(path, "defaults.recipe = '~/kadak.toml'")
    assert loaded.recipe == os.path.expanduser("~/kadak.toml").replace("/", os.sep)  # noqa: PTH111


@pytest.mark.parametrize(
    ("content", "warning"),
    [
        ("theme = 3", "theme: expected the name of a theme, found 3"),
        ("theme = ''", 'theme: expected the name of a theme, found ""'),
        (
            "tehme = 'nord'",
            'tehme: unknown key, expected theme, defaults or keys; did you mean "theme"?',
        ),
        ("defaults = 3", "defaults: expected a table [defaults], found 3"),
        ("keys = []", "keys: expected a table [keys], found a list"),
        (
            "[defaults]\nengin = 3",
            "defaults.engin: unknown key, expected recipe, makers, engine or start_method"
            '; did you mean "engine"?',
        ),
        *(
            (
                f"[defaults]\nmakers = {makers}",
                f"defaults.makers: expected a whole number from 1 to 10000, found {shown}",
            )
            for makers, shown in {
                "0": "0",
                "-1": "-1",
                "10001": "10001",
                "3.5": "3.5",
                "nan": "nan",
                "true": "true",
                "'3'": '"3"',
            }.items()
        ),
        (
            "[defaults]\nengine = 'tread'",
            "defaults.engine: expected process, thread, asyncio, serial or interpreter, "
            'found "tread"; did you mean "thread"?',
        ),
        (
            "[defaults]\nengine = ['thread']",
            "defaults.engine: expected process, thread, asyncio, serial or interpreter, "
            "found a list",
        ),
        (
            "[defaults]\nstart_method = 'frok'",
            'defaults.start_method: expected forkserver, spawn or fork, found "frok"; '
            'did you mean "fork"?',
        ),
        (
            "[defaults]\nrecipe = 3",
            "defaults.recipe: expected the name of a recipe or the path of a TOML file, found 3",
        ),
        ("[keys]\nadd = 3", 'keys.add: expected keys such as "a" or "a,plus", found 3'),
        ("[keys]\nadd = ''", 'keys.add: expected keys such as "a" or "a,plus", found ""'),
        ("[keys]\nadd = 'a,,b'", 'keys.add: expected keys such as "a" or "a,plus", found "a,,b"'),
        ("[keys]\nadd = 'a b'", 'keys.add: expected keys such as "a" or "a,plus", found "a b"'),
        ('[keys]\nadd = "\\u001b"', 'keys.add: expected keys such as "a" or "a,plus", found "␛"'),
        ("theme =", "expected TOML, found: Invalid value (at end of document)"),
        (f"{'a.' * 400_000}a = 1", "expected keys of fewer than 16 parts, found more"),
    ],
)
def test_a_bad_value_is_left_out_and_told(path: Path, content: str, warning: str) -> None:
    loaded, warnings = load(path, content)
    assert warnings == [warning]
    assert loaded == Settings(path=path, keys=loaded.keys)
    assert loaded.keys == {}


def test_the_good_values_beside_bad_ones_hold(path: Path) -> None:
    loaded, warnings = load(
        path,
        "theme = 'nord'\nx = 1\n[defaults]\nmakers = 7\nengine = 'x'\n[keys]\nq = 0\nadd = 'b'",
    )
    assert len(warnings) == 3
    assert loaded == Settings(
        theme="nord", makers=7, keys=MappingProxyType({"add": "b"}), path=path
    )


def test_a_folder_in_the_files_place_is_told(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == (
        Settings(path=tmp_path),
        [f"{tmp_path}: expected a file, found a folder"],
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_a_pipe_in_the_files_place_does_not_hang(path: Path) -> None:
    os.mkfifo(path)
    assert len(load_settings(path)[1]) == 1


def test_names_that_only_the_screen_knows_are_checked_there(path: Path) -> None:
    loaded, _ = load(path, "theme = 'nrod'\n[keys]\nadd = 'b'\nad = 'c'\n\"[x]\" = 'd'")
    checked, warnings = check_names(
        loaded, screens=[KITCHEN], themes={"nord", "dracula"}, key_name=key_name
    )
    assert checked == Settings(keys=MappingProxyType({"add": "b"}), path=path)
    assert warnings == [
        f'{path}: theme: expected dracula or nord, found "nrod"; did you mean "nord"?',
        f'{path}: keys.ad: unknown key, expected add or stop; did you mean "add"?',
        f"{path}: keys.[x]: unknown key, expected add or stop",
    ]
    assert check_names(checked, screens=[KITCHEN], themes=set(), key_name=key_name) == (checked, [])


@pytest.mark.parametrize(
    ("keys", "held", "warning"),
    [
        (
            {"add": "a,b", "stop": "b"},
            {"add": "a,b"},
            'keys.stop: key "b" is taken by keys.add',
        ),
        ({"add": "k"}, {}, 'keys.add: key "k" is taken by keys.stop'),
        ({"add": "Ctrl+X"}, {"add": "ctrl+x"}, None),
        ({"add": "+, plus"}, {"add": "plus,plus"}, None),
        (
            {"add": "b,contrl+x"},
            {},
            'keys.add: expected keys such as "a", "f5" or "ctrl+x", found "contrl+x"',
        ),
        ({"add": "k", "stop": "a"}, {"add": "k", "stop": "a"}, None),
        ({"add": "a,k", "stop": "x"}, {"add": "a,k", "stop": "x"}, None),
        ({"add": "n"}, {"add": "n"}, None),  # only the other screen has that one
        ({"add": "b", "find": "b"}, {"add": "b", "find": "b"}, None),
    ],
)
def test_a_key_has_one_meaning_on_each_screen(
    path: Path, keys: dict[str, str], held: dict[str, str], warning: str | None
) -> None:
    settled = Settings(path=path, keys=MappingProxyType(keys))
    checked, warnings = check_names(
        settled, screens=[KITCHEN, ZOOM], themes=set(), key_name=key_name
    )
    assert checked.keys == held
    assert warnings == ([] if warning is None else [f"{path}: {warning}"])


def test_who_falls_back_gets_its_own_key_even_if_another_was_given_it(path: Path) -> None:
    settled = Settings(path=path, keys=MappingProxyType({"add": "k", "stop": "nosuchkey"}))
    checked, warnings = check_names(settled, screens=[KITCHEN], themes=set(), key_name=key_name)
    assert checked.keys == {}
    assert [warning.split(": ")[1] for warning in warnings] == ["keys.stop", "keys.add"]


def test_an_environment_variable_names_another_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PATH_VARIABLE, str(path))
    assert settings_path() == path
    monkeypatch.setenv(PATH_VARIABLE, "")
    found = settings_path()
    assert found is not None
    assert found.name == "config.toml"
    assert "chai-tui" in found.parts


def test_a_file_that_the_environment_names_should_be_there(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = path.with_name("no-such.toml")
    assert load_settings(missing) == (Settings(path=missing), [])
    monkeypatch.setenv(PATH_VARIABLE, str(missing))
    _, (warning,) = load_settings(missing)
    assert warning.startswith(f"{PATH_VARIABLE}: ")
    assert warning.endswith("no-such.toml: no such file")
    missing.touch()
    assert load_settings(missing)[1] == []


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders")
def test_folders_follow_the_platforms_custom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PATH_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert settings_path() == tmp_path / "config" / "chai-tui" / "config.toml"
    assert state_folder() == tmp_path / "state" / "chai-tui"


def test_the_first_start_is_told_once(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "chai-tui"
    assert first_start(folder)
    assert not first_start(folder)


def test_nobody_is_greeted_where_nothing_can_be_remembered(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not first_start(tmp_path / "file")
    assert not first_start(tmp_path / "file" / "deeper")
    assert not first_start(tmp_path / "nul\0")


@settings(deadline=None, max_examples=100)
@given(content=settings_files)
def test_any_file_gives_good_settings_and_lines(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any-config.toml"
    path.write_bytes(content)
    loaded, warnings = load_settings(path)
    checked, more = check_names(loaded, screens=[{"add": "a"}], themes={"nord"}, key_name=key_name)
    assert checked.makers is None or 1 <= checked.makers <= MAX_MAKERS
    assert checked.engine is None or isinstance(checked.engine, Engine)
    assert checked.theme in {None, "nord"}
    assert set(checked.keys) <= {"add"}
    assert all(key_name(key) == key for key in checked.keys.get("add", "a").split(","))
    for warning in (*warnings, *more):
        assert warning.startswith(f"{path}: ")
        assert warning == printable(warning)
