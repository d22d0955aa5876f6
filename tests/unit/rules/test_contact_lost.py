"""A button whose cable is cut is told, once, and not what another alarm says already."""

from __future__ import annotations

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import ContactBack, ContactLost, DeviceSeen, RadioLost
from tests.support.homes import Desk, home

CORD = Device(device_id="cord", role=Role.BUTTON, driver="gpio", address="17", room="bathroom")
LOCK = Device(device_id="lock", role=Role.LOCK, driver="osdp", address="1")
DOOR = Device(device_id="door", role=Role.DOOR, driver="osdp", address="1/door")
LONE = Device(device_id="lone", role=Role.DOOR, driver="modbus", address="2/door")


def desk() -> Desk:
    devices = {d.device_id: d for d in (CORD, LOCK, DOOR, LONE)}
    return Desk(home(devices, {"contact-lost": ("contact-lost", {})}))


def test_a_button_that_cannot_be_heard_is_told_when_it_lasts() -> None:
    d = desk()
    d.tell(ContactLost(device_id="cord", reason="its cable is cut"))
    assert not d.table
    d.wait(minutes=2)
    alarm = d.alarm("contact-lost")
    assert (alarm.device_id, alarm.priority) == ("cord", Priority.MEDIUM)
    assert "bathroom" in alarm.text.en
    d.tell(ContactBack(device_id="cord"))
    d.wait(minutes=6)
    assert d.alarm("contact-lost").state is AlarmState.RESET


def test_a_loose_plug_that_is_put_back_is_not_told() -> None:
    d = desk()
    d.tell(ContactLost(device_id="cord"))
    d.wait(minutes=1)
    d.tell(ContactBack(device_id="cord"))
    d.tell(DeviceSeen(device_id="cord"))
    d.wait(minutes=2)
    assert not d.table


def test_a_lock_and_its_parts_are_told_by_the_lock_s_own_rule() -> None:
    d = desk()
    d.tell(ContactLost(device_id="lock"))
    d.tell(ContactLost(device_id="door"))
    d.wait(minutes=2)
    assert not d.table
    d.tell(ContactLost(device_id="lone"))
    d.wait(minutes=2)
    assert d.alarm("contact-lost").device_id == "lone"


def test_while_all_pins_are_lost_that_is_what_is_told() -> None:
    d = desk()
    d.tell(ContactLost(device_id="cord"))
    d.tell(RadioLost(driver="gpio", reason="no such chip"))
    d.wait(minutes=2)
    assert "contact-lost" not in d.kinds()
