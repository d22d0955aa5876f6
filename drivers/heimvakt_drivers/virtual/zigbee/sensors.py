"""The kinds of sensors and buttons a home has, by what happens to them."""

from __future__ import annotations

from typing import ClassVar

from . import zcl
from .basics import ON_OFF, OTA
from .catalogue_device import CatalogueDevice
from .device import VirtualDevice
from .ias import IasZoneDevice, ZoneStatus, ZoneType
from .sent import Outcome, Sent
from .zcl_values import Attribute, Type

OCCUPANCY = 0x0406


class ContactSensor(IasZoneDevice):
    """A magnet contact on a door or a window; alarm 1 is open. Has a client for updates."""

    default_model = "HV-CONTACT-1"
    outputs: ClassVar[tuple[int, ...]] = (OTA,)

    async def open(self) -> Sent:
        """The door is opened."""
        return await self.set_alarm(True)

    async def close(self) -> Sent:
        """The door is closed."""
        return await self.set_alarm(False)


class MotionSensor(IasZoneDevice):
    """A motion sensor with an IAS zone; alarm 1 is motion."""

    default_model = "HV-MOTION-1"
    zone_type = ZoneType.MOTION

    async def motion(self) -> Sent:
        """Somebody moves."""
        return await self.set_alarm(True)

    async def clear(self) -> Sent:
        """Nobody has moved for a while."""
        return await self.set_alarm(False)


class OccupancySensor(VirtualDevice):
    """A motion sensor that reports occupancy (0x0406) as an attribute."""

    default_model = "HV-OCCUPANCY-1"
    device_type = 0x0107
    inputs: ClassVar[tuple[int, ...]] = (OCCUPANCY,)

    async def occupied(self) -> Sent:
        """Somebody is there."""
        return await self._report(1)

    async def vacant(self) -> Sent:
        """Nobody is there any more."""
        return await self._report(0)

    async def _report(self, occupied: int) -> Sent:
        self.clusters[OCCUPANCY][0x0000].value = occupied
        return await self.report(OCCUPANCY, 0x0000)

    def _clusters(self) -> dict[int, dict[int, Attribute]]:
        occupancy = {
            0x0000: Attribute(Type.BITMAP8, 0),
            0x0001: Attribute(Type.ENUM8, 0),  # infrared
            0x0010: Attribute(Type.UINT16, 30, writable=True),  # seconds until vacant
        }
        return {**super()._clusters(), OCCUPANCY: occupancy}


class EmergencyButton(IasZoneDevice):
    """A personal emergency button; for this zone type alarm 2 is the button, alarm 1 a fall."""

    default_model = "HV-SOS-1"
    zone_type = ZoneType.PERSONAL_EMERGENCY
    alarm = ZoneStatus.ALARM_2

    async def press(self) -> Sent:
        """The button is pressed."""
        return await self.set_alarm(True)

    async def release(self) -> Sent:
        """The alarm bit falls back, some seconds after a press."""
        return await self.set_alarm(False)


class BedMat(IasZoneDevice):
    """A pressure mat on a contact input: in bed is closed, out of bed is open (alarm 1)."""

    default_model = "HV-BED-1"

    async def occupy(self) -> Sent:
        """The person lies down."""
        return await self.set_alarm(False)

    async def leave(self) -> Sent:
        """The person gets up."""
        return await self.set_alarm(True)


class SmokeDetector(IasZoneDevice):
    """A smoke detector; alarm 1 is smoke."""

    default_model = "HV-SMOKE-1"
    zone_type = ZoneType.FIRE

    async def smoke(self) -> Sent:
        """There is smoke."""
        return await self.set_alarm(True)

    async def clear(self) -> Sent:
        """There is none any more."""
        return await self.set_alarm(False)

    async def test(self) -> Sent:
        """The test button: alarm and test bit together, then cleared by `end_test`."""
        return await self._set(ZoneStatus.ALARM_1 | ZoneStatus.TEST, True)

    async def end_test(self) -> Sent:
        """The test is over."""
        return await self._set(ZoneStatus.ALARM_1 | ZoneStatus.TEST, False)


class OnOffButton(VirtualDevice):
    """A remote: it has an on/off client and sends commands, bound or not."""

    default_model = "HV-REMOTE-1"
    device_type = 0x0000
    outputs: ClassVar[tuple[int, ...]] = (ON_OFF,)

    async def off(self) -> Sent:
        """The off key."""
        return await self._command(0x00)

    async def on(self) -> Sent:
        """The on key."""
        return await self._command(0x01)

    async def toggle(self) -> Sent:
        """The only key of a small one."""
        return await self._command(0x02)

    async def _command(self, command: int) -> Sent:
        if not self.joined:
            return Sent(Outcome.NOT_JOINED)
        target = self._bound_endpoint(ON_OFF)
        return await self.say(ON_OFF, command, b"", zcl.CLUSTER_SPECIFIC, target or 1)


class OnOffContact(VirtualDevice):
    """A contact that reports on/off (0x0006) without any binding, as those of some makers do."""

    default_model = "HV-CONTACT-ONOFF-1"
    needs_binding = False
    inputs: ClassVar[tuple[int, ...]] = (ON_OFF,)

    async def open(self) -> Sent:
        """The door is opened: on."""
        return await self._report(1)

    async def close(self) -> Sent:
        """The door is closed: off."""
        return await self._report(0)

    async def _report(self, on: int) -> Sent:
        self.clusters[ON_OFF][0x0000].value = on
        return await self.report(ON_OFF, 0x0000)

    def _clusters(self) -> dict[int, dict[int, Attribute]]:
        return {**super()._clusters(), ON_OFF: {0x0000: Attribute(Type.BOOL, 0)}}


KINDS: dict[str, type[VirtualDevice]] = {
    kind.__name__: kind
    for kind in (
        BedMat,
        CatalogueDevice,
        ContactSensor,
        EmergencyButton,
        MotionSensor,
        OccupancySensor,
        OnOffButton,
        OnOffContact,
        SmokeDetector,
    )
}
"""Kinds by the name under which a saved radio knows them."""
