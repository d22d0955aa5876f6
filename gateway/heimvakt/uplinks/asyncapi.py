"""The interface to response centres as one AsyncAPI 3 document, for tools that make code of it.

Nothing is told twice: addresses come from `topics`, times from what the session uses, and what is
in a message from the schemas of the models, which lie beside the document. It speaks as the
gateway: what it sends, a centre receives.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any

from .mqtt_dial import SESSION_S
from .mqtt_patience import FIRST
from .mqtt_publisher import BEAT_EXPIRY_S
from .schema import schemas
from .topics import Topics

FILE = "asyncapi.json"
BINDING = "0.2.0"
_SECURITY = {"certificate": "X509", "password": "userPassword"}
_GATEWAY, _PATH = "gateway_id", "path"
_FIRST = Topics(f"{{{_GATEWAY}}}")
_OTHER = Topics(f"{{{_GATEWAY}}}", path=f"{{{_PATH}}}")


@dataclass(frozen=True, slots=True)
class Channel:
    """A topic of one gateway, and what is said there."""

    address: str
    messages: tuple[str, ...]
    """By the names of their schemas."""
    says: str
    _: KW_ONLY
    heard: bool = False
    """By the gateway; else it sends."""
    reply: tuple[str, str] | None = None
    """The channel and the message that are waited for."""
    retained: bool = False
    expiry_s: int | None = None


CHANNELS: dict[str, Channel] = {
    "alarm": Channel(
        _FIRST.alarm,
        ("alarm",),
        "An alarm, or another revision of one. It is sent again until it is answered.",
        reply=("ack", "acknowledgement"),
    ),
    "state": Channel(
        _FIRST.state,
        ("state",),
        "Whether the gateway is connected over its first path; also its last will.",
        retained=True,
    ),
    "pathState": Channel(_OTHER.state, ("state",), "The same of each further path.", retained=True),
    "heartbeat": Channel(
        _FIRST.heartbeat,
        ("heartbeat",),
        "How the gateway is: about once a minute over its first path, seldom over others.",
        expiry_s=BEAT_EXPIRY_S,
    ),
    "reports": Channel(
        _FIRST.reports,
        ("reports",),
        "Events that are no alarms, where the home sends them.",
        reply=("ack", "receipt"),
    ),
    "month": Channel(
        _FIRST.month,
        ("month",),
        "The figures of a month, where the home sends them.",
        reply=("ack", "receipt"),
    ),
    "selfTest": Channel(
        _FIRST.self_test, ("self-test",), "What a self-test has found. It needs no answer."
    ),
    "change": Channel(
        _FIRST.change,
        ("change",),
        "What became of a signed change of the file of the home or of the program.",
    ),
    "ack": Channel(
        _FIRST.acknowledgement,
        ("acknowledgement", "receipt"),
        "The answer to an alarm, to reports or to a month.",
        heard=True,
    ),
    "ask": Channel(
        _FIRST.question,
        ("question",),
        "A question: which alarms are open?",
        heard=True,
        reply=("outstanding", "outstanding"),
    ),
    "outstanding": Channel(_FIRST.outstanding, ("outstanding",), "Which alarms are open."),
    "order": Channel(
        _FIRST.order,
        ("order",),
        "A signed order. Heard where the file of the home has a key.",
        heard=True,
        reply=("orderAnswer", "order-answer"),
    ),
    "orderAnswer": Channel(_FIRST.order_answer, ("order-answer",), "What becomes of an order."),
}
"""By their names in the document. Every topic of `Topics` is here, which a test holds."""


def asyncapi() -> dict[str, Any]:
    """The document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Heimvakt, gateway to response centre",
            "version": "v1",
            "description": "What a gateway sends to the broker of a response centre, and what it "
            "hears there. The meaning of it is in docs/messages.md, the way to a receiver in "
            "docs/integrating.md. Every message is a CloudEvent 1.0 in structured mode. Fields "
            "may be added at any time: ignore what is not known.",
            "license": {"name": "GPL-3.0-or-later"},
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {"centre": _server()},
        "channels": {name: _channel(each) for name, each in CHANNELS.items()},
        "operations": {name: _operation(name, each) for name, each in CHANNELS.items()},
        "components": {
            "messages": {_short(file): _message(file) for file in schemas()},
            "parameters": {
                _GATEWAY: {"description": "The pseudonymous id of a gateway."},
                _PATH: {"description": "The name of a path other than the first."},
            },
            "securitySchemes": {
                name: {"type": kind, "description": "One for each gateway."}
                for name, kind in _SECURITY.items()
            },
        },
    }


def _server() -> dict[str, Any]:
    return {
        "host": "{host}:8883",
        "protocol": "secure-mqtt",
        "protocolVersion": "5",
        "description": "The broker of the response centre: MQTT 5 over TLS, or 3.1.1 where there "
        "is no 5. Up to eight addresses are tried in turn.",
        "variables": {"host": {"description": "As in `brokers` of the file of a home."}},
        "security": [_to("components", "securitySchemes", name) for name in _SECURITY],
        "bindings": {
            "mqtt": {
                "clientId": _FIRST.client_id,
                "cleanSession": False,
                "keepAlive": FIRST.keepalive_s,
                "sessionExpiryInterval": SESSION_S,
                "lastWill": {"topic": _FIRST.state, "qos": 1, "retain": True},
                "bindingVersion": BINDING,
            }
        },
    }


def _channel(channel: Channel) -> dict[str, Any]:
    named = [name for name in (_GATEWAY, _PATH) if f"{{{name}}}" in channel.address]
    return {
        "address": channel.address,
        "description": channel.says,
        "messages": {name: _to("components", "messages", name) for name in channel.messages},
        "parameters": {name: _to("components", "parameters", name) for name in named},
    }


def _operation(name: str, channel: Channel) -> dict[str, Any]:
    expiry = {} if channel.expiry_s is None else {"messageExpiryInterval": channel.expiry_s}
    said: dict[str, Any] = {
        "action": "receive" if channel.heard else "send",
        "channel": _to("channels", name),
        "summary": channel.says,
        "messages": [_to("channels", name, "messages", each) for each in channel.messages],
        "bindings": {
            "mqtt": {"qos": 1, "retain": channel.retained, **expiry, "bindingVersion": BINDING}
        },
    }
    if channel.reply is not None:
        where, what = channel.reply
        said["reply"] = {
            "channel": _to("channels", where),
            "messages": [_to("channels", where, "messages", what)],
        }
    return said


def _message(file: str) -> dict[str, Any]:
    """The schema is that of the file beside the document."""
    return {
        "name": f"heimvakt.{file.removesuffix('.schema.json')}",
        "contentType": "application/cloudevents+json",
        "payload": {"$ref": f"./{file}"},
    }


def _short(file: str) -> str:
    """`alarm.v1.schema.json` is `alarm` in the document."""
    return file.split(".", 1)[0]


def _to(*names: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(names)}
