"""What a picture shows is what sensors said: no more, and nothing of it lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ContactBack,
    ContactLost,
    DeviceBack,
    DeviceSilent,
    DoorClosed,
    DoorOpened,
    DoseMissed,
    DoseOffered,
    DoseRetracted,
    DoseTaken,
    Event,
    GatewayStarted,
    Mode,
    ModeChanged,
    MotionCleared,
    MotionDetected,
    RadioBack,
    RadioLost,
    stamped,
)
from heimvakt.replay.picture.seen import (
    JOINED,
    LANES_MAX,
    SIGN,
    DoseState,
    Lane,
    Seen,
    Span,
    What,
)
from tests.support.homes import DEVICES, OSLO, stamp

NOON = datetime(2026, 11, 17, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)
DISPENSER = Device(device_id="medicine", role=Role.DISPENSER, driver="dispenser", address="1")
HOME = Home(gateway_id="g", zone=OSLO, devices={**DEVICES, "medicine": DISPENSER})
LANES = {Lane("bed", "bed"): 0, Lane("hall", "room"): 1, Lane("", "door"): 2}


def at(hours: float, event: Event) -> Event:
    return stamped(event, stamp(at=NOON + hours * HOUR))


def seen(*events: Event, home: Home = HOME) -> Seen:
    found = Seen(home)
    assert list(found.watch(events)) == list(events)
    return found


def spans(found: Seen, what: What) -> list[tuple[float, float, int | None]]:
    return [
        ((s.begin - NOON) / HOUR, (s.end - NOON) / HOUR, s.lane)
        for s in found.spans
        if s.what is what
    ]


def test_beds_come_first_doors_that_lead_out_last_and_a_button_is_nowhere() -> None:
    assert seen().lanes == list(LANES)


def test_of_too_many_rooms_the_last_share_a_lane() -> None:
    many = {
        f"m{n}": Device(device_id=f"m{n}", role=Role.MOTION, driver="z", address=str(n))
        for n in range(30)
    }
    found = seen(at(1, MotionDetected(device_id="m29")), home=Home(gateway_id="g", devices=many))
    assert len(found.lanes) == LANES_MAX
    assert found.lanes[-1] == Lane("", "rest")
    assert [span.lane for span in found.spans] == [LANES_MAX - 1]


def test_what_begins_and_ends_is_a_span_and_what_goes_on_lasts_to_the_end() -> None:
    found = seen(
        at(10, BedEntered(device_id="bed")),
        at(14, BedLeft(device_id="bed")),
        at(14.1, DoorOpened(device_id="front-door")),
        at(14.2, DoorClosed(device_id="front-door")),
        at(15, BedEntered(device_id="bed")),
        at(18, MotionDetected(device_id="nobody-knows-it")),
    )
    assert spans(found, What.USED) == [(10, 14, 0), (15, 18, 0)]
    assert spans(found, What.OPEN) == [(14.1, 14.2, 2)]


def test_signs_that_are_near_are_one_span_and_those_that_are_not_are_two() -> None:
    near = (SIGN + JOINED) / HOUR
    found = seen(
        at(1, MotionDetected(device_id="hall")),
        at(1 + near, MotionDetected(device_id="hall")),
        at(1 + near + 0.5, MotionCleared(device_id="hall")),
        at(5, MotionDetected(device_id="hall")),
        at(9, BedEntered(device_id="bed")),
    )
    first, second = (s for s in found.spans if s.what is What.HEARD)
    assert (first.begin, first.end) == (NOON + HOUR, NOON + (1.5 + near) * HOUR)
    assert (second.begin, second.end) == (NOON + 5 * HOUR, NOON + 5 * HOUR + SIGN)


def test_times_in_which_nothing_could_be_heard() -> None:
    off = NOON + 2 * HOUR
    found = seen(
        at(5, GatewayStarted(cause="power", last_alive=off)),
        at(6, RadioLost(driver="zigbee", reason="unplugged")),
        at(7, RadioBack(driver="zigbee")),
        at(8, ContactLost(device_id="hall")),
        at(9, ContactBack(device_id="hall")),
        at(10, ContactLost(device_id="medicine")),
        at(11, ContactBack(device_id="medicine")),
    )
    assert spans(found, What.UNHEARD) == [
        (2, 5, None),
        *((6, 7, lane) for lane in (0, 1, 2)),
        (8, 9, 1),
    ]


def test_modes_and_silent_sensors_are_what_the_engine_made_of_it() -> None:
    found = Seen(HOME)
    found.derived(
        [
            at(1, ModeChanged(before=Mode.HOME, after=Mode.AWAY, until=None, by="box")),
            at(3, ModeChanged(before=Mode.AWAY, after=Mode.VISIT, until=None, by="carer-1")),
            at(4, ModeChanged(before=Mode.VISIT, after=Mode.HOME, until=None, by="time")),
            at(9, DeviceSilent(device_id="bed", last_seen=NOON + 5 * HOUR, limit_s=7200)),
            at(10, DeviceBack(device_id="bed")),
        ]
    )
    assert [(s.name, *t) for s, t in zip(found.spans, spans(found, What.MODE), strict=False)] == [
        ("away", 1, 3, None),
        ("visit", 3, 4, None),
    ]
    assert spans(found, What.UNHEARD) == [(5, 10, 0)]


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ((), DoseState.OFFERED),
        ((DoseTaken,), DoseState.TAKEN),
        ((DoseTaken, DoseRetracted, DoseOffered), DoseState.TAKEN),
        ((DoseMissed, DoseRetracted), DoseState.MISSED),
        ((DoseRetracted,), DoseState.RETRACTED),
    ],
)
def test_a_dose_is_shown_as_what_became_of_it(
    told: tuple[type[DoseTaken | DoseMissed | DoseRetracted | DoseOffered], ...], state: DoseState
) -> None:
    events = [DoseOffered, *told]
    found = seen(*(at(n, kind(device_id="medicine", dose=NOON)) for n, kind in enumerate(events)))
    (dose,) = found.doses.values()
    assert dose.state is state


def test_a_dose_that_is_told_late_stands_where_it_was_taken() -> None:
    found = seen(at(5, DoseTaken(device_id="medicine", dose=NOON, ago_s=7200)))
    (dose,) = found.doses.values()
    assert dose.at == NOON + 3 * HOUR


def test_when_there_is_too_much_the_oldest_goes_and_that_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("heimvakt.replay.picture.seen.SPANS_MAX", 3)
    found = seen(
        *(
            at(n + part, kind(device_id="bed"))
            for n in range(5)
            for part, kind in ((0, BedEntered), (0.5, BedLeft))
        )
    )
    assert [s.begin for s in found.spans] == [NOON + n * HOUR for n in (2, 3, 4)]
    assert found.let_go_until == NOON + 1.5 * HOUR
    assert isinstance(found.spans[0], Span)
