"""The floor of draining: paho as anybody uses it, with messages that lie ready in memory.

python benchmarks/peers/paho_alone.py BROKER_PORT      then lines `COUNT SIZE` on standard input

Each line has so many messages of so many octets published, QoS 1, with paho's own window and its
own thread; `SENT SECONDS` on standard output when the broker has confirmed the last of them.
"""

from __future__ import annotations

import socket
import sys
import time

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion


def main(port: int) -> None:
    """Publish until the input ends."""
    client = Client(
        CallbackAPIVersion.VERSION2, client_id="paho", protocol=MQTTProtocolVersion.MQTTv311
    )
    client.connect("127.0.0.1", port)
    sock = client.socket()
    assert isinstance(sock, socket.socket)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.loop_start()
    print("READY", flush=True)
    for line in sys.stdin:
        count, size = (int(word) for word in line.split())
        payload = b"x" * size
        began = time.monotonic()
        sent = [client.publish("paho/record", payload, qos=1) for _ in range(count)]
        for message in sent:
            message.wait_for_publish()
        print(f"SENT {time.monotonic() - began}", flush=True)
    client.disconnect()
    client.loop_stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
