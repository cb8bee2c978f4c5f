"""What the terminal's locale says, and not what was asked of Python."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from chai_tui.host.encoding import encoding_of

LOCALES = ("LC_ALL", "LC_CTYPE", "LANG", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONCOERCECLOCALE")


@pytest.mark.parametrize(
    ("variables", "codeset", "encoding"),
    [
        ({"LANG": "de_DE.UTF-8"}, "ANSI_X3.4-1968", "utf-8"),  # a locale that is not installed
        ({"LANG": "de_DE.utf8@euro"}, "UTF-8", "utf-8"),
        ({"LC_CTYPE": "UTF-8"}, "UTF-8", "utf-8"),  # macOS
        ({"LC_ALL": "", "LC_CTYPE": "", "LANG": "C.UTF-8"}, "UTF-8", "utf-8"),
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, "ANSI_X3.4-1968", "ASCII"),
        ({"LC_ALL": "POSIX"}, "US-ASCII", "ASCII"),
        ({"LC_ALL": "C"}, "", "ASCII"),
        ({"LANG": "C"}, "UTF-8", "utf-8"),  # Python took C.UTF-8 for it
        ({}, "UTF-8", "utf-8"),
        ({"LANG": "de_DE"}, "ISO-8859-1", "ISO-8859-1"),
        ({"LANG": "de_DE.ISO-8859-15@euro"}, "UTF-8", "ISO-8859-15"),
        ({"LC_CTYPE": "de_DE.ISO-8859-1", "LANG": "de_DE.UTF-8"}, "UTF-8", "ISO-8859-1"),
        ({"LANG": "xx.no-such"}, "UTF-8", "no-such"),
    ],
)
def test_the_first_that_is_set_says_it(
    variables: Mapping[str, str], codeset: str, encoding: str
) -> None:
    assert encoding_of(variables, codeset) == encoding


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other locales")
@pytest.mark.parametrize(
    ("variables", "options", "encoding"),
    [
        ({"LC_ALL": "C"}, [], "ASCII"),
        ({"LC_ALL": "C", "PYTHONUTF8": "1"}, [], "utf-8"),
        ({"LC_ALL": "C"}, ["-X", "utf8"], "utf-8"),
        ({"LANG": "C", "PYTHONCOERCECLOCALE": "0"}, [], "ASCII"),
        ({"LANG": "de_DE.ISO-8859-1"}, [], "ISO-8859-1"),
        ({"LANG": "de_DE.UTF-8", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}, [], "utf-8"),
    ],
)
def test_a_program_started_so_knows(
    variables: Mapping[str, str], options: list[str], encoding: str
) -> None:
    code = "from chai_tui.host.encoding import terminal_encoding as e; print(e())"
    others = {name: value for name, value in os.environ.items() if name not in LOCALES}
    done = subprocess.run(
        [sys.executable, *options, "-c", code],
        env={**others, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == encoding
