"""The virtual radio under an unmodified zigbee2mqtt, a second witness of both its protocols.

Skipped, with the reason, unless node, zigbee2mqtt and mosquitto are found: `npm install
zigbee2mqtt` into a folder and name it in HEIMVAKT_ZIGBEE2MQTT.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.peers import zigbee2mqtt
from heimvakt_drivers.virtual.zigbee import (
    BedMat,
    ContactSensor,
    EmergencyButton,
    Face,
    IasZoneDevice,
    MotionSensor,
    OccupancySensor,
    OnOffButton,
    OnOffContact,
    SmokeDetector,
    VirtualDevice,
    VirtualRadio,
)
from tests.support.broker import broker as a_broker

KINDS: tuple[type[VirtualDevice], ...] = (
    BedMat,
    ContactSensor,
    EmergencyButton,
    MotionSensor,
    OccupancySensor,
    OnOffButton,
    OnOffContact,
    SmokeDetector,
)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installation() -> zigbee2mqtt.Installation:
    found = zigbee2mqtt.find()
    if isinstance(found, str):
        pytest.skip(found)
    if shutil.which("mosquitto") is None:
        pytest.skip("mosquitto is not on PATH")
    return found


@pytest.fixture
async def broker(installation: zigbee2mqtt.Installation) -> AsyncIterator[int]:
    async with a_broker("mosquitto") as one:
        yield one.port


class Subscriber:
    """Everything published below zigbee2mqtt/, in order."""

    def __init__(self, port: int) -> None:
        self._loop = asyncio.get_running_loop()
        self.messages: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_connect = lambda client, *_: client.subscribe("zigbee2mqtt/#")
        self.client.on_message = self._on_message
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        heard = (message.topic, message.payload.decode())
        self._loop.call_soon_threadsafe(self.messages.put_nowait, heard)

    def permit_join(self) -> None:
        self.client.publish("zigbee2mqtt/bridge/request/permit_join", '{"time": 200}')

    async def until(self, topic: str, *fragments: str) -> dict[str, object]:
        """The next message on the topic that holds all the fragments."""
        async with asyncio.timeout(60):
            while True:
                at, text = await self.messages.get()
                if at == f"zigbee2mqtt/{topic}" and all(part in text for part in fragments):
                    content: dict[str, object] = json.loads(text)
                    return content

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        del self.client  # it closes its inner sockets when nobody holds it any more


@pytest.fixture
async def subscriber(broker: int) -> AsyncIterator[Subscriber]:
    subscriber = Subscriber(broker)
    yield subscriber
    subscriber.stop()


def name(device: VirtualDevice) -> str:
    return "0x" + device.ieee.replace(":", "")


ADAPTERS: dict[Face, str] = {"znp": "zstack", "ezsp": "ember"}


@pytest.mark.parametrize(("speaks", "end"), [("znp", "tcp"), ("znp", "pty"), ("ezsp", "pty")])
async def test_devices_are_let_in_and_heard_also_after_a_restart(
    installation: zigbee2mqtt.Installation,
    broker: int,
    subscriber: Subscriber,
    tmp_path: Path,
    speaks: Face,
    end: str,
) -> None:
    radio = VirtualRadio(seed=9, speaks=speaks)
    adapter = ADAPTERS[speaks]
    devices = [kind(f"00:11:22:33:44:55:66:{n:02x}") for n, kind in enumerate(KINDS)]
    mat, door, button, motion, occupancy, remote, contact, smoke = devices
    data = tmp_path / "data"
    async with radio.serve_tcp() if end == "tcp" else radio.serve_pty() as port:
        async with zigbee2mqtt.running(installation, data, port, broker, adapter=adapter):
            subscriber.permit_join()
            await radio.wait_permit_join()
            for device in devices:
                assert await radio.add(device).join()
                # Configuration comes after interview and enrolment; it reads the battery last.
                await subscriber.until(
                    "bridge/event", name(device), "device_interview", '"successful"'
                )
                await device.wait_bound(0x0001)
                await device.wait_configured(0x0001, 0x0021)
                if isinstance(device, IasZoneDevice):
                    assert device.enrolled
            assert isinstance(door, ContactSensor)
            assert isinstance(button, EmergencyButton)
            assert isinstance(occupancy, OccupancySensor)
            assert isinstance(remote, OnOffButton)
            assert isinstance(contact, OnOffContact)
            assert isinstance(smoke, SmokeDetector)
            assert await door.open()
            await subscriber.until(name(door), '"alarm_1":true')
            assert await button.press()
            await subscriber.until(name(button), '"alarm_2":true')
            assert await smoke.smoke()
            await subscriber.until(name(smoke), '"alarm_1":true')
            assert await smoke.tamper(True)
            await subscriber.until(name(smoke), '"tamper":true')
            await occupancy.wait_bound(0x0406)
            assert await occupancy.occupied()
            await subscriber.until(name(occupancy), '"occupancy":true')
            assert await remote.toggle()
            await subscriber.until(name(remote), '"action":"toggle"')
            assert await contact.open()
            await subscriber.until(name(contact), '"state":"ON"')
            assert await mat.battery(42.5)
            await subscriber.until(name(mat), '"battery":42.5')
            assert await motion.leave_network()
            await subscriber.until("bridge/event", name(motion), "device_leave")
        await radio.wait_no_host()
        async with zigbee2mqtt.running(installation, data, port, broker, adapter=adapter) as again:
            assert any("started (resumed)" in line for line in again.lines)
            assert await door.close()
            await subscriber.until(name(door), '"alarm_1":false', '"linkquality"')
