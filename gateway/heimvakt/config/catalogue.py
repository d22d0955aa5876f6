"""What a configuration may choose from. The caller brings it: this package knows none by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from heimvakt.core.ports import DriverPlugin
from heimvakt.core.receiver import ReceiverSettings
from heimvakt.rules import KINDS, RuleKind

from .machine import Machine

DRIVER_GROUP = "heimvakt.drivers"
"""The entry points that driver packages announce themselves by."""


class CannotUse(Exception):
    """A driver is installed but cannot be imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The drivers, rules and receivers that there are."""

    drivers: Mapping[str, Callable[[], DriverPlugin]]
    """Name -> how to get the plugin; asked for only if the home uses it. May raise `CannotUse`."""
    rules: Mapping[str, RuleKind[Any]] = field(default_factory=lambda: KINDS)
    receivers: Mapping[str, type[ReceiverSettings]]
    """Kind -> the model of its `[receivers.NAME]`, with or without a field `kind`."""
    machine: Callable[[], Machine] | None = None
    """What there is on the machine that the file is for; None: it is for another."""


def installed_drivers() -> dict[str, Callable[[], DriverPlugin]]:
    """The drivers of this installation; none of them is imported yet."""
    from importlib.metadata import EntryPoint, entry_points  # 20 ms: not for every import of us

    def loader(entry: EntryPoint) -> Callable[[], DriverPlugin]:
        def load() -> DriverPlugin:
            try:
                plugin: DriverPlugin = entry.load()
            except (ImportError, AttributeError) as error:
                raise CannotUse(str(error)) from error
            return plugin

        return load

    return {entry.name: loader(entry) for entry in entry_points(group=DRIVER_GROUP)}
