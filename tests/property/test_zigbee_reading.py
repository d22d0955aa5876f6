"""Reading beside zigpy and reading by zigpy: the same is heard, and zigpy knows and does the same.

Two zigpys on a desk get the same octets from their sticks: one with the raw reader, one without.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any

import pytest
import zigpy.types as t
from hypothesis import example, given, settings
from hypothesis import strategies as some

from heimvakt.core.devices import Device, Role
from heimvakt_drivers.zigbee.listening import courtesy, listen, zigpys_part
from heimvakt_drivers.zigbee.listening.early import COMMANDS, SIZES, TYPES, Said, read
from heimvakt_drivers.zigbee.listening.listen import Listener
from heimvakt_drivers.zigbee.radio.hooks import Ear
from heimvakt_drivers.zigbee.sensing.heard import Cluster, Heard
from heimvakt_drivers.zigbee.sensing.memory import Memory
from tests.support.zigpy_desk import CLUSTERS, TEMPERATURE, Desk, message

ADDRESSES = {"00:11:22:33:44:55:66:01": 0x1234, "00:11:22:33:44:55:66:02": 0xA001}
STRANGER = 0x7777
EXAMPLES = int(os.environ.get("HEIMVAKT_ZIGBEE_EXAMPLES", "40"))
SOON_S = 0.002
"""For what is done a moment later: it need not take 20 ms here."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a device sends, and how it comes."""

    sender: int
    cluster: int
    octets: bytes
    endpoint: int = 1
    to: int = 1
    group: int = 0
    broadcast: int = 0
    lqi: int = 90
    hops: int = 30
    chunk: bool = False
    """It comes in one piece with the frame behind it."""

    def on_the_line(self) -> bytes:
        return message(
            self.sender,
            self.cluster,
            self.octets,
            endpoint=self.endpoint,
            to=self.to,
            group=self.group,
            broadcast=self.broadcast,
            lqi=self.lqi,
            hops=self.hops,
        )


_sequences = some.integers(0, 3)
"""Few, so that frames are repeated."""


@some.composite
def commands(draw: some.DrawFn) -> tuple[int, bytes]:
    (cluster, from_server, number), forms = draw(
        some.sampled_from(sorted(COMMANDS.items(), key=str))
    )
    form = draw(some.sampled_from(forms))
    control = 0x01 | (0x08 if from_server else 0) | draw(some.sampled_from([0, 0x10]))
    body = draw(some.binary(min_size=form.size, max_size=form.size))
    return cluster, bytes((control, draw(_sequences), number)) + body


@some.composite
def reports(draw: some.DrawFn) -> tuple[int, bytes]:
    cluster = draw(some.sampled_from(sorted({place[0] for place in TYPES})))
    known = [(attribute, kind) for (of, attribute), kind in TYPES.items() if of == cluster]
    records = draw(some.lists(some.sampled_from(known), min_size=1, max_size=3))
    octets = bytes((draw(some.sampled_from([0x08, 0x18])), draw(_sequences), 0x0A))
    for attribute, kind in records:
        value = draw(some.binary(min_size=SIZES[kind], max_size=SIZES[kind]))
        octets += attribute.to_bytes(2, "little") + bytes((kind,)) + value
    return cluster, octets


