"""A copy of what ModemManager has, kept true by its signals. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .mm_values import Interfaces

SIGNALS = ("InterfacesAdded", "InterfacesRemoved", "PropertiesChanged")


class Objects:
    """Modem objects by their path."""

    def __init__(self, found: Mapping[str, Interfaces] | None = None) -> None:
        self._all: dict[str, dict[str, dict[str, Any]]] = {}
        for path, interfaces in (found or {}).items():
            self._add(path, interfaces)

    def as_mapping(self) -> Mapping[str, Interfaces]:
        """As they are now."""
        return self._all

    def __getitem__(self, path: str) -> Interfaces:
        return self._all[path]

    def __contains__(self, path: str) -> bool:
        return path in self._all

    def change(self, path: str, member: str, body: tuple[Any, ...]) -> None:
        """Take a signal; one about an object that was never seen changes nothing."""
        match member, body:
            case "InterfacesAdded", (str() as added, dict() as interfaces):
                self._add(added, interfaces)
            case "InterfacesRemoved", (str() as removed, list() as interfaces):
                for name in interfaces:
                    self._all.get(removed, {}).pop(name, None)
                if not self._all.get(removed):
                    self._all.pop(removed, None)
            case "PropertiesChanged", (str() as name, dict() as changed, _) if path in self._all:
                self._all[path].setdefault(name, {}).update(changed)
            case _:
                pass

    def _add(self, path: str, interfaces: Interfaces) -> None:
        known = self._all.setdefault(path, {})
        for name, properties in interfaces.items():
            known[name] = dict(properties)
