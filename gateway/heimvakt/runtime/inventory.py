"""Every device of the home with all that is known of it, and the strangers in its networks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from heimvakt.core.batteries import forecast_days
from heimvakt.core.checkins import silence_limit
from heimvakt.core.events import LinkMeasured
from heimvakt.core.ports import Clock
from heimvakt.core.tending import Member, Tended
from heimvakt.rules import device_battery

from .hosting import HostedDriver
from .pipeline import Committed, Pipeline

WEEK = 7


@dataclass(slots=True)
class Link:
    """How well one device was heard."""

    lqi: int
    worst: deque[tuple[date, int]] = field(default_factory=lambda: deque(maxlen=WEEK))
    """The worst of each day on which it was heard, the newest last."""


class Inventory:
    """Of one life of the gateway. Links are known since its start."""

    def __init__(
        self,
        pipeline: Pipeline,
        drivers: Mapping[str, HostedDriver],
        clock: Clock,
        timezone: str,
        wrong: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        """`wrong`: why a driver is not in use, if it is not."""
        self._wrong = wrong
        self._pipeline = pipeline
        self._drivers = drivers
        self._clock = clock
        self._timezone = timezone
        self._links: dict[str, Link] = {}
        """By device; those of the home alone."""
        pipeline.watch(self._note)

    def all(self) -> dict[str, Any]:
        """The devices of the home by id, and those that it does not name."""
        members = {
            member.address: (name, member)
            for name, hosted in self._drivers.items()
            if isinstance(hosted.driver, Tended)
            for member in hosted.driver.members()
        }
        home = self._pipeline.home
        named = {device.address.lower() for device in home.devices.values()}
        return {
            "now": self._clock.now().isoformat(),
            "timezone": self._timezone,
            "devices": {
                device_id: self._device(device_id, members.get(device.address.lower()))
                for device_id, device in home.devices.items()
            },
            "unknown": [
                {"driver": name, **_member(member)}
                for address, (name, member) in members.items()
                if address not in named
            ],
        }

    def device(self, device_id: str) -> dict[str, Any]:
        """One device of the home."""
        device = self._pipeline.home.devices[device_id]
        hosted, address = self._drivers.get(device.driver), device.address.lower()
        members = hosted.driver.members() if hosted and isinstance(hosted.driver, Tended) else ()
        there = next((one for one in members if one.address == address), None)
        return self._device(device_id, (device.driver, there) if there else None)

    def _device(self, device_id: str, there: tuple[str, Member] | None) -> dict[str, Any]:
        home, state = self._pipeline.home, self._pipeline.state
        device = home.devices[device_id]
        health = state.supervised.devices.get(device_id)
        learned = health.learned if health else None
        battery = device_battery.battery_of(state.rules.get(device_battery.KIND.kind), device_id)
        link = self._links.get(device_id)
        member = there[1] if there else None
        days = forecast_days(battery, self._clock.now()) if battery else None
        return {
            "role": device.role,
            "room": device.room,
            "driver": device.driver,
            "address": device.address,
            "not_in_use": self._wrong(device.driver),
            "last_seen": health.last_seen.isoformat() if health and health.last_seen else None,
            "silent": bool(health and health.silent),
            "usual_s": round(learned.usual_s) if learned and learned.is_settled else None,
            "silent_after_s": silence_limit(device, learned).total_seconds() if learned else None,
            "battery_percent": battery.percent if battery else None,
            "battery_low": bool(battery and battery.low),
            "battery_days": round(days) if days is not None else None,
            "lqi": _newest(member, link),
            "lqi_worst": min(lqi for _, lqi in link.worst) if link else None,
            "joined": None if there is None and not self._is_tended(device.driver) else bool(there),
            "enrolled": member.enrolled if member else None,
            "trouble": member.trouble if member else None,
            "manufacturer": member.manufacturer if member else None,
            "model": member.model if member else None,
            "rules": list(home.rules_that_need(device_id)),
        }

    def _is_tended(self, driver: str) -> bool:
        """Whether it is known who is in its network."""
        hosted = self._drivers.get(driver)
        return hosted is not None and isinstance(hosted.driver, Tended)

    def _note(self, committed: Committed) -> None:
        event = committed.event
        if isinstance(event, LinkMeasured) and event.device_id in self._pipeline.home.devices:
            link = self._links.setdefault(event.device_id, Link(event.lqi))
            link.lqi, today = event.lqi, event.at.date()
            worst = event.lqi
            if link.worst and link.worst[-1][0] == today:
                worst = min(worst, link.worst.pop()[1])
            link.worst.append((today, worst))


def _newest(member: Member | None, link: Link | None) -> int | None:
    """Of the very last frame where the driver knows it: `LinkMeasured` comes once an hour."""
    if member is not None and member.lqi is not None:
        return member.lqi
    return link.lqi if link else None


def _member(member: Member) -> dict[str, Any]:
    return {
        "address": member.address,
        "interviewed": member.interviewed,
        "manufacturer": member.manufacturer,
        "model": member.model,
        "says": list(member.says),
        "roles": [str(role) for role in member.roles],
        "lqi": member.lqi,
    }
