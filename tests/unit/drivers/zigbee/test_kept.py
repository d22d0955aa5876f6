"""The files of the network: whole, secret, seven of them; the newest that can be read counts."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from zigpy.backups import NetworkBackup

from heimvakt.whole import BESIDE
from heimvakt_drivers.zigbee.radio.kept import KEPT, keep, keep_if_possible, last_kept, read_backup
from heimvakt_drivers.zigbee.radio.restoring import RAISED_BY, raised

SECRET = "ab" * 16
DAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def backup(day: int = 0, counter: int = 5) -> NetworkBackup:
    made_at = (DAY + timedelta(days=day)).isoformat()
    key = {"key": bytes(range(16)).hex(), "tx_counter": 7, "rx_counter": 9}
    content = {
        "metadata": {"version": 1, "source": "test", "internal": {"creation_time": made_at}},
        "coordinator_ieee": "00124b00258a0102",
        "pan_id": "1a62",
        "extended_pan_id": "8d3107229a0c11f4",
        "nwk_update_id": 0,
        "security_level": 5,
        "channel": 15,
        "channel_mask": [15],
        "network_key": {"key": SECRET, "sequence_number": 0, "frame_counter": counter},
        "devices": [{"ieee_address": "0011223344556601", "nwk_address": "0abc", "link_key": key}],
    }
    return NetworkBackup.from_open_coordinator_json(content)


def counter(found: NetworkBackup | None) -> int:
    assert found is not None
    return int(found.network_info.network_key.tx_counter)


def test_one_a_day_and_the_last_seven(tmp_path: Path) -> None:
    for day in range(20):
        keep(tmp_path, backup(day, counter=day))
        keep(tmp_path, backup(day, counter=100 + day))
    files = sorted(tmp_path.iterdir())
    assert len(files) == KEPT
    assert files[-1].name == "network-backup-2026-12-11.json"
    assert counter(last_kept(tmp_path)) == 119


def test_nobody_else_may_read_it_whatever_lay_there_before(tmp_path: Path) -> None:
    (tmp_path / f"network-backup-2026-11-22.json{BESIDE}").touch(mode=0o666)
    path = keep(tmp_path, backup())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_file_of_days_to_come_does_not_push_out_the_one_just_written(tmp_path: Path) -> None:
    for day in range(100, 110):
        keep(tmp_path, backup(day))
    path = keep(tmp_path, backup())
    assert path.exists()


def test_a_damaged_one_gives_way_to_the_one_before(tmp_path: Path) -> None:
    keep(tmp_path, backup(0, counter=1))
    for day, text in ((1, ""), (2, "[]"), (3, '{"metadata": {}}'), (4, '{"network_info": 3}')):
        keep(tmp_path, backup(day)).write_text(text)
    with capture_logs() as told:
        assert counter(last_kept(tmp_path)) == 1
    assert len(told) == 4


def test_where_there_is_none_there_is_none(tmp_path: Path) -> None:
    assert last_kept(tmp_path) is None
    assert last_kept(tmp_path / "missing") is None


def test_what_is_wrong_with_a_file_is_told_without_what_is_in_it(tmp_path: Path) -> None:
    content = backup().as_open_coordinator_json()
    content["network_key"] = {"key": SECRET}
    with pytest.raises(ValueError, match="no backup") as error:
        read_backup(content)
    assert SECRET not in str(error.value)
    assert error.value.__cause__ is None
    keep(tmp_path, backup()).write_text(json.dumps(content))
    with capture_logs() as told:
        assert last_kept(tmp_path) is None
    assert SECRET not in str(told)


def test_a_backup_that_lacks_the_key_is_none() -> None:
    content = backup().as_open_coordinator_json()
    content["network_key"]["key"] = "ff" * 16
    with pytest.raises(ValueError, match="lacks"):
        read_backup(content)


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    keep(tmp_path, backup())
    again = last_kept(tmp_path)
    assert again is not None
    assert again.is_compatible_with(backup())
    assert again.network_info.key_table == backup().network_info.key_table


def test_the_counters_of_keys_between_two_devices_are_raised_and_nothing_else() -> None:
    before = backup()
    after = raised(before)
    assert after.network_info.key_table[0].tx_counter == 7 + RAISED_BY
    assert after.network_info.key_table[0].rx_counter == 9
    assert after.network_info.network_key == before.network_info.network_key  # zigpy's part
    assert before.network_info.key_table[0].tx_counter == 7
    assert after.is_compatible_with(before)


def test_where_there_is_no_room_the_others_stay_and_nothing_else_suffers(tmp_path: Path) -> None:
    keep(tmp_path, backup(counter=1))
    with capture_logs() as told:
        keep_if_possible(tmp_path / "missing", backup(1))
    assert [line["log_level"] for line in told] == ["warning"]
    assert SECRET not in str(told)
    assert counter(last_kept(tmp_path)) == 1
