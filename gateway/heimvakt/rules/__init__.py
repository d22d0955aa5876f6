"""The catalogue of rules: one file each, pure, with its settings beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import (
    audit_broken,
    bathroom_stay,
    bed_exit,
    button,
    clock,
    contact_lost,
    custom,
    daily_test,
    danger,
    device_battery,
    device_silent,
    device_stuck,
    device_unsteady,
    dispenser,
    door_open,
    fall,
    inactivity,
    interference,
    left_home,
    lock,
    lock_left_open,
    mains_lost,
    missed_dose,
    night_door,
    night_light,
    night_wandering,
    not_up,
    ordered_test,
    orders_refused,
    path_lost,
    planned_check,
    siren,
    storage_full,
    tamper,
    technical,
    temperature,
    visit,
    visit_missed,
    walk_test,
    wrong_codes,
)
from .device_id import OfDevice
from .kind import Context, RuleKind, RuleSettings, Wire

KINDS: Mapping[str, RuleKind[Any]] = {
    kind.kind: kind
    for kind in (
        button.KIND,
        fall.KIND,
        *danger.KINDS,
        night_wandering.KIND,
        night_door.KIND,
        left_home.KIND,
        bed_exit.KIND,
        not_up.KIND,
        inactivity.KIND,
        bathroom_stay.KIND,
        door_open.KIND,
        temperature.KIND,
        custom.KIND,
        night_light.KIND,
        siren.KIND,
        missed_dose.KIND,
        *dispenser.KINDS,
        *lock.KINDS,
        lock_left_open.KIND,
        visit_missed.KIND,
        planned_check.KIND,
        visit.KIND,
        device_silent.KIND,
        device_stuck.KIND,
        device_unsteady.KIND,
        device_battery.KIND,
        tamper.KIND,
        technical.KIND,
        interference.KIND,
        path_lost.KIND,
        mains_lost.KIND,
        storage_full.KIND,
        clock.KIND,
        contact_lost.KIND,
        daily_test.KIND,
        ordered_test.KIND,
        walk_test.KIND,
        orders_refused.KIND,
        wrong_codes.KIND,
        audit_broken.KIND,
    )
}

__all__ = ["KINDS", "Context", "OfDevice", "RuleKind", "RuleSettings", "Wire"]
