"""Usable cores: affinity, and quotas of control groups laid out by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.host import cgroup
from chai_tui.host.cgroup import CpuQuota
from chai_tui.host.usable_cores import CoresWatch, usable_cores
from chai_tui.samplers.choice import make_sampler

V2 = "34 24 0:29 {root} {point} rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
V1 = "33 24 0:28 {root} {point} rw,nosuid - cgroup cgroup rw,{controllers}\n"


def lay_out(root: Path, *, groups: str, mounts: str, files: Mapping[str, str]) -> str:
    """Write a system's files below ``root``, and return it as ``CpuQuota`` takes it."""
    for path, text in {
        "/proc/self/cgroup": groups,
        "/proc/self/mountinfo": f"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n{mounts}",
        **files,
    }.items():
        file = root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return str(root)


@pytest.mark.parametrize(
    ("service", "slice_", "top", "cores"),
    [
        ("max", "150000", None, 1.5),
        ("300000", "150000", "200000", 1.5),
        ("150000", "300000", "200000", 1.5),
        ("200000", "300000", "150000", 1.5),
        ("150000", "max", None, 1.5),
    ],
)
def test_the_smallest_quota_of_a_group_and_its_ancestors_wins(
    tmp_path: Path, service: str, slice_: str, top: str | None, cores: float
) -> None:
    files = {
        "/sys/fs/cgroup/kitchen.slice/chai.service/cpu.max": f"{service} 100000\n",
        "/sys/fs/cgroup/kitchen.slice/cpu.max": f"{slice_} 100000\n",
    }
    if top is not None:  # the machine's own root has no such file
        files["/sys/fs/cgroup/cpu.max"] = f"{top} 100000\n"
    root = lay_out(
        tmp_path,
        groups="0::/kitchen.slice/chai.service\n",
        mounts=V2.format(root="/", point="/sys/fs/cgroup"),
        files=files,
    )
    assert CpuQuota(root).read() == cores


def test_both_versions_hold_where_a_system_has_both(tmp_path: Path) -> None:
    root = lay_out(
        tmp_path,
        groups="4:cpu:/chai\n0::/chai\n",
        mounts=V2.format(root="/", point="/two")
        + V1.format(root="/", point="/one", controllers="cpu"),
        files={
            "/two/chai/cpu.max": "250000 100000\n",
            "/one/chai/cpu.cfs_quota_us": "50000\n",
            "/one/chai/cpu.cfs_period_us": "100000\n",
        },
    )
    assert CpuQuota(root).read() == 0.5


def test_a_container_sees_its_own_group_as_the_root(tmp_path: Path) -> None:
    root = lay_out(
        tmp_path,
        groups="0::/\n",
        mounts=V2.format(root="/", point="/sys/fs/cgroup"),
        files={"/sys/fs/cgroup/cpu.max": "50000 100000\n"},
    )
    assert CpuQuota(root).read() == 0.5


@pytest.mark.parametrize("group", ["/docker/abc", "/docker/abc/chai", "/elsewhere", "/../other"])
def test_only_what_is_mounted_can_be_read(tmp_path: Path, group: str) -> None:
    root = lay_out(
        tmp_path,
        groups=f"0::{group}\n",
        mounts=V2.format(root="/docker/abc", point="/sys/fs/cgroup"),
        files={"/sys/fs/cgroup/cpu.max": "200000 100000\n"},
    )
    assert CpuQuota(root).read() == 2.0


def test_version_1_has_two_files_and_blanks_in_its_path(tmp_path: Path) -> None:
    root = lay_out(
        tmp_path,
        groups="5:memory:/other\n4:cpu,cpuacct:/chai\n0::/unused\n",
        mounts=V1.format(root="/", point="/sys/fs/cgroup/memory", controllers="memory")
        + V1.format(root="/", point=r"/sys/fs/cg\040roup/cpu", controllers="cpu,cpuacct"),
        files={
            "/sys/fs/cg roup/cpu/chai/cpu.cfs_quota_us": "250000\n",
            "/sys/fs/cg roup/cpu/chai/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cg roup/cpu/cpu.cfs_quota_us": "-1\n",
            "/sys/fs/cg roup/cpu/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/memory/chai/cpu.cfs_quota_us": "1\n",
            "/sys/fs/cgroup/memory/chai/cpu.cfs_period_us": "100000\n",
        },
    )
    assert CpuQuota(root).read() == 2.5


