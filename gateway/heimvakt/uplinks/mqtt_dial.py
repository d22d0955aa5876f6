"""Reach a broker: name, TCP, TLS, greeting and its answer. Nothing of it blocks the event loop."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, LogLevel, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from .in_thread import in_thread
from .mqtt_client import INBOX_MAX, Link, LinkLost
from .mqtt_settings import BrokerAddress, MqttReceiverSettings
from .mqtt_tls import tls_context
from .mqtt_versions import Version
from .mqtt_wire import hang_up
from .secrets import SecretError, secret_text

SESSION_S = 7 * 24 * 3600
"""The broker keeps answers for us so long; as long as the outbox is to last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for what, seconds. Shorter in tests."""

    keepalive_s: int = 20
    """An idle black hole is noticed within twice this."""
    puback_s: float = 20.0
    """One with something under way is noticed within this."""
    reach_s: float = 10.0
    """Name, TCP and TLS together, over a bad 4G link."""
    answer_s: float = 10.0
    """The broker's answer to the greeting."""
    first_answer_s: float = 3.0
    """The same while it is not known whether the broker understands the greeting at all."""
    goodbye_s: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What the gateway says first."""

    client_id: str
    will_topic: str
    will: bytes


class Trouble(StrEnum):
    """What kept us from a connection."""

    UNREACHABLE = "unreachable"
    TLS = "tls"
    CREDENTIALS = "credentials"
    SILENT = "silent"
    VERSION = "version"
    REFUSED = "refused"


class DialError(Exception):
    """There is no connection.

    Attributes:
        trouble: what kind of reason.
        hint: what a technician can do about it.
    """

    def __init__(self, trouble: Trouble, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.trouble = trouble
        self.hint = hint


async def dial(
    address: BrokerAddress,
    settings: MqttReceiverSettings,
    greeting: Greeting,
    *,
    version: Version,
    settled: bool,
    patience: Patience,
) -> Link:
    """A connection on which the broker has accepted us. May be cancelled.

    Raises:
        DialError: there is none; nothing is left open.
    """
    client = _client(greeting, version)
    client.connect_timeout = patience.reach_s
    errors: deque[str] = deque(maxlen=1)
    client.on_log = lambda _client, _data, level, text: (
        errors.append(text) if level == LogLevel.MQTT_LOG_ERR else None
    )

    def reach() -> None:
        if settings.username is not None:
            password = secret_text(settings.password) if settings.password else None
            client.username_pw_set(settings.username, password)
        if not address.tls:
            greet()
            return
        context = tls_context(settings)
        client.tls_set_context(context)
        try:
            greet()
        except OSError:
            context.close()
            raise

    def greet() -> None:
        if version == "5":
            said = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            said.SessionExpiryInterval = SESSION_S
            said.ReceiveMaximum = INBOX_MAX // 2
            client.connect(
                address.host, address.port, patience.keepalive_s, clean_start=False, properties=said
            )
        else:
            client.connect(address.host, address.port, patience.keepalive_s)
        sock = client.socket()
        if isinstance(sock, socket.socket):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    try:
        async with asyncio.timeout(patience.reach_s):
            await in_thread(
                reach,
                abandoned=lambda _: hang_up(client),
                errors=(OSError, UnicodeError, SecretError),
            )
    except (OSError, UnicodeError, SecretError) as error:
        hang_up(client)
        raise _explained(error, patience) from error
    link = Link(client, puback_s_max=patience.puback_s, errors=errors)
    try:
        await _accepted(link, patience.answer_s if settled else patience.first_answer_s)
    except (asyncio.CancelledError, DialError):
        link.drop()
        raise
    return link


def _client(greeting: Greeting, version: Version) -> Client:
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=greeting.client_id,
        clean_session=None if version == "5" else False,
        protocol=MQTTProtocolVersion.MQTTv5 if version == "5" else MQTTProtocolVersion.MQTTv311,
        reconnect_on_failure=False,  # also keeps it from turning to 3.1 by itself
        manual_ack=True,
    )
    client.will_set(greeting.will_topic, greeting.will, qos=1, retain=True)
    client.max_inflight_messages_set(0)  # the window of the link is the limit
    return client


async def _accepted(link: Link, patience_s: float) -> None:
    try:
        async with asyncio.timeout(patience_s):
            reason = await link.accepted()
    except TimeoutError as error:
        raise DialError(Trouble.SILENT, f"no answer to the greeting in {patience_s:g} s") from error
    except LinkLost as error:
        if "alert" in link.complaint.lower():  # TLS 1.3: only now it says what it thinks of ours
            raise DialError(
                Trouble.TLS,
                f"the broker did not take our certificate: {link.complaint}",
                hint="is it signed by the authority that the broker knows, and not expired?",
            ) from error
        raise DialError(
            Trouble.SILENT,
            f"it hung up instead of answering ({error})",
            hint="a broker that wants another certificate, or none that we have, does that too",
        ) from error
    if reason == "Unsupported protocol version":
        raise DialError(Trouble.VERSION, "it does not speak this version of MQTT")
    if reason.is_failure:
        raise DialError(
            Trouble.REFUSED,
            f"the broker refused us: {reason}",
            hint="check username, password and certificate with the response centre",
        )


def _explained(error: OSError | UnicodeError | SecretError, patience: Patience) -> DialError:
    match error:
        case SecretError(hint=hint):
            return DialError(Trouble.CREDENTIALS, str(error), hint=hint)
        case ssl.SSLCertVerificationError():
            return DialError(
                Trouble.TLS,
                f"the broker's certificate is not to be trusted: {error.verify_message}",
                hint="check the name in brokers, the clock of the gateway, and ca",
            )
        case ssl.SSLError():
            return DialError(
                Trouble.TLS, f"TLS failed: {error}", hint="is this the port for TLS (8883)?"
            )
        case socket.gaierror():
            return DialError(
                Trouble.UNREACHABLE,
                f"the name is not known: {error.strerror}",
                hint="check the spelling and the name servers",
            )
        case UnicodeError():
            return DialError(
                Trouble.UNREACHABLE, f"that is no name: {error}", hint="check the spelling"
            )
        case TimeoutError():
            return DialError(Trouble.UNREACHABLE, f"not reached in {patience.reach_s:g} s")
        case _:
            return DialError(Trouble.UNREACHABLE, error.strerror or str(error))
