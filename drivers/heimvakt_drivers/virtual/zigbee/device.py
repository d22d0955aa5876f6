"""A virtual end device: how it comes and goes, its battery, what it answers and how it sends.

What makes a sensor of it is in `ias` and `sensors`. A device knows its coordinator through the
`Air` it was put on, and nothing of serial lines.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import ClassVar

from heimvakt_drivers.virtual.wire import Watch

from . import zcl
from .air import Air, Outgoing
from .answers import answers_to
from .basics import BASIC, BATTERY_PERCENT, BATTERY_VOLTAGE, IDENTIFY, OTA, POWER, basics
from .octets import Reader, ShortDataError, ieee_octets
from .pace import Pace
from .sent import NotOnAirError, Outcome, Sent
from .zcl import General, Reporting, Status, Zcl
from .zcl_values import Attribute, Type
from .zdo import Binding, Endpoint, node_descriptor

SLEEPY_CAPABILITIES = 0x80  # end device, battery, receiver off when idle
ROUTES = 0x02
RETRY_S = 1.0
RECEIVED_MAX = 100


class VirtualDevice:
    """A battery device with one endpoint. `ieee` is text: "00:11:22:33:44:55:66:77"."""

    default_model: ClassVar[str] = "HV-NODE-1"
    device_type: ClassVar[int] = 0x0402
    inputs: ClassVar[tuple[int, ...]] = ()
    outputs: ClassVar[tuple[int, ...]] = ()
    manufacturer_code: ClassVar[int] = 0x1049
    needs_binding: ClassVar[bool] = True

    def __init__(
        self,
        ieee: str,
        *,
        manufacturer: str = "Heimvakt",
        model: str | None = None,
        reports_unbound: bool = False,
        retries: int = 0,
    ) -> None:
        self.ieee = ieee.lower()
        self.ieee_sent = ieee_octets(ieee)
        self.manufacturer = manufacturer
        self.model = model or self.default_model
        self.reports_unbound = reports_unbound or not self.needs_binding
        """Attribute reports go out without a binding, as those of some makers do."""
        self.retries = retries
        """How often a frame that found no network or no host is sent again, RETRY_S apart."""
        self.silent = False
        """Fallen silent: sends nothing and answers nothing, as with an empty battery."""
        self.nwk = 0xFFFE
        self.parent = 0x0000
        """Through whom it came in, by network address."""
        self.hears: VirtualDevice | None = None
        """The only router in its reach; None: it reaches the radio and every router."""
        self.link_key: bytes | None = None
        """The key from the install code on its label: without it at the trust centre it does not
        get in."""
        self.joined = False
        self.lqi = 180
        self.changes = Watch()
        self.received: deque[tuple[int, Zcl]] = deque(maxlen=RECEIVED_MAX)
        """The last frames from the host, as (cluster, frame), oldest first."""
        self.bindings: set[Binding] = set()
        self.reporting: dict[tuple[int, int], Reporting] = {}
        self.node_descriptor = node_descriptor(
            logical_type=2, capabilities=SLEEPY_CAPABILITIES, manufacturer=self.manufacturer_code
        )
        inputs = (BASIC, POWER, IDENTIFY, *self.inputs)
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint(1, 0x0104, self.device_type, 0, inputs, self.outputs),
        )
        self.clusters = self._clusters()
        self.client_clusters: dict[int, dict[int, Attribute]] = {n: {} for n in self.outputs}
        if OTA in self.client_clusters:
            self.client_clusters[OTA] = {0x0002: Attribute(Type.UINT32, 0x01020003)}
        self._air: Air | None = None
        self.sequence = 0
        """The ZCL sequence number that was used last."""
        self._pace = Pace()

    # ------------------------------------------------------------------ the life of a device

    def put_on(self, air: Air) -> None:
        """Called by the radio that takes the device."""
        self._air = air

    @property
    def capabilities(self) -> int:
        """What it announces of itself: whether it routes, is on mains, and always listens."""
        return self.node_descriptor[2]

    @property
    def routes(self) -> bool:
        """Whether others can come in through it."""
        return bool(self.capabilities & ROUTES)

    @property
    def air(self) -> Air:
        """The radio. Raises NotOnAirError when the device was added to none."""
        if self._air is None:
            raise NotOnAirError(f"{self.ieee} belongs to no radio: call radio.add(device) first")
        return self._air

    async def join(self) -> Sent:
        """Join as new: announce, with nothing bound and nothing enrolled.

        Raises JoinRefusedError when the host does not permit joining.
        """
        self.forget()
        return await self.air.admit(self, rejoin=False)

    async def rejoin(self) -> Sent:
        """Come back to the known network and announce; bindings and enrolment are kept."""
        return await self.air.admit(self, rejoin=True)

    async def leave_network(self) -> Sent:
        """Leave, and forget the network."""
        return await self.air.dismiss(self)

    def forget(self) -> None:
        """Lose what belongs to a network, as after a factory reset."""
        self.joined = False
        self.nwk = 0xFFFE
        self.bindings.clear()
        self.reporting.clear()
        self.changes.notify()

    async def wait_bound(self, cluster: int) -> None:
        """Wait until the host bound a cluster."""
        await self.changes.until(lambda: any(b.cluster == cluster for b in self.bindings))

    async def wait_configured(self, cluster: int, attribute: int) -> None:
        """Wait until the host configured reports of an attribute."""
        await self.changes.until(lambda: (cluster, attribute) in self.reporting)

    async def wait_for(self, true: Callable[[], bool]) -> None:
        """Wait until `true()` is, looked at after every frame from the host."""
        await self.changes.until(true)

    # ------------------------------------------------------------------ sending

    async def battery(self, percent: float) -> Sent:
        """Have this much left (0 to 100, in halves) and report it."""
        self.set_battery(percent)
        return await self.report(POWER, BATTERY_VOLTAGE, BATTERY_PERCENT)

    def set_battery(self, percent: float) -> None:
        """Have this much left without telling; the voltage falls from 3.0 V to 2.0 V."""
        if not 0 <= percent <= 100:
            raise ValueError(f"a battery has 0 to 100 percent, not {percent}")
        self.clusters[POWER][BATTERY_PERCENT].value = round(percent * 2)
        self.clusters[POWER][BATTERY_VOLTAGE].value = round(20 + percent / 10)

    @property
    def battery_percent(self) -> float:
        """What is left, in percent."""
        halves = self.clusters[POWER][BATTERY_PERCENT].value
        assert isinstance(halves, int)
        return halves / 2

    async def check_in(self) -> Sent:
        """The sign of life that comes now and then: the battery. When is the caller's affair."""
        return await self.report(POWER, BATTERY_VOLTAGE, BATTERY_PERCENT)

    async def report(self, cluster: int, *attributes: int) -> Sent:
        """Report attributes to whom the cluster is bound, which here means the coordinator."""
        payload = zcl.report(self.clusters[cluster], attributes)
        target = self._bound_endpoint(cluster)
        if target is None:
            if not self.reports_unbound:
                return Sent(Outcome.NOT_BOUND if self.joined else Outcome.NOT_JOINED)
            target = 1
        control = zcl.FROM_SERVER | zcl.NO_DEFAULT_RSP
        return await self.say(cluster, General.REPORT, payload, control, target)

    async def say(
        self,
        cluster: int,
        command: int,
        payload: bytes,
        control: int,
        host_endpoint: int = 1,
        *,
        endpoint: int | None = None,
        manufacturer: int | None = None,
    ) -> Sent:
        """Send any ZCL frame under the device's own next sequence number, and pace it."""
        if not self.joined:
            return Sent(Outcome.NOT_JOINED)
        if self.silent:
            return Sent(Outcome.SILENT)
        loop = asyncio.get_running_loop()
        frame = Zcl(control, self.next_sequence(), command, payload, manufacturer)
        now = loop.time()
        at = self._pace.take(now)
        if at > now:
            await asyncio.sleep(at - now)
        source = self.endpoint_of(cluster) if endpoint is None else endpoint
        outgoing = Outgoing(cluster, source, host_endpoint, frame.encode())
        sent = await self.air.transmit(self, outgoing)
        for _ in range(self.retries):
            if sent.outcome not in (Outcome.NO_HOST, Outcome.NETWORK_DOWN):
                break
            await asyncio.sleep(RETRY_S)
            sent = await self.air.transmit(self, outgoing)
        return sent

    def endpoint_of(self, cluster: int) -> int:
        """The endpoint that a cluster speaks from."""
        return 1

    def next_sequence(self) -> int:
        """The device's own next ZCL sequence number."""
        self.sequence = (self.sequence + 1) & 0xFF
        return self.sequence

    def _bound_endpoint(self, cluster: int) -> int | None:
        coordinator = self.air.coordinator_ieee
        for binding in self.bindings:
            if binding.cluster == cluster and binding.target == coordinator:
                return binding.target_endpoint
        return None

    # ------------------------------------------------------------------ answering

    def receive(
        self, cluster: int, endpoint: int, host_endpoint: int, data: bytes
    ) -> list[Outgoing]:
        """Take a frame from the host; give the answers, in order. Not called while silent."""
        try:
            frame = zcl.decode(data)
        except ShortDataError:
            return []
        self.received.append((cluster, frame))
        numbers = {mine.number for mine in self.endpoints}
        source = self.endpoint_of(cluster) if endpoint == 0xFF else endpoint
        answers = answers_to(self, cluster, host_endpoint, frame) if source in numbers else []
        self.changes.notify()
        return [Outgoing(cluster, source, host_endpoint, answer.encode()) for answer in answers]

    def command(self, cluster: int, host_endpoint: int, frame: Zcl) -> list[Zcl]:
        """Carry out a command of a cluster. Subclasses add theirs and call this for the rest."""
        known = cluster == IDENTIFY and frame.command == 0x00 and not frame.from_server
        if not known:
            return [frame.default_rsp(Status.UNSUP_CLUSTER_COMMAND)]
        self.clusters[IDENTIFY][0x0000].value = Reader(frame.payload).u16()
        return [frame.default_rsp(Status.SUCCESS)] if frame.wants_default_rsp else []

    def written(self, cluster: int, host_endpoint: int, attributes: tuple[int, ...]) -> list[Zcl]:
        """Attributes were written: what the device then sends of its own accord."""
        return []

    def _clusters(self) -> dict[int, dict[int, Attribute]]:
        """What it holds, as new. Subclasses add theirs."""
        return {**basics(self.manufacturer, self.model), **{number: {} for number in self.inputs}}
