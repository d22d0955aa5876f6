"""The catalogue of rules: one file each, pure, with its settings beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import (
    button,
    clock,
    daily_test,
    danger,
    device_battery,
    device_silent,
    device_stuck,
    fall,
    interference,
    mains_lost,
    night_door,
    night_light,
    night_wandering,
    path_lost,
    siren,
    storage_full,
    tamper,
    technical,
)
from .kind import Context, RuleKind, RuleSettings, Wire

KINDS: Mapping[str, RuleKind[Any]] = {
    kind.kind: kind
    for kind in (
        button.KIND,
        fall.KIND,
        *danger.KINDS,
        night_wandering.KIND,
        night_door.KIND,
        night_light.KIND,
        siren.KIND,
        device_silent.KIND,
        device_stuck.KIND,
        device_battery.KIND,
        tamper.KIND,
        technical.KIND,
        interference.KIND,
        path_lost.KIND,
        mains_lost.KIND,
        storage_full.KIND,
        clock.KIND,
        daily_test.KIND,
    )
}

__all__ = ["KINDS", "Context", "RuleKind", "RuleSettings", "Wire"]
