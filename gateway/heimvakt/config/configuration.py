"""A home as its file describes it: one frozen value, checked, and what the core makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from heimvakt.core.devices import Device, Home
from heimvakt.core.events import Mode
from heimvakt.core.mode_plans import PLANS, ModePlan
from heimvakt.core.path import Path
from heimvakt.core.routes import Routes
from heimvakt.rules import KINDS, Context, RuleKind

from .hardware import DriverEntry
from .models import GatewaySettings
from .orders import NO_ORDERS, OrderSettings
from .page import PageSettings
from .rule_sections import RuleEntry
from .signs import SignSettings
from .storage import StoreSettings
from .tags import TagSettings
from .telling import ReceiverEntry
from .unusable import Unusable
from .updates import NO_UPDATES, UpdateSettings


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
    orders: OrderSettings = NO_ORDERS
    updates: UpdateSettings = NO_UPDATES
    page: PageSettings = field(default_factory=PageSettings)
    tags: Mapping[str, TagSettings] = field(default_factory=dict)
    modes: Mapping[Mode, ModePlan] = field(default_factory=lambda: PLANS)
    digest: str = ""
    """SHA-256 of the file, in hex."""
    unusable: tuple[Unusable, ...] = ()
    """What the home runs without, because the file is wrong there."""
    refused: str = ""
    """Why the file is not used at all, where this is the last good one."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the home."""
        return ZoneInfo(self.gateway.timezone)

    def to_home(
        self,
        kinds: Mapping[str, RuleKind[Any]] = KINDS,
        *,
        codes: Mapping[str, str] = MappingProxyType({}),
    ) -> Home:
        """The home that the engine is given, with its rules bound; `codes` are secrets, and say
        whose each is."""
        context = Context(
            devices=self.devices,
            zone=self.zone,
            gateway_id=self.gateway.id,
            paths=tuple(path.name for path in self.paths),
            unknown_clock=self.gateway.unknown_clock,
            mode_presses=frozenset(
                (plan.button, plan.press) for plan in self.modes.values() if plan.button
            ),
        )
        return Home(
            gateway_id=self.gateway.id,
            devices=self.devices,
            rules={
                entry.rule_id: kinds[entry.kind].bind(entry.rule_id, entry.settings, context)
                for entry in self.rules
            },
            routes=self.routes,
            zone=self.zone,
            tags={tag.card: name for name, tag in self.tags.items() if tag.card}
            | {f"code:{code}": name for code, name in codes.items()},
            modes=self.modes,
            paths=tuple(path.name for path in self.paths),
            orders=self.orders.to_keys(
                bundle_bytes_max=self.updates.download_max if self.updates.keys else 0
            ),
            digest=self.digest,
        )
