"""What is published over one connection: a message waits for its place, goes out, and is confirmed
or not. Nothing is queued here beyond the places of the window.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from .link_lost import LinkLost
from .mqtt_under_way import UnderWay, fail
from .mqtt_window import Lane
from .mqtt_wire import Wire

OVERHEAD = 32
"""Of a message on the wire, beside topic and payload: header, properties, and a share of TLS."""


class Outgoing:
    """Of one connection, for one event loop. All with QoS 1."""

    def __init__(
        self,
        client: Client,
        wire: Wire,
        under_way: UnderWay,
        *,
        check: Callable[[], None],
        lose: Callable[[LinkLost], LinkLost],
    ) -> None:
        """`check` raises LinkLost when the connection is gone, `lose` ends it."""
        self._client = client
        self._wire = wire
        self._under_way = under_way
        self._check = check
        self._lose = lose

    async def publish(
        self, topic: str, payload: bytes, *, lane: Lane, retain: bool, expiry_s: int | None
    ) -> bool:
        """Return when the broker has confirmed it; whether it says that somebody hears it.

        Raises:
            LinkLost: it was not confirmed.
            WindowClosed: the connection went while this waited for its place.
        """
        window = self._under_way.window
        await window.enter(lane, _size(topic, payload))
        self._check()  # it may have gone in the very moment
        answer = self._send(topic, payload, lane, retain=retain, expiry_s=expiry_s)
        window.wake()
        return await answer

    def announce(self, topic: str, payload: bytes) -> None:
        """Publish, retained, before anything else; nobody waits for it."""
        self._under_way.window.take(Lane.FRESH, _size(topic, payload))
        self._send(topic, payload, Lane.FRESH, retain=True)

    def _send(
        self,
        topic: str,
        payload: bytes,
        lane: Lane,
        *,
        retain: bool,
        expiry_s: int | None = None,
    ) -> asyncio.Future[bool]:
        result = self._client.publish(
            topic, payload, qos=1, retain=retain, properties=self._expiring(expiry_s)
        )
        if result.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            fail(answer, self._lose(LinkLost(f"cannot publish: {result.rc.name}")))
            return answer
        answer = self._under_way.sent(result.mid, lane, _size(topic, payload))
        self._wire.flush()
        return answer

    def _expiring(self, expiry_s: int | None) -> Properties | None:
        if expiry_s is None or self._client.protocol is not MQTTProtocolVersion.MQTTv5:
            return None
        said = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        said.MessageExpiryInterval = expiry_s
        return said


def _size(topic: str, payload: bytes) -> int:
    return len(payload) + len(topic) + OVERHEAD
