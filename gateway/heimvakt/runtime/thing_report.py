"""What locks and dispensers are at, as it is told to those in front of the box."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any

from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.dose_ledger import Ledger, balance
from heimvakt.core.doses import doses
from heimvakt.core.state import State
from heimvakt.rules import missed_dose

DAY = timedelta(days=1)
WEEK = timedelta(days=8)
"""A plan has each of its doses within this."""


def lock_facts(home: Home, state: State, bolts: Mapping[str, str]) -> dict[str, Any]:
    """By lock; `bolts` is what each said last, since the service was started."""
    return {
        i: {"bolt": bolts.get(i), "contact": _contact(state, i), "wrong": _wrong(state, i)}
        for i, device in home.devices.items()
        if device.role is Role.LOCK
    }


def dispenser_facts(home: Home, state: State, now: datetime) -> dict[str, Any]:
    """By dispenser: the doses of today by what became of them, and of always; the next one."""
    return {
        i: {
            **_doses(home, _ledger(home, state, i), device, now),
            "contact": _contact(state, i),
            "wrong": _wrong(state, i),
        }
        for i, device in home.devices.items()
        if device.role is Role.DISPENSER
    }


def _doses(home: Home, ledger: Ledger, device: Device, now: datetime) -> dict[str, Any]:
    today = now.astimezone(home.zone).date()
    begin, end = (
        datetime.combine(day, time(), home.zone).astimezone(now.tzinfo)
        for day in (today, today + DAY)
    )
    fates = Counter(str(e.fate) for at, e in ledger.entries.items() if begin <= at < end)
    coming = next(doses(device.doses, home.zone, now, now + WEEK), None)
    return {
        "today": sum(1 for _ in doses(device.doses, home.zone, begin, end)),
        "fates": dict(fates),
        "next": coming.at.isoformat() if coming else None,
        "balance": asdict(balance(ledger)),
    }


def _ledger(home: Home, state: State, device_id: str) -> Ledger:
    """What the rule has written down that is about this one."""
    for rule_id, rule in home.rules.items():
        known = state.rules.get(rule_id)
        if rule.kind == missed_dose.KIND.kind and isinstance(known, missed_dose.State):
            watch = known.dispensers.get(device_id)
            if watch is not None:
                return watch.ledger
    return Ledger()


def _contact(state: State, device_id: str) -> bool:
    health = state.supervised.devices.get(device_id)
    return health is not None and not health.no_contact and not health.silent


def _wrong(state: State, device_id: str) -> list[str]:
    """The kinds of alarm that are open about it."""
    alarms = state.alarms.values()
    return sorted({a.kind for a in alarms if a.device_id == device_id and a.state.is_open})
