"""Which devices were set up is remembered, and forgotten rather than believed when in doubt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from heimvakt_drivers.zigbee.tending.settled import FILE, Settled

ADDRESS = "00:12:4b:00:22:c1:09:aa"


def test_it_is_remembered_over_a_restart(tmp_path: Path) -> None:
    Settled(tmp_path).add(ADDRESS)
    assert ADDRESS in Settled(tmp_path)
    Settled(tmp_path).discard(ADDRESS)
    assert ADDRESS not in Settled(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"v": 1, "settled": ["x"]}', '{"v": 2, "settled": {}}', "\x00\xff"]
)
def test_a_file_that_cannot_be_read_counts_as_empty(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text, encoding="latin-1")
    settled = Settled(tmp_path)
    assert "x" not in settled
    settled.add(ADDRESS)
    assert json.loads((tmp_path / FILE).read_text())["settled"] == [ADDRESS]


def test_a_folder_that_cannot_be_written_is_told_and_changes_nothing_now(tmp_path: Path) -> None:
    settled = Settled(tmp_path / "missing")
    with capture_logs() as told:
        settled.add(ADDRESS)
    assert ADDRESS in settled
    assert told[0]["log_level"] == "warning"
