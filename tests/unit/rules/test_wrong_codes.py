"""Somebody tries codes: one alarm for each reader, and a count with the next."""

from __future__ import annotations

from dataclasses import replace

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import AlarmClosed, CodesIgnored
from tests.support.homes import Desk, home

FRONT = Device(device_id="front-reader", role=Role.TAG, driver="osdp", address="1/reader")
BACK = replace(FRONT, device_id="back-reader", address="2/reader")
TRIED = CodesIgnored(device_id="front-reader", wrong=5, for_s=900.0)


def desk() -> Desk:
    devices = {d.device_id: d for d in (FRONT, BACK)}
    return Desk(home(devices, {"wrong-codes": ("wrong-codes", {})}))


def test_it_is_told_with_what_follows_from_it() -> None:
    d = desk()
    d.tell(TRIED)
    alarm = d.alarm("wrong-codes")
    assert (alarm.priority, alarm.device_id) == (Priority.MEDIUM, "front-reader")
    assert alarm.text.en == (
        "Somebody typed 5 wrong codes at front-reader. No code is taken there for 15 min; keys "
        "work as ever."
    )
    assert alarm.text.nb == (
        "Noen har tastet feil kode 5 ganger ved front-reader. Ingen kode tas imot der på 15 min; "
        "brikker virker som før."
    )


def test_more_of_it_is_counted_and_another_reader_is_another_alarm() -> None:
    d = desk()
    for _ in range(4):
        d.tell(TRIED)
        d.wait(minutes=20)
    assert d.kinds() == ["wrong-codes"]
    d.tell(replace(TRIED, device_id="back-reader"))
    assert d.kinds() == ["wrong-codes"] * 2


def test_a_day_later_or_when_it_was_closed_it_is_told_anew_with_the_count() -> None:
    d = desk()
    d.tell(TRIED)
    d.tell(TRIED)
    d.wait(days=1)
    d.tell(TRIED)
    first, second = sorted(d.table.values(), key=lambda alarm: alarm.number)
    assert (first.state, second.state) == (AlarmState.RESET, AlarmState.RAISED)
    assert second.text.en.endswith("Since it was told last: 5 more.")
    d.tell(AlarmClosed(alarm_id=second.alarm_id, receiver="centre", by="op-7"))
    d.tell(TRIED)
    assert d.kinds() == ["wrong-codes"] * 3


def test_a_reader_that_was_taken_out_leaves_nothing_behind() -> None:
    d = desk()
    d.tell(TRIED)
    d.change(home({"back-reader": BACK}, {"wrong-codes": ("wrong-codes", {})}))
    assert d.alarm("wrong-codes").state is AlarmState.RESET
