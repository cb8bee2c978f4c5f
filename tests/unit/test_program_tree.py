"""Who belongs to a program, on a /proc that is made by hand."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("it is Linux's /proc that is read", allow_module_level=True)

from chai_tui.sources.program.processes.changes import Came, Change, ThreadsChanged, Went, Zombie
from chai_tui.sources.program.processes.connector import (
    Execed,
    Exited,
    Forked,
    Lost,
    ProcessEvents,
    Record,
    ThreadBegan,
    ThreadLeft,
)
from chai_tui.sources.program.processes.following import CHECK_SECONDS, Following
from chai_tui.sources.program.processes.member import Member
from chai_tui.sources.program.processes.newcomers import Newcomers
from chai_tui.sources.program.processes.proc_tree import (
    TICKS_A_SECOND,
    boot_offset,
    children_of,
    read_stat,
)


class Proc:
    """A folder like /proc; numbers are given away anew at each birth.

    Args:
        folder: where it is.
        lists_children: whether this kernel has the files that list children.
    """

    def __init__(self, folder: Path, *, lists_children: bool) -> None:
        self.folder = folder
        self.lists_children = lists_children
        self.births = 0
        self.parents: dict[int, int] = {}
        self.now = 1_000.0
        self.put(os.getpid(), 1, began=5)

    def put(
        self,
        pid: int,
        parent: int,
        *,
        began: int = 0,
        state: str = "S",
        name: str = "tea) (pot",
        ticks: tuple[int, int, int, int] = (0, 0, 0, 0),
        threads: int = 1,
        status: int = 0,
        session: int = 0,
    ) -> None:
        self.births += 1
        self.parents[pid] = parent
        fields = [state, parent, pid, session or pid, 0, -1, *(0,) * 5, *ticks, 20, 0, threads, 0]
        fields += [began or self.ticks, *(0,) * 29, status]
        folder = self.folder / str(pid)
        (folder / "task" / str(pid)).mkdir(parents=True, exist_ok=True)
        (folder / "stat").write_text(f"{pid} ({name}) {' '.join(map(str, fields))}\n")
        self.tell()

    def remove(self, pid: int) -> None:
        (self.folder / str(pid) / "stat").unlink()
        (self.folder / str(pid)).rename(self.folder / f"gone-{pid}-{self.births}")
        del self.parents[pid]
        self.tell()

    def tell(self) -> None:
        # In each tree there is a crowd of others, so that reading children costs less.
        everything = 1_000 if self.lists_children else 2
        text = f"0.0 0.0 0.0 1/{everything} {self.births}\n"
        (self.folder / "loadavg").write_text(text)
        for pid in self.parents if self.lists_children else ():
            children = " ".join(str(child) for child in self.parents if self.parents[child] == pid)
            (self.folder / str(pid) / "task" / str(pid) / "children").write_text(children)

    @property
    def ticks(self) -> int:
        return int((self.now + boot_offset()) * TICKS_A_SECOND)

    def follow(self, *roots: int, events: ProcessEvents | None = None) -> Following:
        return Following(
            roots, adopts=False, proc=str(self.folder), events=events, clock=lambda: self.now
        )


@pytest.fixture(params=[True, False], ids=["children", "listing"])
def proc(request: pytest.FixtureRequest, tmp_path: Path) -> Proc:
    return Proc(tmp_path, lists_children=request.param)


class Scripted(ProcessEvents):
    """The kernel's events as a test tells them."""

    def __init__(self) -> None:
        self._socket = None
        self.why_not = ""
        self.next: list[Record] = []

    def read(self) -> list[Record]:
        records, self.next = self.next, []
        return records


def short(changes: list[Change]) -> list[tuple[object, ...]]:
    return [
        (type(change).__name__, *change[:2])
        for change in changes
        if not isinstance(change, ThreadsChanged)
    ]


def test_the_tree_is_found_and_nobody_else(proc: Proc) -> None:
    for pid, parent in ((10, 1), (11, 10), (12, 11), (13, 1), (14, 13)):
        proc.put(pid, parent, began=100 + pid)
    following = proc.follow(10)
    assert short(following.look()) == [("Came", 10, 0), ("Came", 11, 10), ("Came", 12, 11)]
    assert following.look() == []
    proc.put(15, 14)
    proc.put(16, 12)
    assert short(following.look()) == [("Came", 16, 12)]
    proc.remove(16)
    assert short(following.look()) == [("Went", 16, None)]
    assert list(following.pids) == [10, 11, 12]
    assert following.how == "looks at /proc, because nobody asked the kernel"
    following.close()


