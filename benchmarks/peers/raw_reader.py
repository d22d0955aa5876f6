"""The floor of all gateways: octets of a Z-Stack radio in, a message out, no more of Zigbee.

    python benchmarks/peers/raw_reader.py PORT BROKER_PORT

The network must have been formed, and its devices joined and enrolled, by somebody else. It
registers an endpoint and starts the radio; then what a zone notifies or an occupancy sensor reports
is published, QoS 1, under the network address. No device is answered, interviewed or asked for.
It says READY on standard output; the end of its standard input ends it.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import sys
import tty
from functools import reduce
from operator import xor

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

SOF = 0xFE
REGISTER = (0x2400, bytes((1, 0x04, 0x01, 0x05, 0x00, 0, 0, 0, 0)))
"""Endpoint 1, home automation, a configuration tool, no clusters."""
START = (0x2540, bytes(2))
INCOMING = 0x4481
ZONE, OCCUPANCY = 0x0500, 0x0406
HEAD = struct.Struct("<HHHBBBBBIBB")


def frames(buffer: bytearray) -> list[tuple[int, bytes]]:
    """Take complete frames out of the buffer; garbage is dropped."""
    found = []
    while len(buffer) >= 5:
        size = buffer[1] + 5
        if buffer[0] != SOF or buffer[1] > 250:
            del buffer[0]
        elif len(buffer) < size:
            break
        elif reduce(xor, buffer[1:size]):
            del buffer[0]
        else:
            found.append((buffer[2] << 8 | buffer[3], bytes(buffer[4 : size - 1])))
            del buffer[:size]
    return found


def said(content: bytes) -> tuple[int, dict[str, int]] | None:
    """Who says what in a message of a device."""
    _, cluster, sender, _, _, _, _, _, _, _, count = HEAD.unpack_from(content)
    octets = content[HEAD.size : HEAD.size + count]
    if cluster == ZONE and len(octets) >= 5 and octets[0] & 3 == 1 and octets[2] == 0:
        return sender, {"zone_status": octets[3] | octets[4] << 8}
    if cluster == OCCUPANCY and len(octets) >= 7 and octets[0] & 3 == 0 and octets[2] == 0x0A:
        return sender, {"attribute": octets[3] | octets[4] << 8, "value": octets[6]}
    return None


def main(port: str, broker_port: int) -> None:
    """Run until the input ends."""
    client = Client(
        CallbackAPIVersion.VERSION2, client_id="raw", protocol=MQTTProtocolVersion.MQTTv311
    )
    client.connect("127.0.0.1", broker_port)
    sock = client.socket()
    assert isinstance(sock, socket.socket)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while not client.is_connected():
        client.loop(0.1)
    line = os.open(port, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(line)
    for command, content in (REGISTER, START):
        body = bytes((len(content),)) + command.to_bytes(2, "big") + content
        os.write(line, bytes((SOF,)) + body + bytes((reduce(xor, body),)))
    buffer = bytearray()
    answers = {REGISTER[0] + 0x4000, START[0] + 0x4000}
    while True:
        readable, _, _ = select.select([line, sock, sys.stdin], [], [], 1.0)
        if line in readable:
            buffer += os.read(line, 4096)
            for command, content in frames(buffer):
                if command == INCOMING and (told := said(content)) is not None:
                    client.publish(f"raw/{told[0]:04x}", json.dumps(told[1]).encode(), qos=1)
                if command in answers:
                    answers.discard(command)
                    if not answers:
                        print("READY", flush=True)
        if sock in readable:
            client.loop_read()
        if sys.stdin in readable and not os.read(0, 4096):
            break
        client.loop_misc()
    os.close(line)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
