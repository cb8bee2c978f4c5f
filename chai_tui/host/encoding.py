"""Which encoding the terminal takes: what its locale says, as other programs read it."""

from __future__ import annotations

import codecs
import locale
import os
import sys
from collections.abc import Mapping
from pathlib import Path

UTF_8 = "utf-8"
ASCII = "ASCII"


def terminal_encoding() -> str:
    """Return ``utf-8``, or the name of another encoding: ``ISO-8859-1``, say, or ``ASCII``.

    What is asked of Python's own streams alone (``PYTHONIOENCODING``, ``PYTHONUTF8=0``) says
    nothing of a terminal.
    """
    if sys.platform == "win32":  # a console there takes any character
        return UTF_8
    asked_for = os.environ.get("PYTHONUTF8") == "1" or sys._xoptions.get("utf8") in {True, "1"}  # noqa: SLF001 - documented
    return UTF_8 if asked_for else encoding_of(_inherited_variables(), locale.getencoding())


def encoding_of(variables: Mapping[str, str], codeset: str) -> str:
    """Return the encoding of a locale.

    Args:
        variables: the environment; of its locale the first counts that is set, as POSIX has it.
        codeset: what the C library says of it, for a name that has no encoding in it.
    """
    names = (variables.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    name = next(filter(None, names), "").partition("@")[0]
    # macOS has a locale that is called UTF-8 and nothing more.
    told = name.rpartition(".")[2] if "." in name or _is(name, UTF_8) else codeset
    return UTF_8 if _is(told, UTF_8) else ASCII if not told or _is(told, "ascii") else told


def _is(name: str, encoding: str) -> bool:
    """Whether a name is one of the many of an encoding."""
    try:
        return codecs.lookup(name).name == encoding
    except LookupError:
        return False


def _inherited_variables() -> Mapping[str, str]:
    """Return the environment that this process was started with.

    Where a locale is missing, Python sets LC_CTYPE before we run (PEP 538), and with it hides what
    LANG says.
    """
    try:
        entries = Path("/proc/self/environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return os.environ
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)
