"""What tests of a dose that may be missed have in common."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from heimvakt.core.alarms import AlarmState
from heimvakt.core.events import ContactBack, ContactLost, DoseOffered
from tests.support.homes import Desk
from tests.support.medicine import DOSE, SIX, Log, alarms, with_medicine

GRACE = timedelta(minutes=5)
LOST = ContactLost(device_id="medicine", reason="no answer")
BACK = ContactBack(device_id="medicine")
REMINDER = "missed-dose/medicine"


def desk(**settings: Any) -> Desk:
    """With a dispenser, in the morning, before its first dose."""
    return Desk(with_medicine({"missed-dose": settings}), at=SIX)


def offered(d: Desk, log: Log) -> None:
    """It is held out when it is due."""
    d.tell(log.of(DoseOffered, dose=DOSE), at=DOSE)


def states(d: Desk, kind: str) -> list[AlarmState]:
    return [alarm.state for alarm in alarms(d, kind)]
