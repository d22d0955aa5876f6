"""Give an order over MQTT and hear what becomes of it, as a response centre would."""

from __future__ import annotations

import json
import queue
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from heimvakt.uplinks.topics import Topics

from .exits import Exit, fail

CONNECT_S = 10.0
ANSWER_S = 16.0
"""The gateway promises the result within 15 s."""
PORTS = {"mqtt": 1883, "mqtts": 8883}


def send(url: str, gateway_id: str, order_id: str, token: str) -> Iterator[dict[str, Any]]:
    """The answers to this order, until the last; ends the command where there is none in time.

    An order that the gateway cannot read is answered without a number, and so is taken for ours.
    """
    said: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    topics = Topics(gateway_id)
    client, ready = _connected(url, topics, said)
    try:
        _wait(ready, CONNECT_S, f"{_shown(url)} does not answer")
        client.publish(topics.order, _message(token), qos=1)
        while True:
            answer = _wait(said, ANSWER_S, f"{gateway_id} did not answer within {ANSWER_S:.0f} s")
            if answer.get("order_id") not in ("", order_id):
                continue
            yield answer
            if answer.get("result") != "accepted":
                return
    finally:
        client.disconnect()
        client.loop_stop()


def _connected(
    url: str, topics: Topics, said: queue.SimpleQueue[dict[str, Any]]
) -> tuple[Client, queue.SimpleQueue[bool]]:
    address = _broker(url)
    ready: queue.SimpleQueue[bool] = queue.SimpleQueue()
    client = Client(CallbackAPIVersion.VERSION2)
    if address.username is not None:
        client.username_pw_set(unquote(address.username), unquote(address.password or ""))
    if address.scheme == "mqtts":
        client.tls_set()

    def heard(_client: Client, _data: Any, message: MQTTMessage) -> None:
        try:
            data = json.loads(message.payload)["data"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        if isinstance(data, dict):
            said.put(data)

    def connected(client: Client, *_: Any) -> None:
        client.subscribe(topics.order_answer, qos=1)

    client.on_connect = connected
    client.on_subscribe = lambda *_: ready.put(True)
    client.on_message = heard
    try:
        client.connect(address.hostname or "", address.port or PORTS[address.scheme])
    except OSError as error:
        fail(Exit.NO_SERVICE, f"{_shown(url)}: {error.strerror or error}")
    client.loop_start()
    return client, ready


def _broker(url: str) -> SplitResult:
    """What it names; ends the command where that is none, and shows no password."""
    try:
        address = urlsplit(url)
        if address.scheme in PORTS and address.hostname and address.port != 0:
            return address
    except ValueError:
        pass
    fail(Exit.USAGE, "what --send names is no broker", "write mqtt://HOST or mqtts://HOST")


def _wait(waited: queue.SimpleQueue[Any], seconds: float, otherwise: str) -> Any:
    try:
        return waited.get(timeout=seconds)
    except queue.Empty:
        fail(Exit.NO_SERVICE, otherwise, "see: heimvakt status")


def _message(token: str) -> str:
    message_id = str(uuid.uuid4())
    return json.dumps(
        {
            "specversion": "1.0",
            "id": message_id,
            "source": "/heimvakt/order",
            "type": "heimvakt.order.v1",
            "data": {"order": token},
        }
    )


def _shown(url: str) -> str:
    """Without the password."""
    address = urlsplit(url)
    return f"{address.scheme}://{address.hostname}"
