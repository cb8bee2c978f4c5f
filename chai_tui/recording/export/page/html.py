"""The report: one page in one file, which asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from string import Template

from chai_tui.recording.export.account import Account
from chai_tui.recording.export.colours import DARK, LIGHT
from chai_tui.recording.export.figures import headline as headline_of
from chai_tui.recording.export.page import tables
from chai_tui.recording.export.page.data import packed
from chai_tui.recording.export.page.tables import inert
from chai_tui.recording.export.rows import groups_of

_SCRIPTS = ("page.js", "drawing.js")


def write_html(
    account: Account, write: Callable[[str], object], progress: Callable[[float], None]
) -> None:
    """Write the report of a run.

    Args:
        account: of the run.
        write: takes text, which is ASCII or not but never a lone surrogate.
        progress: told how much is done, 0 to 1.
    """
    progress(0.0)
    groups = groups_of(account)
    data = packed(account, groups, lambda share: progress(share * 0.8))
    headline, figures = headline_of(account)
    facts = tables.facts(account)
    style = Template(_part("page.css")).substitute(light=LIGHT.as_css(), dark=DARK.as_css())
    script = "\n".join(map(_part, _SCRIPTS))
    page = Template(_part("page.html")).substitute(
        policy=policy_of(style, script),
        title=inert(headline, 200),
        headline=inert(headline),
        figures=inert(figures),
        warnings="".join(
            f"<p class='warning'>{inert(text)}</p>" for text in tables.warnings(account)
        ),
        facts="".join(f"<div><dt>{inert(n)}</dt><dd>{inert(text)}</dd></div>" for n, text in facts),
        timeline="" if groups else "hidden",
        tasting=tables.tasting(account),
        findings=tables.findings(account),
        noun=account.noun,
        makers=tables.makers_table(account),
        stations=tables.stations_table(account),
        failures=tables.failures(account),
        instants=tables.instants_table(account),
        style=style,
        script=script,
        data=data,
    )
    write(page)
    progress(1.0)


def policy_of(style: str, script: str) -> str:
    """Return the page's content security policy: this style, this script, and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _part(name: str) -> str:
    folder = files("chai_tui.recording.export.page")
    return folder.joinpath(name).read_text(encoding="utf-8")