@some.composite
def spoiled(draw: some.DrawFn) -> tuple[int, bytes]:
    """Nearly one of those: cut off, too long, of a maker, with a bit that is another."""
    cluster, octets = draw(commands() | reports())
    match draw(some.sampled_from(["cut", "long", "bit", "cluster"])):
        case "cut":
            return cluster, octets[: draw(some.integers(0, len(octets)))]
        case "long":
            return cluster, octets + draw(some.binary(min_size=1, max_size=4))
        case "bit":
            bit = draw(some.integers(0, len(octets) * 8 - 1))
            turned = bytearray(octets)
            turned[bit // 8] ^= 1 << bit % 8
            return cluster, bytes(turned)
        case _:
            return draw(some.sampled_from(CLUSTERS)), octets


others = some.tuples(some.sampled_from(CLUSTERS), some.binary(max_size=20)) | some.just(
    (TEMPERATURE, bytes.fromhex("18 01 0a 0000 29 d007"))
)


@some.composite
def frames(draw: some.DrawFn) -> Frame:
    cluster, octets = draw(commands() | reports() | spoiled() | others)
    return Frame(
        draw(some.sampled_from([*ADDRESSES.values(), *ADDRESSES.values(), STRANGER])),
        cluster,
        octets,
        endpoint=draw(some.sampled_from([1, 1, 1, 2])),
        to=draw(some.sampled_from([1, 1, 1, 0, 9])),
        group=draw(some.sampled_from([0, 0, 1])),
        broadcast=draw(some.sampled_from([0, 0, 1])),
        lqi=draw(some.integers(0, 255)),
        hops=draw(some.sampled_from([29, 30])),
        chunk=draw(some.booleans()),
    )


class World:
    """One of the two zigpys, and what came of what it was told."""

    def __init__(self, *, raw: bool) -> None:
        self.heard: list[Heard] = []
        self.lived: Counter[str] = Counter()
        self.asked: list[str] = []
        devices = {
            address: Device(device_id=address, role=Role.BUTTON, driver="zigbee", address=address)
            for address in ADDRESSES
        }
        self.listener = Listener(devices, put=lambda _: None, now=lambda: 1.0, counted=Counter())
        self.listener.tell(self)
        ear: Ear = self.listener if raw else _ByZigpy(self.listener)
        self.desk = Desk(ear, ADDRESSES, raw=raw)
        for node in self.desk.nodes:
            assert self.listener.attach(node)

    def lives(self, address: str) -> None:
        """As the roster is told."""
        self.lived[address] += 1

    def asks_for_enrolment(self, zone: Any) -> None:
        """As the roster is told."""
        self.asked.append(str(zone.endpoint.device.ieee))

    async def hear(self, lines: Sequence[bytes]) -> None:
        """Take what the stick says, to the end of all that comes of it."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(listen, "translate", self._remember)
            for octets in lines:
                await self.desk.hear(octets)
            while await self._is_waited_for():
                await self.desk.hear(b"")
        self.listener.detach()

    async def _is_waited_for(self) -> bool:
        """Whether something is done later still."""
        await asyncio.sleep(SOON_S)
        loop: Any = asyncio.get_running_loop()
        return any(not timer.cancelled() for timer in loop._scheduled)

    def of(self, address: str) -> list[Heard]:
        """What was heard of a device, in order."""
        return [heard for heard in self.heard if heard.address == address]

    def known(self) -> list[tuple[str, int | None, dict[tuple[int, int], Any]]]:
        """What zigpy remembers of the devices."""
        return [
            (
                str(node.ieee),
                node.lqi,
                {place: node.endpoints[1].in_clusters[place[0]].get(place[1]) for place in TYPES},
            )
            for node in self.desk.nodes
        ]

    def _remember(self, _: Device, memory: Memory, heard: Heard) -> tuple[Memory, list[Any]]:
        self.heard.append(heard)
        return memory, []


class _ByZigpy:
    """Leaves all reading to zigpy."""

    def __init__(self, ear: Listener) -> None:
        self.begin, self.end = ear.begin, ear.end

    def read(self, _ieee: t.EUI64, _said: Said) -> bool:
        return False


@pytest.fixture(autouse=True, scope="module")
def _soon() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zigpys_part, "AFTER_S", SOON_S)
        patch.setattr(courtesy, "AFTER_S", SOON_S)
        patch.setattr(courtesy, "ANSWERS_MAX", 1_000)  # all of them are compared
        yield


def lines(sent: Sequence[Frame]) -> list[bytes]:
    """What the stick says at once, and then, and then."""
    said = [b""]
    for each in sent:
        said[-1] += each.on_the_line()
        if not each.chunk:
            said.append(b"")
    return said


PRESS = Frame(0x1234, Cluster.ZONE, bytes.fromhex("09 2a 00 0200 00 01 0000"))
UNREAD = Frame(0x1234, TEMPERATURE, bytes.fromhex("18 01 0a 0000 29 d007"), chunk=True)


@settings(max_examples=EXAMPLES)
@given(some.lists(frames(), min_size=1, max_size=12))
@example([PRESS, PRESS, UNREAD, PRESS])
@example([UNREAD, PRESS, PRESS])
def test_the_same_is_heard_and_known_and_answered(sent: list[Frame]) -> None:
    raw, by_zigpy = asyncio.run(_both(lines(sent)))
    for address in ADDRESSES:
        assert raw.of(address) == by_zigpy.of(address)
    assert raw.known() == by_zigpy.known()
    assert sorted(raw.desk.sent) == sorted(by_zigpy.desk.sent)
    assert raw.lived == by_zigpy.lived
    assert raw.asked == by_zigpy.asked


@pytest.mark.parametrize(("place", "form"), [(p, f) for p, fs in COMMANDS.items() for f in fs])
def test_every_kind_of_command_is_read_and_as_zigpy_reads_it(
    place: tuple[int, bool, int], form: Struct
) -> None:
    cluster, from_server, number = place
    octets = bytes((0x09 if from_server else 0x01, 7, number)) + bytes(range(1, form.size + 1))
    _is_read_alike(Frame(0x1234, cluster, octets))


@pytest.mark.parametrize(("place", "kind"), TYPES.items())
def test_every_kind_of_report_is_read_and_as_zigpy_reads_it(
    place: tuple[int, int], kind: int
) -> None:
    cluster, attribute = place
    octets = b"\x08\x07\x0a" + attribute.to_bytes(2, "little") + bytes((kind,))
    _is_read_alike(Frame(0x1234, cluster, octets + bytes((1, 0))[: SIZES[kind]]))


def _is_read_alike(sent: Frame) -> None:
    assert read(sent.cluster, sent.octets) is not None
    raw, by_zigpy = asyncio.run(_both([sent.on_the_line()]))
    assert raw.heard == by_zigpy.heard != []
    assert raw.known() == by_zigpy.known()
    assert raw.desk.sent == by_zigpy.desk.sent != []


async def _both(said: list[bytes]) -> tuple[World, World]:
    worlds = World(raw=True), World(raw=False)
    for world in worlds:
        await world.hear(said)
    return worlds