def test_who_was_our_child_before_the_program_is_none_of_it(proc: Proc) -> None:
    proc.put(10, os.getpid(), began=100)
    proc.put(7, os.getpid(), began=90)
    members = {10: Member(10, 100, 1.0, 0)}
    newcomers = Newcomers(str(proc.folder), members, {}, adopts=True)
    newcomers.since = 100

    def found() -> list[int]:
        assert newcomers.may_be_there()
        return [pid for pid, _, _ in newcomers.search(thoroughly=True)]

    assert found() == []
    proc.put(11, os.getpid(), began=110)  # a daemon
    proc.put(12, os.getpid(), began=120, session=7)  # whom the other one leaves behind
    assert found() == [11]


def test_one_root_may_be_below_another(proc: Proc) -> None:
    for pid, parent in ((10, 1), (11, 10)):
        proc.put(pid, parent, began=100 + pid)
    following = proc.follow(11, 10, 99)
    assert short(following.look()) == [("Came", 10, 0), ("Came", 11, 10)]
    following.close()


def test_who_has_the_number_of_one_that_is_gone_is_somebody_else(proc: Proc) -> None:
    proc.put(10, 1, began=100)
    proc.put(11, 10, began=110)
    following = proc.follow(10)
    following.look()
    began = following.began(11)
    proc.remove(11)
    proc.put(11, 1, began=200)
    assert following.is_still(10)
    assert not following.is_still(11)
    assert short(following.look()) == [("Went", 11, None)]
    proc.remove(11)
    proc.put(11, 10, began=300)
    assert short(following.look()) == [("Came", 11, 10)]
    assert (began, following.began(11)) == (110, 300)
    following.close()


def test_it_is_gone_and_there_again_between_two_looks(proc: Proc) -> None:
    proc.put(10, 1, began=100)
    proc.put(11, 10, began=110)
    following = proc.follow(10)
    following.look()
    proc.put(11, 10, began=200)
    assert short([*following.look(), *following.look()]) == [("Went", 11, None), ("Came", 11, 10)]
    following.close()


def test_what_ends_while_it_is_read_is_nobody(proc: Proc) -> None:
    proc.put(10, 1, began=100)
    proc.put(11, 10, began=110)
    stat = proc.folder / "11" / "stat"
    for left in ("", "11 (tea", "11 (tea) S 10 11"):
        stat.write_text(left)
        assert read_stat(str(proc.folder), 11) is None
        following = proc.follow(10)
        assert short(following.look()) == [("Came", 10, 0)]
        following.close()
    stat.unlink()
    stat.mkdir()  # reading it fails
    assert read_stat(str(proc.folder), 11) is None


def test_a_list_of_children_is_read_to_its_end(tmp_path: Path) -> None:
    proc = Proc(tmp_path, lists_children=True)
    children = [*range(10_000, 12_000)]  # the kernel hands out 682 of them at once
    text = " ".join(map(str, children))
    (tmp_path / str(os.getpid()) / "task" / str(os.getpid()) / "children").write_text(text)
    for threads in (1, 2):
        assert children_of(str(proc.folder), os.getpid(), threads) == children


def test_zombies_are_told_with_their_exit_code_and_once(proc: Proc) -> None:
    proc.put(10, 1, began=100)
    proc.put(11, 10, began=110, ticks=(30, 20, 0, 0))
    following = proc.follow(10)
    following.look()
    proc.put(11, 10, began=110, state="Z", ticks=(30, 25, 0, 0), status=0x8B)
    assert following.look() == [Went(11, -11, 55 / TICKS_A_SECOND, proc.now)]
    proc.now += 1.0
    assert following.look() == [Zombie(11, 10)]
    proc.now += 1.0
    assert following.look() == []
    assert list(following.zombies) == [11]
    proc.remove(11)
    following.look()
    assert list(following.zombies) == []
    following.close()


