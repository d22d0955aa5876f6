"""SIGKILL in the middle of transactions: each that was acknowledged is there, and whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.lives import journal
from tests.support.stored import opened

CHILD = """
import asyncio, sys
from pathlib import Path
from tests.support.stored import NOW, transaction
from heimvakt.core.alarms import AlarmState
from heimvakt.store.store import SqliteStore

async def main():
    async with SqliteStore(Path(sys.argv[1]), opened_at=NOW) as store:
        seq = store.restored.last_seq
        while True:
            seq += 2
            both = transaction(seq - 1, seq, alarms=[AlarmState.RAISED], first=seq)
            await store.transact(both)
            print(seq, flush=True)

asyncio.run(main())
"""


def live_and_be_killed(directory: Path, after: int) -> list[int]:
    """What the child acknowledged before it was killed."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(directory)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        env=os.environ | {"PYTHONPATH": f"{Path(__file__).parents[3]}"},
    ) as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(after)]
        child.send_signal(signal.SIGKILL)
        told += child.stdout.readlines()
    return [int(line) for line in told if line.endswith("\n")]


@pytest.mark.parametrize("seed", [1])
async def test_what_was_acknowledged_is_there_and_what_is_there_is_whole(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    acknowledged: list[int] = []
    for _ in range(4):
        told = live_and_be_killed(tmp_path, chance.randrange(1, 200))
        assert not acknowledged or told[0] > acknowledged[-1] + 2, "no number comes again"
        acknowledged += told
    restored, alarms, waiting = await opened(tmp_path)
    assert restored.fault is None
    seqs = [event.seq for event in journal(tmp_path)]
    assert set(acknowledged) <= set(seqs)
    numbers = {int(alarm_id.rpartition("-")[2]) for alarm_id in alarms}
    assert set(acknowledged) <= numbers
    assert waiting == alarms
    # A transaction is two events and an alarm: none is there by halves.
    assert seqs == sorted([*numbers, *(number - 1 for number in numbers)])
