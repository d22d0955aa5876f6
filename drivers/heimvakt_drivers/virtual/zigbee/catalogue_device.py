"""A virtual device made from a record of the catalogue: says of itself what the real one says."""

from __future__ import annotations

from . import zcl
from .basics import BASIC, ON_OFF, POWER
from .catalogue import record
from .catalogue_text import Frame
from .ias import IAS_ZONE, ZONE_TYPE, IasZoneDevice
from .sent import Outcome, Sent
from .zcl import General, Status, Zcl
from .zcl_values import Attribute, Type

VERSION, POWER_SOURCE = 0x0001, 0x0007
DOOR_LOCK, LOCK_STATE = 0x0101, 0x0000
LEVEL, COLOUR, WARNING = 0x0008, 0x0300, 0x0502
TAKES_ALL = frozenset((LEVEL, COLOUR, WARNING))
UNKNOWN_STATE = 0xFF


class CatalogueDevice(IasZoneDevice):
    """Any device of the catalogue. One without a zone has no endpoint that names it."""

    def __init__(
        self,
        ieee: str,
        *,
        manufacturer: str,
        model: str,
        reports_unbound: bool = False,
        retries: int = 0,
    ) -> None:
        """Raises KeyError for what is not in the catalogue."""
        self.record = record(manufacturer, model)
        super().__init__(
            ieee,
            manufacturer=manufacturer,
            model=model,
            reports_unbound=reports_unbound or self.record.unbound,
            retries=retries,
        )
        self.endpoints = self.record.endpoints
        self.node_descriptor = self.record.node_descriptor
        outputs = {number for mine in self.endpoints for number in mine.outputs}
        self.client_clusters = {number: {} for number in outputs}

    async def happens(self, what: str) -> Sent:
        """One of the things of `record.says` happens, and is sent. Raises KeyError for another."""
        return await self.send(self.record.says[what])

    async def tell_battery(self) -> Sent:
        """The battery is told as this device tells it."""
        if self.record.battery is None:
            raise ValueError(f"a {self.model} tells nothing of a battery")
        return await self.send(self.record.battery)

    async def check_in(self) -> Sent:
        """The sign of life: its battery, or on mains the version that everyone has, unasked."""
        if self.record.battery is not None:
            return await self.tell_battery()
        version = zcl.report(self.clusters[BASIC], (VERSION,))
        control = zcl.FROM_SERVER | zcl.NO_DEFAULT_RSP
        return await self.say(BASIC, General.REPORT, version, control)

    async def send(self, frame: Frame) -> Sent:
        """Send a frame, if this is a time at which the real device would."""
        for number, attribute in frame.reported:
            self.clusters[frame.cluster][number].value = attribute.value
        if frame.needs_enrolment:
            if not (self.enrolled or self.record.unenrolled):
                return Sent(Outcome.NOT_ENROLLED if self.joined else Outcome.NOT_JOINED)
            target: int | None = self._cie_endpoint
        else:
            target = self._target(frame)
        if target is None:
            return Sent(Outcome.NOT_BOUND if self.joined else Outcome.NOT_JOINED)
        return await self.say(
            frame.cluster,
            frame.command,
            frame.payload,
            frame.control,
            target,
            endpoint=frame.endpoint,
            manufacturer=frame.maker,
        )

    def endpoint_of(self, cluster: int) -> int:
        """The first endpoint that serves the cluster, or else the first of all."""
        serving = (mine.number for mine in self.endpoints if cluster in mine.inputs)
        return next(serving, self.endpoints[0].number)

    def command(self, cluster: int, host_endpoint: int, frame: Zcl) -> list[Zcl]:
        """Switch on and off, lock and unlock; a siren and a dimmer take what they are told."""
        if cluster == ON_OFF and frame.command <= 2 and not frame.from_server:
            switch = self.clusters[ON_OFF][0x0000]
            switch.value = frame.command if frame.command < 2 else int(not switch.value)
            return [frame.default_rsp(Status.SUCCESS)]
        if cluster == DOOR_LOCK and frame.command <= 1 and not frame.from_server:
            self.clusters[DOOR_LOCK][LOCK_STATE].value = 1 + frame.command
            return [frame.answer(frame.command, bytes((Status.SUCCESS,)), general=False)]
        if cluster in TAKES_ALL and not frame.from_server:
            return [frame.default_rsp(Status.SUCCESS)]
        return super().command(cluster, host_endpoint, frame)

    def _target(self, frame: Frame) -> int | None:
        ours = self.air.coordinator_ieee
        for binding in self.bindings:
            if (binding.endpoint, binding.cluster) == (frame.endpoint, frame.cluster):
                return binding.target_endpoint if binding.target == ours else None
        return 1 if self.reports_unbound else None

    def _clusters(self) -> dict[int, dict[int, Attribute]]:
        standard = super()._clusters()
        numbers = {number for mine in self.record.endpoints for number in mine.inputs}
        clusters = {n: standard[n] if n in standard else _at_first(n) for n in numbers}
        clusters[IAS_ZONE] = standard[IAS_ZONE]
        clusters[IAS_ZONE][ZONE_TYPE].value = self.record.zone or 0
        clusters[BASIC][POWER_SOURCE] = Attribute(Type.ENUM8, self.record.powered_by)
        battery = self.record.battery
        frames = [*self.record.says.values(), *([battery] if battery else [])]
        told = {(f.cluster, n): a for f in frames for n, a in f.reported}
        if any(cluster == POWER for cluster, _ in told):
            clusters[POWER] = {}  # of the two ways, only the one that the device knows
        for (cluster, number), attribute in told.items():
            known = clusters.setdefault(cluster, {})
            known[number] = Attribute(attribute.type, attribute.value)
        return clusters


def _at_first(cluster: int) -> dict[int, Attribute]:
    """What a cluster has before anything was told."""
    if cluster == ON_OFF:
        return {0x0000: Attribute(Type.BOOL, 0)}
    if cluster == DOOR_LOCK:
        return {LOCK_STATE: Attribute(Type.ENUM8, UNKNOWN_STATE)}
    return {}
