"""Servers and pools of other people's libraries, run as they are."""

from __future__ import annotations

import http.client
import re
import sys
import textwrap
import time
from pathlib import Path

import pytest

from chai_tui.model.commands import SignalMaker
from chai_tui.model.events import Said
from chai_tui.model.program_events import TaskBegan, TaskEnded
from chai_tui.state.makers.records import Maker
from tests.programs import Seen, run
from tests.slowness import as_if_alone
from tests.thorough import briefly

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of programs"),
    pytest.mark.long,
]

MOST_REQUESTS = 5_000
"""Of a load; a worker that has served none by then never does."""


def write(folder: Path, code: str) -> Path:
    """Write a program; returns where it is."""
    script = folder / "program.py"
    script.write_text(textwrap.dedent(code))
    return script


def said_by(seen: Seen, maker: Maker, stream: str = "") -> list[str]:
    """What somebody said, all of it, or what came by this stream."""
    return [
        each.line
        for each in seen.events
        if isinstance(each, Said) and each.maker == maker.number and stream in ("", each.stream)
    ]


# gunicorn: workers forked plainly, without multiprocessing

WEB = """
import os, time

def app(environ, start_response):
    print("served by", os.getpid(), flush=True)
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield str(os.getpid()).encode()
    if environ["PATH_INFO"] == "/slow":
        time.sleep(600)
"""


def serve(folder: Path) -> list[str]:
    """The command of a server of two workers, at whatever port is free."""
    write(folder, WEB)
    options = "--workers 2 --bind 127.0.0.1:0 --no-control-socket --chdir"
    return [sys.executable, "-m", "gunicorn", *options.split(), str(folder), "program:app"]


def port_of(seen: Seen) -> int:
    """Where it listens, once both workers do."""
    seen.until(lambda: sum("Booting worker" in line for line in seen.lines) == 2)
    (port,) = re.findall(r"Listening at: http://127\.0\.0\.1:(\d+)", "\n".join(seen.lines))
    return int(port)


def ask(port: int, path: str = "/") -> http.client.HTTPConnection:
    """Ask the server, on loopback."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    return connection


def test_two_workers_of_gunicorn_serve_and_each_says_it_on_its_own_panel(tmp_path: Path) -> None:
    with run(*serve(tmp_path), hook=True) as seen:
        port = port_of(seen)
        seen.until(lambda: len(seen.makers("gunicorn: worker [program:app]")) == 2)
        served: list[int] = []
        while len({*served}) < 2 and len(served) < MOST_REQUESTS:
            connection = ask(port)
            served.append(int(connection.getresponse().read()))
            connection.close()
        seen.until(lambda: sum("served by" in line for line in seen.lines) == len(served))
        master, *workers = seen.floor.makers.values()
        assert master.called == "gunicorn: master [program:app]"
        assert {worker.pid for worker in workers} == {*served}
        for worker in workers:
            lines = said_by(seen, worker)
            assert f"Booting worker with pid: {worker.pid}" in "\n".join(lines)
            own = [line for line in lines if line.startswith("served by")]
            assert own == [f"served by {worker.pid}"] * served.count(worker.pid or 0)
        assert not [line for line in said_by(seen, master) if line.startswith("served by")]
        # Asked nicely it ends by itself.
        seen.source.submit(SignalMaker(1, 15))
        seen.until_over()
        assert {maker.exitcode for maker in (master, *workers)} == {0}, seen.told


def test_quitting_ends_gunicorn_and_its_busy_workers_within_a_second(tmp_path: Path) -> None:
    # It takes half of one. Three tries: a machine that pauses meanwhile says nothing of ours.
    assert any(_seconds_to_quit(tmp_path) < 1.0 for _ in range(3))


def _seconds_to_quit(folder: Path) -> float:
    with run(*serve(folder), hook=True) as seen:
        connection = ask(port_of(seen), "/slow")
        seen.until(lambda: any("served by" in line for line in seen.lines))
        pids = [maker.pid for maker in seen.floor.makers.values()]
        began = time.monotonic()
    took = as_if_alone(time.monotonic() - began)
    connection.close()
    assert len(pids) == 3
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert seen.floor.all_joined
    return took


# Pools

TOGETHER = """
import pathlib, sys, time

