"""A home with a dispenser on the desk, and what the dispenser says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from heimvakt.core.alarms import Alarm
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.dose_ledger import Ledger
from heimvakt.core.doses import DosePlan
from heimvakt.core.events import LoggedEvent
from heimvakt.rules.missed_dose import State as Doses
from tests.support.homes import Desk, home

MORNING = DosePlan(at=time(8, 30), window=timedelta(minutes=45))
NIGHT = DosePlan(at=time(21), window=timedelta(hours=1))
MEDICINE = Device(
    device_id="medicine",
    role=Role.DISPENSER,
    driver="dispenser",
    address="1",
    room="kitchen",
    doses=(MORNING, NIGHT),
)
SIX = datetime(2026, 11, 4, 6, 0, tzinfo=UTC)
"""7:00 in Oslo."""
DOSE = datetime(2026, 11, 4, 7, 30, tzinfo=UTC)
CLOSES = DOSE + timedelta(minutes=45)
HALF = DOSE + timedelta(minutes=22, seconds=30)
EVENING_DOSE = datetime(2026, 11, 4, 20, 0, tzinfo=UTC)


def with_medicine(rules: Mapping[str, Mapping[str, Any]] | None = None, *devices: Device) -> Home:
    """A home with these dispensers, one unless told otherwise, and these rules."""
    there = {device.device_id: device for device in devices or (MEDICINE,)}
    wanted = {"missed-dose": {}} if rules is None else rules
    return home(there, {name: (name, settings) for name, settings in wanted.items()})


def ledger(desk: Desk, device_id: str = "medicine") -> Ledger:
    """What the rule has written down of a dispenser."""
    state = desk.state.rules["missed-dose"]
    assert isinstance(state, Doses)
    return state.dispensers[device_id].ledger


class Log:
    """The log that a dispenser keeps: what it writes there has a number."""

    def __init__(self, device_id: str = "medicine", log: str = "a") -> None:
        self.device_id, self.log, self._numbers = device_id, log, iter(range(1, 1_000_000))

    def of(self, kind: type[LoggedEvent], **fields: Any) -> LoggedEvent:
        """An event as it is told."""
        return kind(device_id=self.device_id, log=self.log, record=next(self._numbers), **fields)


def alarms(desk: Desk, kind: str) -> Iterator[Alarm]:
    """All of a kind, as they are now, in order."""
    return (alarm for alarm in desk.table.values() if alarm.kind == kind)