@pytest.mark.parametrize(
    "text", ["", "max", "max 100000", "0 100000", "100000 0", "-1 5", "1 2 3", "a b", "9" * 5_000]
)
def test_what_limits_nothing_or_means_nothing_is_no_quota(tmp_path: Path, text: str) -> None:
    root = lay_out(
        tmp_path,
        groups="0::/\n",
        mounts=V2.format(root="/", point="/cg"),
        files={"/cg/cpu.max": text},
    )
    assert CpuQuota(root).read() is None


def test_a_system_without_such_files_has_no_quota(tmp_path: Path) -> None:
    assert CpuQuota(str(tmp_path)).read() is None


LINES = st.text(alphabet="0123456789:/- cgroup2pu,\\.\n\0é", max_size=120)


@given(groups=LINES, mounts=LINES, limit=LINES)
def test_no_text_whatsoever_makes_it_raise(groups: str, mounts: str, limit: str) -> None:
    files = {"/proc/self/cgroup": f"0::/{groups}", "/proc/self/mountinfo": mounts}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cgroup, "_text", lambda path: files.get(path, limit))
        quota = CpuQuota().read()
    assert quota is None or quota > 0


def test_cores_are_those_of_the_affinity_and_a_wide_quota_is_none(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("the affinity of others is asked for in other ways")
    root = lay_out(
        tmp_path,
        groups="0::/\n",
        mounts=V2.format(root="/", point="/cg"),
        files={"/cg/cpu.max": "100000000 100000\n"},  # a thousand cores
    )
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {max(before)})
        assert CoresWatch(root).look() == ((max(before),), None)
    finally:
        os.sched_setaffinity(0, before)
    (tmp_path / "cg/cpu.max").write_text("50000 100000\n")
    assert CoresWatch(root).look() == (tuple(sorted(before)), 0.5)


def test_this_system_has_cores_and_a_sampler() -> None:
    cores = usable_cores()
    assert cores.numbers
    sampler = make_sampler(cores.numbers)
    try:
        sample = sampler.sample(1.0, [])
    finally:
        sampler.close()
    assert [use.core for use in sample.cores] == list(cores.numbers)
    assert all(use.busy is None or 0.0 <= use.busy <= 1.0 for use in sample.cores)
    assert sampler.maps_cores == (sys.platform == "linux")


@pytest.mark.skipif(sys.platform != "linux", reason="others cannot do without psutil")
def test_linux_needs_no_psutil() -> None:
    code = (
        "import sys\n"
        "from chai_tui.host.usable_cores import usable_cores\n"
        "from chai_tui.samplers.choice import make_sampler\n"
        "make_sampler(usable_cores().numbers).sample(1.0, [])\n"
        "print(sorted({'psutil', 'textual', 'rich', 'pathlib'} & set(sys.modules)))\n"
    )
    # -S: without site, whose path files may import anything.
    run = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert run.stdout == "[]\n"


def test_a_quota_that_somebody_writes_meanwhile_is_followed(tmp_path: Path) -> None:
    limit = "/cg/chai/cpu.max"
    root = lay_out(
        tmp_path,
        groups="0::/chai\n",
        mounts=V2.format(root="/", point="/cg"),
        files={limit: "max 100000\n"},
    )
    quota = CpuQuota(root)
    told = []
    for text in ("max 100000", "50000 100000", "25000 100000"):
        (tmp_path / limit.lstrip("/")).write_text(text)
        told.append(quota.read())
    (tmp_path / "cg/cpu.max").write_text("10000 100000")  # the group above had none yet
    told.append(quota.read())
    (tmp_path / "cg/cpu.max").unlink()
    (tmp_path / limit.lstrip("/")).unlink()
    assert [*told, quota.read()] == [None, 0.5, 0.25, 0.1, None]


def test_a_process_that_is_moved_has_the_quota_of_its_new_group(tmp_path: Path) -> None:
    root = lay_out(
        tmp_path,
        groups="0::/one\n",
        mounts=V2.format(root="/", point="/cg"),
        files={"/cg/one/cpu.max": "50000 100000\n", "/cg/two/cpu.max": "150000 100000\n"},
    )
    quota = CpuQuota(root)
    assert quota.read() == 0.5
    (tmp_path / "proc/self/cgroup").write_text("0::/two\n")
    assert quota.read() == 1.5


def test_where_to_look_is_found_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = lay_out(
        tmp_path,
        groups="0::/chai\n",
        mounts=V2.format(root="/", point="/cg"),
        files={"/cg/chai/cpu.max": "50000 100000\n"},
    )
    read: list[str] = []
    text = cgroup._text

    def noting(path: str) -> str:
        read.append(path)
        return text(path)

    monkeypatch.setattr(cgroup, "_text", noting)
    quota = CpuQuota(root)
    for _ in range(3):
        quota.read()
    assert sum(path.endswith("mountinfo") for path in read) == 1
