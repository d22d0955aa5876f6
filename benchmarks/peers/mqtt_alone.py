"""The floor: from octets on a pipe to a message, with nothing in between.

python benchmarks/peers/mqtt_alone.py BROKER_PORT      then lines on standard input
"""

from __future__ import annotations

import os
import socket
import sys

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

PAYLOAD = b"x" * 900
"""As long as an alarm of Heimvakt."""


def main(port: int) -> None:
    """Publish for each line, QoS 1, and wait for the broker's word before the next."""
    client = Client(
        CallbackAPIVersion.VERSION2, client_id="alone", protocol=MQTTProtocolVersion.MQTTv311
    )
    client.connect("127.0.0.1", port)
    sock = client.socket()
    assert isinstance(sock, socket.socket)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while not client.is_connected():
        client.loop(0.1)
    print("READY", flush=True)
    while os.read(0, 4096):
        sent = client.publish("alone/event", PAYLOAD, qos=1)
        while not sent.is_published():
            client.loop(0.1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
