"""What a kind of rule offers the configuration: its settings, its wiring, how it is bound."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from heimvakt.core.alarms import Priority
from heimvakt.core.calendar import Night, UnknownClock
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import Effects
from heimvakt.core.events import DeviceEvent, Event, Press
from heimvakt.core.fields import Hours
from heimvakt.core.rule import Rule


class RuleSettings(BaseModel):
    """The keys of one `[rules.ID]` section."""

    # Of most kinds a home has no rule: what checks its keys is made for those that it has.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


SettingsT = TypeVar("SettingsT", bound=RuleSettings)


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule is bound to."""

    devices: Mapping[str, Device]
    zone: ZoneInfo
    gateway_id: str = ""
    paths: tuple[str, ...] = ()
    """The names of the ways out of the box."""
    unknown_clock: UnknownClock = UnknownClock.NIGHT
    mode_presses: frozenset[tuple[str, Press]] = frozenset()
    """Which presses of which buttons set a mode; no call for help is among them."""

    @property
    def roles(self) -> Mapping[str, Role]:
        """What each device of the home is."""
        return {i: device.role for i, device in self.devices.items()}

    def of_role(self, role: Role) -> frozenset[str]:
        """The ids of the home's devices of one role."""
        return frozenset(i for i, device in self.devices.items() if device.role is role)

    def night(self, hours: Hours) -> Night:
        """The hours that a rule calls night, in this home."""
        return Night(hours.window(self.zone), self.unknown_clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A device that a setting names, and what it may be."""

    field: tuple[str | int, ...]
    device_id: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleKind(Generic[SettingsT]):
    """One entry of the catalogue."""

    kind: str
    settings: type[SettingsT]
    bind: Callable[[str, SettingsT, Context], Rule[Any]]
    wiring: Callable[[SettingsT], Iterable[Wire]]
    listens: frozenset[Role]
    """The roles that it hears without being wired to a device."""
    raises: frozenset[str]
    """The kinds of alarms that come of it."""
    priorities: frozenset[Priority]
    """What a home may choose from."""
    implicit: bool = False
    """Armed in every home, with its defaults where there is no section."""


StateT = TypeVar("StateT")
NO_DEVICES: frozenset[str] = frozenset()


def role_rule(
    rule_id: str,
    kind: RuleKind[Any],
    initial: StateT,
    step: Callable[[StateT, Event], tuple[StateT, Effects]],
    devices: Iterable[str],
    *,
    version: int = 1,
) -> Rule[StateT]:
    """A rule about every device of a role: it is blind without each of them."""
    rule = home_rule(rule_id, kind, initial, step, version=version)
    of = frozenset(devices)
    return replace(rule, needs=of, told_of=of)


def home_rule(
    rule_id: str,
    kind: RuleKind[Any],
    initial: StateT,
    step: Callable[[StateT, Event], tuple[StateT, Effects]],
    *,
    version: int = 1,
    told_of: frozenset[str] | None = None,
    told_of_kinds: frozenset[type[DeviceEvent]] | None = None,
) -> Rule[StateT]:
    """A rule about the home or the gateway: no device makes it blind, and its state is of one
    class.

    Args:
        rule_id: its name in the configuration.
        kind: of the catalogue.
        initial: its state at first.
        step: see `Rule`.
        version: see `Rule`.
        told_of: see `Rule`; for a rule that is about no device at all, `NO_DEVICES`.
        told_of_kinds: see `Rule`.
    """
    return Rule(
        rule_id=rule_id,
        kind=kind.kind,
        version=version,
        initial=initial,
        states=(type(initial),),
        step=step,
        needs=frozenset(),
        told_of=told_of,
        told_of_kinds=told_of_kinds,
    )