def steep(n):
    sys.stdout.write(f"steeps {n}\\n")  # at once: others print beside it
    sys.stdout.flush()
    folder = pathlib.Path(sys.argv[1])
    (folder / f"there {n}").touch()
    while len([*folder.glob("there *")]) < 2:  # each on a worker of its own
        time.sleep(0.01)
    return n
"""


def tasks(seen: Seen, name: str) -> set[int]:
    """Which makers did a task."""
    return {
        event.maker for event in seen.events if isinstance(event, TaskBegan) and event.name == name
    }


@briefly("backend", ["loky", "threading"])
def test_workers_of_joblib_tell_what_they_do(backend: str, tmp_path: Path) -> None:
    code = f"""
    def spill(n):
        raise ValueError(f"spilt {{n}}")

    if __name__ == "__main__":
        from joblib import Parallel, delayed
        pool = Parallel(n_jobs=2, backend="{backend}", batch_size=1)
        print(pool(delayed(steep)(n) for n in range(2)))
        try:
            pool([delayed(spill)(3)])
        except ValueError as error:
            print(error)
    """
    script = write(tmp_path, TOGETHER + textwrap.dedent(code))
    with run(sys.executable, str(script), str(tmp_path), hook=True) as seen:
        seen.until_over()
        makers = seen.floor.makers
        workers = [makers[number] for number in tasks(seen, "steep")]
        assert len(workers) == 2, seen.told
        assert len(tasks(seen, "spill")) == 1
        errors = {event.error for event in seen.events if isinstance(event, TaskEnded)}
        if backend == "loky":
            assert {worker.called for worker in workers} == {"LokyProcess-1", "LokyProcess-2"}
            assert errors == {"", "ValueError: spilt 3"}
            lines = [said_by(seen, worker, "out") for worker in workers]
            assert sorted(lines) == [["steeps 0"], ["steeps 1"]]
            # Beside it joblib's tracker may warn of a lock that its manager, a daemon thread, had
            # unlinked but not told it yet as the program ended: once in some 200 runs, without us.
            assert said_by(seen, makers[1], "out") == ["[0, 1]", "spilt 3"]
            assert not seen.stations(" -c ")[0].name.startswith("python"), seen.told
        else:
            assert {worker.pid for worker in workers} == {makers[1].pid}
            said = [line for maker in makers.values() for line in said_by(seen, maker, "out")]
            assert sorted(said) == ["[0, 1]", "spilt 3", "steeps 0", "steeps 1"]
        assert makers[1].exitcode == 0, seen.told


@pytest.mark.thorough
def test_a_cluster_of_dask_tells_what_its_workers_do(tmp_path: Path) -> None:
    code = """
    if __name__ == "__main__":
        from distributed import Client, LocalCluster
        options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
        with LocalCluster(**options) as cluster, Client(cluster) as client:
            print(client.gather(client.map(steep, range(2), pure=False)))
    """
    script = write(tmp_path, TOGETHER + textwrap.dedent(code))
    with run(sys.executable, str(script), str(tmp_path), hook=True) as seen:
        seen.until(lambda: "[0, 1]" in seen.lines)
        workers = seen.makers("Dask Worker process (from Nanny)")
        workers = [maker for maker in workers if maker.pid != seen.floor.makers[1].pid]
        assert len(workers) == 2, seen.told
        # By stderr Dask warns of what it thinks of the machine.
        lines = [said_by(seen, worker, "out") for worker in workers]
        assert sorted(lines) == [["steeps 0"], ["steeps 1"]]
        doing = [seen.floor.makers[number] for number in tasks(seen, "steep")]
        assert {maker.pid for maker in doing} == {worker.pid for worker in workers}
        assert all("Dask-Default-Threads" in maker.called for maker in doing)
        began = time.monotonic()
    assert as_if_alone(time.monotonic() - began) < 1.0
    assert seen.floor.all_joined
