"""The IAS zone of an alarm sensor: enrolment, zone status, notifications.

Facts: Zigbee Cluster Library, chapter 8.2. A zone that is not enrolled keeps its alarms to itself
but answers reads. Writing the address of the control equipment makes it ask for enrolment; an
enrol response also enrols it unasked, as many sensors accept it.
"""

from __future__ import annotations

import struct
from enum import IntEnum, IntFlag
from typing import ClassVar

from . import zcl
from .device import VirtualDevice
from .octets import Reader, u16
from .sent import Outcome, Sent
from .zcl import Status, Zcl
from .zcl_values import Attribute, Type

IAS_ZONE = 0x0500
ZONE_STATE, ZONE_TYPE, ZONE_STATUS, CIE_ADDRESS, ZONE_ID = 0x0000, 0x0001, 0x0002, 0x0010, 0x0011
STATUS_CHANGE, ENROL_REQUEST = 0x00, 0x01  # from the zone
ENROL_RESPONSE = 0x00  # to the zone
NO_ZONE_ID = 0xFF
LOW_BATTERY_PERCENT = 15.0


class ZoneType(IntEnum):
    """Kinds of zones."""

    MOTION = 0x000D
    CONTACT = 0x0015
    FIRE = 0x0028
    PERSONAL_EMERGENCY = 0x002C


class ZoneStatus(IntFlag):
    """The bits of a zone status."""

    ALARM_1 = 0x0001
    ALARM_2 = 0x0002
    TAMPER = 0x0004
    BATTERY = 0x0008
    SUPERVISION_REPORTS = 0x0010
    RESTORE_REPORTS = 0x0020
    TROUBLE = 0x0040
    MAINS = 0x0080
    TEST = 0x0100
    BATTERY_DEFECT = 0x0200


class IasZoneDevice(VirtualDevice):
    """A sensor with an IAS zone. What its alarm bits mean is said by its kind."""

    zone_type: ClassVar[int] = ZoneType.CONTACT
    inputs: ClassVar[tuple[int, ...]] = (IAS_ZONE,)
    alarm: ClassVar[ZoneStatus] = ZoneStatus.ALARM_1

    @property
    def enrolled(self) -> bool:
        """Whether the host enrolled the zone."""
        return self.clusters[IAS_ZONE][ZONE_STATE].value == 1

    @property
    def zone_status(self) -> ZoneStatus:
        """The zone status as it is now, told or not."""
        value = self.clusters[IAS_ZONE][ZONE_STATUS].value
        assert isinstance(value, int)
        return ZoneStatus(value)

    async def wait_enrolled(self) -> None:
        """Wait until the host enrolled the zone."""
        await self.changes.until(lambda: self.enrolled)

    async def set_alarm(self, active: bool, *, delay_s: float = 0.0) -> Sent:
        """Set or clear the alarm bit and notify. `delay_s` is told in quarters of a second."""
        return await self._set(self.alarm, active, delay_s=delay_s)

    async def tamper(self, active: bool) -> Sent:
        """The housing was opened, or closed again."""
        return await self._set(ZoneStatus.TAMPER, active)

    async def battery(self, percent: float) -> Sent:
        """As for every device; at 15 percent and below the zone status says so too."""
        sent = await super().battery(percent)
        low = percent <= LOW_BATTERY_PERCENT
        if low == bool(self.zone_status & ZoneStatus.BATTERY):
            return sent
        notified = await self._set(ZoneStatus.BATTERY, low)
        return sent or notified

    async def check_in(self) -> Sent:
        """The battery, and the zone status again, as sensors with supervision reports do."""
        sent = await super().check_in()
        notified = await self.notify_status()
        return sent or notified

    async def notify_status(self, *, delay_s: float = 0.0) -> Sent:
        """Send a zone status change notification with the status as it is."""
        if not self.joined:
            return Sent(Outcome.NOT_JOINED)
        if not self.enrolled:
            return Sent(Outcome.NOT_ENROLLED)
        zone = self.clusters[IAS_ZONE]
        payload = struct.pack("<HBBH", self.zone_status, 0, zone[ZONE_ID].value, round(delay_s * 4))
        control = zcl.CLUSTER_SPECIFIC | zcl.FROM_SERVER
        return await self.say(IAS_ZONE, STATUS_CHANGE, payload, control, self._cie_endpoint)

    def forget(self) -> None:
        """As for every device, and the enrolment too."""
        zone = self.clusters[IAS_ZONE]
        zone[ZONE_STATE].value, zone[ZONE_ID].value = 0, NO_ZONE_ID
        zone[CIE_ADDRESS].value = bytes(8)
        super().forget()

    async def _set(self, bit: ZoneStatus, active: bool, *, delay_s: float = 0.0) -> Sent:
        status = self.zone_status | bit if active else self.zone_status & ~bit
        self.clusters[IAS_ZONE][ZONE_STATUS].value = int(status)
        return await self.notify_status(delay_s=delay_s)

    def written(self, cluster: int, host_endpoint: int, attributes: tuple[int, ...]) -> list[Zcl]:
        """The address of the control equipment was written: ask it to enrol this zone."""
        if cluster != IAS_ZONE or CIE_ADDRESS not in attributes:
            return []
        self._cie_endpoint = host_endpoint
        control = zcl.CLUSTER_SPECIFIC | zcl.FROM_SERVER
        zone_type = self.clusters[IAS_ZONE][ZONE_TYPE].value
        assert isinstance(zone_type, int)
        payload = u16(zone_type) + u16(self.manufacturer_code)
        return [Zcl(control, self.next_sequence(), ENROL_REQUEST, payload)]

    def command(self, cluster: int, host_endpoint: int, frame: Zcl) -> list[Zcl]:
        """Take an enrol response: code 0 enrols the zone under the number that comes with it."""
        if cluster != IAS_ZONE or frame.command != ENROL_RESPONSE:
            return super().command(cluster, host_endpoint, frame)
        reader = Reader(frame.payload)
        code, zone_id = reader.u8(), reader.u8()
        zone = self.clusters[IAS_ZONE]
        if code == 0:
            zone[ZONE_STATE].value, zone[ZONE_ID].value = 1, zone_id
            self._cie_endpoint = host_endpoint
        return [frame.default_rsp(Status.SUCCESS)] if frame.wants_default_rsp else []

    def _clusters(self) -> dict[int, dict[int, Attribute]]:
        self._cie_endpoint = 1
        zone = {
            ZONE_STATE: Attribute(Type.ENUM8, 0),
            ZONE_TYPE: Attribute(Type.ENUM16, int(self.zone_type)),
            ZONE_STATUS: Attribute(Type.BITMAP16, 0),
            CIE_ADDRESS: Attribute(Type.IEEE, bytes(8), writable=True),
            ZONE_ID: Attribute(Type.UINT8, NO_ZONE_ID),
        }
        return {**super()._clusters(), IAS_ZONE: zone}