def test_what_children_burned_whom_nobody_saw(proc: Proc) -> None:
    second = TICKS_A_SECOND
    proc.put(10, 1, began=100, ticks=(5, 0, 40, 0))  # 40: before anybody looked
    following = proc.follow(10)
    following.look()
    proc.put(11, 10, ticks=(second, 0, 0, 0))
    proc.put(12, 10, ticks=(0, 0, 0, 0))
    following.look()
    # 11 is joined; so is somebody who burned two seconds and was never there at a look.
    proc.put(11, 10, began=following.began(11) or 0, state="Z", ticks=(2 * second, 0, 0, 0))
    following.look()
    proc.remove(11)
    proc.put(10, 1, began=100, ticks=(5, 0, 40 + 3 * second, second))
    for _ in range(3):
        following.look()
    assert following.missed == pytest.approx(2.0)
    # What a child waited for counts for its parent too, when that waits for it.
    proc.put(12, 10, began=following.began(12) or 0, ticks=(0, 0, second, 0))
    for _ in range(3):
        following.look()
    assert following.missed == pytest.approx(3.0)
    proc.put(12, 10, began=following.began(12) or 0, state="Z", ticks=(0, 0, second, 0))
    following.look()
    proc.remove(12)
    proc.put(10, 1, began=100, ticks=(5, 0, 40 + 4 * second, second))
    for _ in range(3):
        following.look()
    assert following.missed == pytest.approx(3.0)
    following.close()


def test_whoever_only_the_kernel_saw_came_and_went(proc: Proc) -> None:
    proc.put(10, 1, began=100)
    events = Scripted()
    following = proc.follow(10, events=events)
    following.look()
    at = proc.now
    events.next = [
        Forked(20, 10, at),
        Forked(21, 20, at + 0.001),
        Exited(20, 3, at + 0.002),
        Forked(20, 99, at + 0.003),  # the number is somebody else's
        Forked(22, 20, at + 0.003),
        Exited(20, 0, at + 0.004),
        Execed(21, at + 0.005),
        Exited(21, -9, at + 0.006),
    ]
    assert short(following.look()) == [
        ("Came", 20, 10),
        ("Came", 21, 20),
        ("Went", 20, 3),
        ("Execed", 21, at + 0.005),
        ("Went", 21, -9),
    ]
    assert list(following.pids) == [10]
    following.close()


def test_what_the_kernel_tells_of_somebody_known_is_not_told_twice(proc: Proc) -> None:
    proc.put(10, 1, began=100)
    proc.put(11, 10)
    events = Scripted()
    events.next = [Exited(11, 1, proc.now - 9.0), Forked(11, 10, proc.now)]
    following = proc.follow(10, events=events)
    assert short(following.look()) == [("Came", 10, 0), ("Came", 11, 10)]
    events.next = [Exited(11, 4, proc.now + 0.01)]
    assert short(following.look()) == [("Went", 11, 4)]
    following.close()


def test_a_leader_that_left_ends_with_its_last_thread(proc: Proc) -> None:
    proc.put(10, 1, began=100, threads=2)
    events = Scripted()
    following = proc.follow(10, events=events)
    following.look()
    proc.put(10, 1, began=100, state="Z", threads=2)
    events.next = [Exited(10, 0, proc.now)]
    assert following.look() == []
    assert following.look() == []
    events.next = [ThreadBegan(10, 12, proc.now), ThreadLeft(10, 11, 0, proc.now)]
    assert following.look() == [ThreadsChanged(10, ((11, 0),))]
    proc.remove(10)
    events.next = [ThreadLeft(10, 12, 7, proc.now)]
    assert short(following.look()) == [("Went", 10, 7)]
    following.close()


def test_what_the_kernel_lost_is_found_in_proc(proc: Proc) -> None:
    proc.put(10, 1, began=100)
    proc.put(11, 10, began=110)
    events = Scripted()
    following = proc.follow(10, events=events)
    following.look()
    proc.remove(11)
    proc.put(12, 10)
    events.next = [Lost()]
    changes = [*following.look(), *following.look()]
    assert sorted(short(changes)) == [("Came", 12, 10), ("Went", 11, None)]
    assert following.is_told
    following.close()


def test_proc_is_the_check_of_what_the_kernel_told(proc: Proc) -> None:
    proc.put(10, 1, began=100)
    events = Scripted()
    following = proc.follow(10, events=events)
    following.look()
    proc.put(12, 10)  # nobody told
    assert following.look() == []
    proc.now += CHECK_SECONDS + 1.0
    assert short(following.look()) == [("Came", 12, 10)]
    events.why_not = "it was closed"
    proc.put(13, 12)
    assert [type(change) for change in following.look()] == [Came]
    assert following.how.endswith("times a second, because it was closed")
    following.close()


def test_where_there_is_no_proc_nobody_is_there(tmp_path: Path) -> None:
    following = Following([os.getpid()], adopts=False, proc=str(tmp_path / "none"))
    assert following.look() == []
    assert list(following.pids) == []
    following.close()
