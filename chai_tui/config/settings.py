"""What a user settled once: theme, keys and defaults, from a TOML file.

A bad value is left out with a warning that names file and key; the rest holds. Reading settings
never raises, whatever the file is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from chai_tui.config.toml_file import (
    TomlFileError,
    clipped,
    did_you_mean,
    found,
    listed,
    read_toml,
    shown_path,
    unknown_key,
)
from chai_tui.model.engine import Engine

PATH_VARIABLE = "CHAI_TUI_CONFIG"
"""The environment variable that names another settings file."""
MAX_MAKERS = 10_000
"""Makers one run begins with at most: ten times what a screen was ever measured with."""
START_METHODS = ("forkserver", "spawn", "fork")
"""How Python can start a process; which of them a system has, only it knows."""

_APP = "chai-tui"


class Settings(NamedTuple):
    """A user's settings; None where the user settled nothing.

    Attributes:
        theme: name of a Textual theme.
        recipe: a built-in recipe's name or the path of a TOML file.
        makers: how many brew at first.
        engine: how they are seated.
        start_method: how processes are started.
        keys: which keys call a command (``"a,plus"``), by the id of its row in the key table.
        path: the file that they come from, for warnings.
    """

    theme: str | None = None
    recipe: str | None = None
    makers: int | None = None
    engine: Engine | None = None
    start_method: str | None = None
    keys: Mapping[str, str] = MappingProxyType({})
    path: Path = Path()

    def warning(self, key: str, problem: str) -> str:
        """Return the line that tells what is wrong with a key of the settings file."""
        return f"{shown_path(self.path)}: {key}: {problem}"


def settings_path() -> Path | None:
    """Return where the settings file is, or would be; None for a user who has no home."""
    chosen = os.environ.get(PATH_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_config_path  # noqa: PLC0415 - 15 ms; Textual pays them anyway

    try:
        return user_config_path(_APP, appauthor=False) / "config.toml"
    except RuntimeError:  # no HOME, and nobody in the list of users
        return None


def load_settings(path: Path | None) -> tuple[Settings, list[str]]:
    """Read a settings file.

    Themes and key ids are known to the TUI alone: see :func:`check_names`.

    Args:
        path: the file; it need not exist, unless the environment names it. None: nothing is
            settled.

    Returns:
        The settings, and a line for each bad value, or for a file that should be there.
    """
    if path is None:
        return Settings(), []
    settings = Settings(path=path)
    try:
        table = read_toml(path)
    except FileNotFoundError:
        if Path(os.environ.get(PATH_VARIABLE, "")) != path:
            return settings, []
        return settings, [f"{PATH_VARIABLE}: {shown_path(path)}: no such file"]
    except TomlFileError as error:
        return settings, [f"{shown_path(path)}: {error}"]
    return _settled(settings, table)


def check_names(
    settings: Settings,
    *,
    screens: Collection[Mapping[str, str]],
    themes: Collection[str],
    key_name: Callable[[str], str | None],
    key_names: Collection[str] = (),
) -> tuple[Settings, list[str]]:
    """Leave out a theme, key ids and keys that nobody knows, and keys that are another's.

    A key may mean two things on two screens, but only one on each.

    Args:
        settings: as read from the file.
        screens: for each screen the ids of its key table, and the keys that each has by itself.
        themes: the names of the themes there are.
        key_name: returns the name of a key however it is written; None if there is no such key.
        key_names: those that may have been meant then.

    Returns:
        The settings that hold, and a line for each that does not.
    """
    key_ids = {key_id for screen in screens for key_id in screen}
    warnings = []
    theme = settings.theme
    if theme is not None and theme not in themes:
        names = listed(sorted(themes))
        problem = f"expected {names}, found {found(theme)}{did_you_mean(theme, themes)}"
        warnings.append(settings.warning("theme", problem))
        theme = None
    keys: dict[str, str] = {}
    for key_id, written in settings.keys.items():
        parts = {part: key_name(part) for part in _key_names(written)}
        known = ",".join(name for name in parts.values() if name is not None)
        unknown = [part for part, name in parts.items() if name is None]
        if key_id not in key_ids:
            problem = unknown_key(key_id, sorted(key_ids))
        elif unknown:
            problem = f'expected keys such as "a", "f5" or "ctrl+x", found {found(unknown[0])}'
            problem += did_you_mean(unknown[0], key_names)
        else:
            keys[key_id] = known
            continue
        warnings.append(settings.warning(f"keys.{clipped(key_id)}", problem))
    while taken := _first_taken(keys, screens):
        key_id, problem = taken
        del keys[key_id]  # which gives its own key back, and that may be another's in turn
        warnings.append(settings.warning(f"keys.{clipped(key_id)}", problem))
    return settings._replace(theme=theme, keys=MappingProxyType(keys)), warnings


def _first_taken(
    keys: Mapping[str, str], screens: Collection[Mapping[str, str]]
) -> tuple[str, str] | None:
    """Return a row that wants what another row has on one screen, and what to say of it.

    The other one has it by itself, or was given it by an earlier line.
    """
    earlier: dict[str, str] = {}
    for key_id, names in keys.items():
        for screen in screens:
            rivals = (other for other in screen if other in earlier or other not in keys)
            for other in rivals if key_id in screen else ():
                theirs = _key_names(earlier.get(other, screen[other]))
                if taken := [name for name in _key_names(names) if name in theirs]:
                    return key_id, f'key "{clipped(taken[0])}" is taken by keys.{clipped(other)}'
        earlier[key_id] = names
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _is_count(value: Any) -> bool:
    return type(value) is int and 1 <= value <= MAX_MAKERS


_Known = Mapping[str, tuple[Callable[[Any], bool], str]]
_FIXED: Mapping[str, Collection[str]] = {"engine": tuple(Engine), "start_method": START_METHODS}
"""Words that a value is one of."""
_KEYS: _Known = {
    "theme": (_is_text, "the name of a theme"),
    "defaults": (_is_table, "a table [defaults]"),
    "keys": (_is_table, "a table [keys]"),
}
"""What the file may say: whether a value is good, and what was expected if it is not."""
_DEFAULTS: _Known = {
    "recipe": (_is_text, "the name of a recipe or the path of a TOML file"),
    "makers": (_is_count, f"a whole number from 1 to {MAX_MAKERS}"),
    **{key: (words.__contains__, listed(words)) for key, words in _FIXED.items()},
}


def _settled(settings: Settings, table: dict[str, Any]) -> tuple[Settings, list[str]]:
    """Return the settings with what is good in a table, and a line for each bad value."""
    warnings: list[str] = []

    def good(values: dict[str, Any], prefix: str, known: _Known) -> dict[str, Any]:
        held = {}
        for key, value in values.items():
            is_good, expected = known.get(key, (None, ""))
            if is_good is None:
                problem = unknown_key(key, known)
            elif not is_good(value):
                words = _FIXED.get(key, ()) if isinstance(value, str) else ()
                meant = did_you_mean(str(value), words)
                problem = f"expected {expected}, found {found(value)}{meant}"
            else:
                held[key] = value
                continue
            warnings.append(settings.warning(f"{prefix}{clipped(key)}", problem))
        return held

    top = good(table, "", _KEYS)
    defaults = good(top.get("defaults", {}), "defaults.", _DEFAULTS)
    if "engine" in defaults:
        defaults["engine"] = Engine(defaults["engine"])
    if defaults.get("recipe", "").endswith(".toml"):
        # A path in the settings file is meant from there: it must hold in every folder.
        home_resolved = os.path.expanduser(defaults["recipe"])  # noqa: PTH111 - needs no home to exist
        defaults["recipe"] = str(settings.path.parent / home_resolved)
    wanted = top.get("keys", {})
    written = good(
        wanted, "keys.", dict.fromkeys(wanted, (_names_keys, 'keys such as "a" or "a,plus"'))
    )
    keys = {key_id: ",".join(_key_names(names)) for key_id, names in written.items()}
    settings = settings._replace(theme=top.get("theme"), keys=MappingProxyType(keys), **defaults)
    return settings, warnings


def _key_names(names: str) -> list[str]:
    return [part.strip() for part in names.split(",")]


def _names_keys(value: Any) -> bool:
    return isinstance(value, str) and all(
        name != "" and name.isprintable() and " " not in name for name in _key_names(value)
    )


def state_folder() -> Path | None:
    """Return where chai-tui remembers things between runs; None for a user who has no home."""
    from platformdirs import user_state_path  # noqa: PLC0415 - as above

    try:
        return user_state_path(_APP, appauthor=False)
    except RuntimeError:  # as above
        return None


def first_start(folder: Path | None) -> bool:
    """Tell whether a user starts the TUI for the first time; true once.

    Args:
        folder: where the marker file goes; made if missing.

    Returns:
        False too where no file can be written, so that nobody is greeted for ever.
    """
    if folder is None:
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "started").touch(exist_ok=False)
    except (OSError, ValueError):
        return False
    return True
