"""How many the system killed for lack of memory, in control groups laid out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from chai_tui.host.cgroup import OomCounter
from tests.unit.test_usable_cores import V1, V2, lay_out

PID = 4711
TWO = "/two/kitchen.slice/chai.service/memory.events"
ONE = "/one/chai/memory.oom_control"


def events(kills: int) -> str:
    return f"low 0\nhigh 0\nmax 812\noom 3\noom_kill {kills}\noom_group_kill 0\n"


def laid_out(root: Path, groups: str, mounts: str, **files: str) -> str:
    return lay_out(
        root, groups="0::/elsewhere\n", mounts=mounts,
        files={f"/proc/{PID}/cgroup": groups, **files},
    )  # fmt: skip


def test_a_group_of_version_2_counts(tmp_path: Path) -> None:
    root = laid_out(
        tmp_path,
        "0::/kitchen.slice/chai.service\n",
        V2.format(root="/", point="/two"),
        **{TWO: events(2), "/two/kitchen.slice/memory.events": events(7)},
    )
    counter = OomCounter(PID, root)
    assert counter.is_told
    assert counter.grown() == 0
    (tmp_path / TWO[1:]).write_text(events(4))
    (tmp_path / "two/kitchen.slice/memory.events").write_text(events(99))
    assert [counter.grown(), counter.grown()] == [2, 0]


def test_a_group_that_does_not_count_itself_is_counted_by_its_parent(tmp_path: Path) -> None:
    parent = "/two/kitchen.slice/memory.events"
    root = laid_out(
        tmp_path,
        "0::/kitchen.slice/chai.service\n",
        V2.format(root="/", point="/two"),
        **{parent: events(0)},
    )
    counter = OomCounter(PID, root)
    (tmp_path / parent[1:]).write_text(events(1))
    assert counter.grown() == 1


def test_a_group_of_version_1_counts(tmp_path: Path) -> None:
    text = "oom_kill_disable 0\nunder_oom 0\noom_kill {}\n"
    root = laid_out(
        tmp_path,
        "4:memory:/chai\n0::/\n",
        V1.format(root="/", point="/one", controllers="memory") + V2.format(root="/", point="/two"),
        **{ONE: text.format(5)},
    )
    counter = OomCounter(PID, root)
    (tmp_path / ONE[1:]).write_text(text.format(6))
    assert counter.grown() == 1
    (tmp_path / ONE[1:]).unlink()
    assert counter.grown() == 0


def test_else_the_whole_machine_counts(tmp_path: Path) -> None:
    root = laid_out(tmp_path, "0::/\n", "", **{"/proc/vmstat": "nr_free 1\noom_kill 8\nx 2\n"})
    counter = OomCounter(PID, root)
    (tmp_path / "proc/vmstat").write_text("oom_kill 9\n")
    assert counter.grown() == 1


@pytest.mark.parametrize("text", ["", "oom_kill\n", "oom_kill many\n", "oom_kill -1\n"])
def test_where_nothing_counts_nothing_grows(tmp_path: Path, text: str) -> None:
    root = laid_out(tmp_path, "0::/\n", V2.format(root="/", point="/two"), **{
        "/two/memory.events": text
    })  # fmt: skip
    counter = OomCounter(PID, root)
    assert not counter.is_told
    assert counter.grown() == 0
