"""What a heartbeat says of the gateway is what is so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.core.events import ButtonPressed, DeviceSeen, DoorOpened, RadioLost
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.core.power import Power
from heimvakt.core.reports import Wanted
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.vitals import Vitals
from heimvakt.store.store import SqliteStore
from tests.support.homes import EVENING
from tests.support.lives import Life, live, pipeline_over, running


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with live(tmp_path) as made:
        yield made


def vitals(life: Life) -> Vitals:
    return Vitals(
        life.pipeline,
        life.store,
        life.clock,
        {"centre": Wanted.NONE},
        paths_lost=lambda: ("mobile",),
        power=lambda: Power(False, 72.0),
    )


async def test_it_says_what_waits_and_who_is_silent(life: Life) -> None:
    one = vitals(life)
    quiet = await one.measure("broadband", 1)
    assert (quiet.outbox_waiting, quiet.oldest_waiting_s) == (0, None)
    assert (quiet.silent_devices, quiet.drivers_lost) == ((), ())
    await life.pipeline.emit(ButtonPressed(device_id="button"))
    life.clock.drive(EVENING + timedelta(hours=15))
    await life.pipeline.emit(DeviceSeen(device_id="bed"))
    await life.pipeline.fire_due()
    await life.pipeline.emit(RadioLost(driver="zigbee", reason="gone"))
    told = await one.measure("broadband", 2)
    assert told.at == EVENING + timedelta(hours=15)
    assert told.started_at == EVENING
    assert told.outbox_waiting == len(life.pipeline.state.alarms)
    assert told.oldest_waiting_s == 15 * 3600.0
    assert set(told.silent_devices) == {"button", "pendant", "hall", "front-door"}
    assert told.drivers_lost == ("zigbee",)
    assert told.journal_seq == life.pipeline.seq


async def test_it_says_on_which_path_it_goes_and_how_the_others_are(life: Life) -> None:
    told = await vitals(life).measure("broadband", 7)
    assert (told.path, told.beat, told.paths_lost) == ("broadband", 7, ("mobile",))


async def test_it_says_how_the_box_is_fed_and_whether_there_is_room(life: Life) -> None:
    told = await vitals(life).measure("broadband", 1)
    assert (told.on_mains, told.battery_percent, told.store_full) == (False, 72.0, False)


@pytest.mark.parametrize(
    ("wanted", "count"), [(Wanted.NONE, 0), (Wanted.INFORMATION, 1), (Wanted.TELEMETRY, 2)]
)
async def test_it_counts_the_reports_that_a_receiver_wants(
    tmp_path: Path, wanted: Wanted, count: int
) -> None:
    clock = DrivenClock(EVENING)
    async with SqliteStore(tmp_path, opened_at=EVENING, wanted={"centre": wanted}) as store:
        pipeline = pipeline_over(store, clock)
        async with running(pipeline):
            lost = RadioLost(driver="gpio", reason="gone")
            await pipeline.emit(DoorOpened(device_id="front-door"), lost)
            told = await Vitals(pipeline, store, clock, {"centre": wanted}).measure("mobile", 1)
    assert told.reports_waiting == count


async def test_the_heart_beats_on_while_the_disk_is_dead(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = vitals(life)
    await life.pipeline.emit(ButtonPressed(device_id="button"))
    before = await one.measure("broadband", 1)
    assert (before.outbox_waiting, before.store_full) == (1, False)

    async def dead() -> dict[str, int]:
        raise StoreUnavailable("the disk is dead")

    monkeypatch.setattr(life.store, "count_waiting", dead)
    told = await one.measure("broadband", 2)
    assert (told.outbox_waiting, told.store_full) == (1, True)


async def test_it_says_what_of_the_configuration_is_not_in_use_and_where(life: Life) -> None:
    many = {f"devices.d{number}": "address is missing" for number in range(30)}
    one = Vitals(life.pipeline, life.store, life.clock, {}, wrong=lambda: many)
    await life.pipeline.emit(RadioLost(driver="devices.d1", reason="address is missing"))
    told = await one.measure("broadband", 1)
    assert told.configuration_wrong[:1] == (("devices.d0", "address is missing"),)
    assert len(told.configuration_wrong) == 20, "a heartbeat stays small"
    assert told.drivers_lost == (), "it is said once"
