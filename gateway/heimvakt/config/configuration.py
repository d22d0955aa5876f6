"""A home as its file describes it: one frozen value, checked, and what the core makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from heimvakt.core.devices import Device, Home
from heimvakt.core.path import Path
from heimvakt.core.routes import Routes
from heimvakt.rules import KINDS, Context, RuleKind

from .hardware import DriverEntry
from .models import GatewaySettings
from .rule_sections import RuleEntry
from .signs import SignSettings
from .storage import StoreSettings
from .telling import ReceiverEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """All that a home's file says. Only `load` makes one, so each has been checked."""

    gateway: GatewaySettings
    drivers: Mapping[str, DriverEntry]
    devices: Mapping[str, Device]
    rules: tuple[RuleEntry, ...]
    """Those of the file in its order, then those that every home has."""
    receivers: Mapping[str, ReceiverEntry]
    routes: Routes
    paths: tuple[Path, ...]
    """In the order of use; never empty."""
    signs: SignSettings
    store: StoreSettings
    digest: str = ""
    """SHA-256 of the file, in hex."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the home."""
        return ZoneInfo(self.gateway.timezone)

    def to_home(self, kinds: Mapping[str, RuleKind[Any]] = KINDS) -> Home:
        """The home that the engine is given, with its rules bound."""
        context = Context(
            devices=self.devices,
            zone=self.zone,
            gateway_id=self.gateway.id,
            paths=tuple(path.name for path in self.paths),
            unknown_clock=self.gateway.unknown_clock,
        )
        return Home(
            gateway_id=self.gateway.id,
            devices=self.devices,
            rules={
                entry.rule_id: kinds[entry.kind].bind(entry.rule_id, entry.settings, context)
                for entry in self.rules
            },
            routes=self.routes,
        )
