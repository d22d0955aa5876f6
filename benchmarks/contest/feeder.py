"""A sensor over MQTT: publishes numbers to a broker in the home, and notes what was confirmed."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from .contestant import ALARM

ALARMS, SENSOR = "sensor/pendant/data", "sensor/door/data"


class Feeder:
    """One client with QoS 1; events that were not confirmed when it stops were not taken."""

    def __init__(self, port: int, taken: Callable[[int], None]) -> None:
        self._lock = threading.Lock()
        """Not held while paho does anything: it has locks of its own around its callbacks."""
        self._under_way: dict[int, int] = {}
        self._early: set[int] = set()
        """Confirmed before `publish` knew under which id: the thread was faster."""
        self._epoch_ms = time.time_ns() // 1_000_000
        self._taken = taken
        client = Client(
            CallbackAPIVersion.VERSION2, client_id="feeder", protocol=MQTTProtocolVersion.MQTTv311
        )
        client.on_publish = lambda _client, _data, mid, *_: self._confirmed(mid)
        client.connect("127.0.0.1", port)
        sock = client.socket()
        assert isinstance(sock, socket.socket)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.loop_start()
        self._client = client

    def publish(self, number: int) -> None:
        """Send an event. Each has its own millisecond: some merge those that share one."""
        content = {"n": number, "ts": self._epoch_ms + number}
        topic = ALARMS if number == ALARM else SENSOR
        mid = self._client.publish(topic, json.dumps(content).encode(), qos=1).mid
        with self._lock:
            if mid in self._early:
                self._early.remove(mid)
                self._taken(number)
            else:
                self._under_way[mid] = number

    def stop(self) -> None:
        """Leave. Blocks until its thread has ended."""
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_publish = None

    def _confirmed(self, mid: int) -> None:
        with self._lock:
            number = self._under_way.pop(mid, None)
            if number is None:
                self._early.add(mid)
            else:
                self._taken(number)
