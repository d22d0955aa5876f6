"""A response centre in 40 lines: stores each alarm, answers it, and lets a person take it.

    python receiver.py mqtts://broker.example centre.db     and then type: accepted ALARM_ID

docs/integrating.md says why each line is there, and what a real centre has besides.
"""
# ruff: noqa: D103, T201

import json
import re
import sqlite3
import sys
import threading
import uuid
from urllib.parse import urlsplit

from paho.mqtt.client import CallbackAPIVersion, Client

db = sqlite3.connect(sys.argv[2], isolation_level=None, check_same_thread=False)
db.execute("PRAGMA synchronous = FULL")  # what we answer for is on the disk
db.execute("CREATE TABLE IF NOT EXISTS alarms (id, revision, message, UNIQUE (id, revision))")
db.execute("CREATE TABLE IF NOT EXISTS taken (id, answer, UNIQUE (id, answer))")


def answer(gateway, alarm_id, what, by):
    data = {"alarm_id": alarm_id, "answer": what, "by": by}
    event = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "/centre/1", "data": data}
    event["type"] = "heimvakt.acknowledgement.v1"
    client.publish(f"heimvakt/v1/{gateway}/ack", json.dumps(event), qos=1)


def on_message(client, _data, message):  # the broker has our word only when this returns
    gateway = message.topic.split("/")[2]
    try:
        said = json.loads(message.payload)
        alarm_id, state = said["data"]["alarm_id"], said["data"]["state"]
        row = (alarm_id, f"{said['data']['revision']:d}", message.payload)
        if said["source"] != f"/heimvakt/{gateway}" or not (alarm_id + state).isascii():
            raise ValueError("it is no alarm of this home")
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        return print("left aside", message.topic, error, flush=True)
    new = db.execute("INSERT OR IGNORE INTO alarms VALUES (?, ?, ?)", row).rowcount
    answer(gateway, alarm_id, "received", "centre-1")  # a copy too: our first may be lost
    for (what,) in db.execute("SELECT answer FROM taken WHERE id = ?", (alarm_id,)):
        answer(gateway, alarm_id, what, "operator-1")
    print("new" if new else "again", *row[:2], state, flush=True)


def listen_to_the_operator():
    said = re.compile(r"(accepted|closed) \S+\s*")  # "accepted no-1505-004711-12"
    for what, alarm_id in map(str.split, filter(said.fullmatch, sys.stdin)):
        db.execute("INSERT OR IGNORE INTO taken VALUES (?, ?)", (alarm_id, what))
        answer(alarm_id.rpartition("-")[0], alarm_id, what, "operator-1")


url = urlsplit(sys.argv[1])
client = Client(CallbackAPIVersion.VERSION2, "centre-1", clean_session=False)
# At each connection: the broker may have forgotten us.
client.on_connect = lambda *_: client.subscribe("heimvakt/v1/+/alarm", qos=1)
client.on_subscribe = lambda *_: print("listening", flush=True)
client.on_message = on_message
client.reconnect_delay_set(1, 5)
if url.scheme == "mqtts":
    client.tls_set()  # certificates are verified; client certificates are given here
client.connect(url.hostname, url.port or (8883 if url.scheme == "mqtts" else 1883))
threading.Thread(target=listen_to_the_operator, daemon=True).start()
client.loop_forever()  # connects again by itself, and ends when something cannot be stored
