"""How many the system killed for lack of memory, in control groups laid out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from chai_tui.host.cgroup import OomCounter, OomWatch
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


class Groups:
    """A watch over three processes in one group and one in another."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._at = 0.0
        files = {f"/proc/{pid}/cgroup": "0::/chai\n" for pid in (1, 2, 3)}
        files |= {"/proc/4/cgroup": "0::/tea\n"}
        for name in ("chai", "tea"):
            files[f"/two/{name}/memory.events"] = events(5)
        self.watch = OomWatch(
            lay_out(root, groups="", mounts=V2.format(root="/", point="/two"), files=files)
        )
        for pid in (1, 2, 3, 4, 5):
            self.watch.watch(pid)

    def kill(self, kills: int, name: str = "chai") -> None:
        (self._root / f"two/{name}/memory.events").write_text(events(5 + kills))

    def look(self, *killed: int, after: float = 0.1) -> dict[int, int]:
        self._at += after
        return self.watch.look(self._at, killed)


def test_who_is_over_before_anybody_looked_belonged_where_its_parent_does(tmp_path: Path) -> None:
    groups = Groups(tmp_path)
    groups.watch.watch(77, parent=1)
    groups.watch.watch(78, parent=999)  # of whom nothing is known
    groups.kill(1)
    assert groups.look(77, 78) == {77: 1}


def test_who_died_when_the_system_killed_somebody_died_of_that(tmp_path: Path) -> None:
    groups = Groups(tmp_path)
    assert groups.look() == {}
    groups.kill(1)
    assert groups.look(2) == {2: 1}
    groups.kill(3)
    assert groups.look(1, 3) == {1: 2, 3: 2}
    assert groups.look(4) == {}


@pytest.mark.parametrize("looks", [1, 5])
@pytest.mark.parametrize("is_counted_first", [True, False])
def test_a_death_and_its_count_may_be_seen_one_after_the_other(
    tmp_path: Path, is_counted_first: bool, looks: int
) -> None:
    groups = Groups(tmp_path)
    if is_counted_first:
        groups.kill(1)
        assert [groups.look() for _ in range(looks)] == [{}] * looks
        assert groups.look(2) == {2: 1}
    else:
        assert [groups.look(2), *(groups.look() for _ in range(looks))] == [{}] * (looks + 1)
        groups.kill(1)
        assert groups.look() == {2: 1}
    assert groups.look(3) == {}


def test_a_kill_of_long_ago_or_elsewhere_is_nobodys(tmp_path: Path) -> None:
    groups = Groups(tmp_path)
    groups.kill(1)
    groups.look()
    assert groups.look(2, after=1.5) == {}
    groups.kill(2)
    assert groups.look(after=1.5) == {}
    groups.look(after=1.5)
    groups.kill(1, "tea")
    assert groups.look(3) == {}
    assert groups.look(5, 6) == {}


def test_where_more_died_than_the_system_killed_nobody_knows_who(tmp_path: Path) -> None:
    groups = Groups(tmp_path)
    groups.kill(1)
    assert groups.look(1, 2) == {}


def test_a_process_that_moved_belongs_where_it_is(tmp_path: Path) -> None:
    groups = Groups(tmp_path)
    (tmp_path / "proc/1/cgroup").write_text("0::/tea\n")
    groups.watch.watch(1)
    groups.kill(1, "tea")
    assert groups.look(1) == {1: 1}


def test_a_process_that_ended_otherwise_is_none_of_them(tmp_path: Path) -> None:
    groups = Groups(tmp_path)
    groups.watch.forget(1)
    groups.kill(1)
    assert groups.look(1, 2) == {2: 1}
