"""Whose memory is read when."""

from __future__ import annotations

from chai_tui.samplers.memory import PER_SWEEP, REST_SECONDS, MemoryRota


def test_everyone_gets_a_turn_and_nobody_twice_before_the_rest_is_over() -> None:
    asked: list[int] = []

    def read(pid: int) -> int:
        asked.append(pid)
        return pid * 1_000

    rota = MemoryRota(read)
    pids = list(range(1, 2 * PER_SWEEP + 2))
    assert rota.sweep(0.0, pids) == {pid: pid * 1_000 for pid in pids[:PER_SWEEP]}
    assert list(rota.sweep(0.5, pids)) == pids[PER_SWEEP : 2 * PER_SWEEP]
    assert list(rota.sweep(1.0, pids)) == pids[2 * PER_SWEEP :]
    assert rota.sweep(REST_SECONDS - 0.1, pids) == {}
    assert list(rota.sweep(REST_SECONDS, pids)) == pids[:PER_SWEEP]
    assert asked == [*pids, *pids[:PER_SWEEP]]


def test_a_newcomer_goes_first_and_who_left_is_forgotten() -> None:
    rota = MemoryRota(lambda pid: pid)
    rota.sweep(0.0, [1, 2])
    assert rota.sweep(0.1, [2, 3]) == {3: 3}
    assert rota.sweep(0.2, [1, 2, 3]) == {1: 1}  # forgotten, so it is a newcomer again


def test_what_cannot_be_read_is_left_out_and_waits_for_its_next_turn() -> None:
    asked: list[int] = []

    def read(pid: int) -> None:
        asked.append(pid)

    rota = MemoryRota(read)
    assert rota.sweep(0.0, [1, 1, 1]) == {}
    assert rota.sweep(0.1, [1]) == {}
    assert asked == [1]
