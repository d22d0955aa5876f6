"""The driver of an entry; one that cannot even be made costs its own devices and no others."""

from __future__ import annotations

from collections.abc import Mapping

from heimvakt.config.hardware import DriverEntry
from heimvakt.core.commands import Command, CommandFailed
from heimvakt.core.ports import Driver, DriverContext, DriverError


class NotMade:
    """Stands for a driver that fell before it began; keeps the port `core.ports.Driver`."""

    def __init__(self, why: str) -> None:
        self._why = why

    async def run(self, context: DriverContext) -> None:
        """See the port: whoever hosts it tells it as any driver that falls."""
        del context
        raise DriverError(self._why)

    async def execute(self, command: Command) -> None:
        """See the port."""
        del command
        raise CommandFailed(self._why)

    def counts(self) -> Mapping[str, int]:
        """See the port."""
        return {}


def driver_of(entry: DriverEntry) -> Driver:
    """The driver, not opened yet; one that says why there is none where its maker fails."""
    try:
        driver: Driver = entry.plugin.create(entry.settings)
    # It may be anybody's, and what it imports may not be there: the other drivers must be heard.
    except Exception as error:  # noqa: BLE001
        return NotMade(f"it cannot be made: {type(error).__name__}: {error}")
    return driver
