"""A disk without a free byte, or one that cannot be written: what was taken is there, and alarms
are taken as long as there is anything that may be written over.

The disks are real: mounted, small, and filled by somebody else to the last byte, again and again.
"""

from __future__ import annotations

from typing import Any

import pytest

from heimvakt.store.limits import Limits
from tests.support.small_disk import NoDisk, on_small_disk

pytestmark = pytest.mark.fault
KINDS = ("tmpfs", "ext4")


def found(kind: str, scenario: str) -> dict[str, Any]:
    try:
        return on_small_disk(kind, scenario)
    except NoDisk as error:
        pytest.skip(f"no {kind} can be mounted here: {error}")


@pytest.mark.parametrize("kind", KINDS)
def test_6000_events_on_a_disk_that_somebody_else_fills(kind: str) -> None:
    it = found(kind, "runs full")
    print(it)
    assert it["eaten"] > 0
    assert it["free"] == 0
    assert (it["events"], it["alarms"]) == ([5_400, 0], [600, 0]), "taken, refused"
    assert (it["lost"], it["alarms_lost"]) == (0, 0)
    # What is held ready was enough: neither the reserve nor anything older had to go.
    assert (it["reserve"], it["dropped"]) == (Limits().reserve_bytes, {})


@pytest.mark.parametrize("kind", KINDS)
def test_alarms_until_nothing_fits_any_more_and_on_when_there_is_room(kind: str) -> None:
    it = found(kind, "only alarms")
    print(it)
    assert it["dropped"] == {"history": it["taken"] - 1}, "every event but the newest made room"
    assert (it["lost"], it["refused_and_there"]) == (0, 0)
    assert it["full"] == [True, 0]
    assert it["taken_after"] == 199, "without a new start"
    assert it["roomy"] == [False, 512 << 10], "and the reserve is whole again"


@pytest.mark.parametrize("kind", KINDS)
def test_a_start_without_one_free_byte(kind: str) -> None:
    it = found(kind, "begins full")
    assert it == {"taken": 41, "lost": 0, "fault": "None"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_is_read_only_at_the_start(kind: str) -> None:
    it = found(kind, "read-only")
    assert "mounted read-only" in it["said"]
    assert (it["lost"], it["fault"]) == (0, "None")


def test_a_disk_that_goes_read_only_in_use() -> None:
    it = found("ext4", "fails in use")
    assert "The disk" in it["said"]
    assert (it["taken"], it["lost"], it["invented"]) == (19, 0, 0)
    assert it["fault"] == "None"
