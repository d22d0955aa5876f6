"""What was too slow is done again, at most twice; what is wrong fails at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.timed import TooSlow, in_time, timed


class Rounds:
    def __init__(self, *took_s: float) -> None:
        self.took_s = list(took_s)
        self.folders: list[Path] = []

    async def run(self, tmp_path: Path) -> None:
        @timed
        async def round_(tmp_path: Path) -> None:
            self._begin(tmp_path)
            in_time(self.took_s[len(self.folders) - 1], 1.0)
            assert self.took_s[0] != 0.0, "wrong"

        await round_(tmp_path=tmp_path)

    def _begin(self, folder: Path) -> None:
        assert not any(folder.iterdir())
        (folder / "store").touch()
        self.folders.append(folder)


async def test_one_round_in_time_is_enough_and_each_has_its_own_folder(tmp_path: Path) -> None:
    rounds = Rounds(1.1, 5.0, 1.0)
    await rounds.run(tmp_path)
    assert len(set(rounds.folders)) == 3


async def test_three_rounds_that_are_too_slow_fail(tmp_path: Path) -> None:
    rounds = Rounds(1.1, 1.2, 1.3, 0.5)
    with pytest.raises(TooSlow, match=r"it took 1\.300 s, and 1\.000 s at most is promised"):
        await rounds.run(tmp_path)
    assert len(rounds.folders) == 3


async def test_what_is_wrong_fails_at_once(tmp_path: Path) -> None:
    rounds = Rounds(0.0, 0.5)
    with pytest.raises(AssertionError, match="wrong"):
        await rounds.run(tmp_path)
    assert len(rounds.folders) == 1
