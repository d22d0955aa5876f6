"""What the gateway finds by entry point. Importing this must be cheap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from heimvakt.core.devices import Device, Role
from heimvakt.core.ports import Driver, Mistake

from .settings import KarusellSettings


class KarusellPlugin:
    """The driver for one Karusell."""

    name = "karusell"
    settings = KarusellSettings
    device_settings = None

    def check(
        self, settings: KarusellSettings, where: tuple[str | int, ...], devices: Sequence[Device]
    ) -> Sequence[Mistake]:
        """All that is wrong beyond types."""
        return list(_mistakes(where, devices))

    def create(self, settings: KarusellSettings) -> Driver:
        """The driver; what is heavy would be imported here."""
        from .driver import KarusellDriver

        return KarusellDriver(settings)


def _mistakes(where: tuple[str | int, ...], devices: Sequence[Device]) -> Iterator[Mistake]:
    if len(devices) != 1:
        yield Mistake(where, "one connection is one dispenser", "give it one device")
    for device in devices:
        if device.role is not Role.DISPENSER:
            place = ("devices", device.device_id, "role")
            yield Mistake(place, "a Karusell is a dispenser", 'write role = "dispenser"')


PLUGIN = KarusellPlugin()
