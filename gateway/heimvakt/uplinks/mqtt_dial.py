"""Reach a broker: name, TCP, TLS, greeting and its answer. Nothing of it blocks the event loop.

The socket is ours: it is bound to the path before it connects, for which paho has no place.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from dataclasses import dataclass

from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, Client
from paho.mqtt.enums import CallbackAPIVersion, LogLevel, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from .in_thread import in_thread
from .link_lost import LinkLost
from .mqtt_client import Link
from .mqtt_inbox import INBOX_MAX
from .mqtt_patience import Patience
from .mqtt_settings import BrokerAddress, MqttReceiverSettings
from .mqtt_tls import tls_context
from .mqtt_trouble import DialError, Trouble, explained, refused
from .mqtt_versions import Version
from .mqtt_wire import hang_up
from .names import Names
from .reach import reach
from .secrets import SecretError, secret_text

SESSION_S = 7 * 24 * 3600
"""The broker keeps answers for us so long; as long as the outbox is to last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What the gateway says first."""

    client_id: str
    will_topic: str
    will: bytes


async def dial(
    address: BrokerAddress,
    settings: MqttReceiverSettings,
    greeting: Greeting,
    *,
    names: Names,
    interface: str | None,
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
    try:
        async with asyncio.timeout(patience.reach_s):
            client.handed, ip = await reach(
                await names.addresses(address.host),
                address.port,
                interface=interface,
                connect_s=patience.connect_s,
                user_timeout_s=patience.user_timeout_s,
            )
            await in_thread(
                lambda: _greet(client, address, settings, version, patience),
                abandoned=lambda _: hang_up(client),
                errors=(OSError, UnicodeError, SecretError),
            )
    except (OSError, UnicodeError, SecretError) as error:
        hang_up(client)
        client.close_handed()
        raise explained(error, patience, interface) from error
    link = Link(client, puback_s_max=patience.puback_s, errors=errors)
    try:
        await _accepted(link, patience.answer_s if settled else patience.first_answer_s)
    except (asyncio.CancelledError, DialError):
        link.drop()
        raise
    names.worked(address.host, ip)
    return link


class HandedClient(Client):
    """A client that takes a connected socket instead of connecting one.

    `_create_socket_connection` is private to paho: a test tells when a new version has another.
    """

    handed: socket.socket | None = None

    def close_handed(self) -> None:
        """Close the socket if paho has not taken it; harmless otherwise."""
        if self.handed is not None:
            self.handed.close()
            self.handed = None

    def _create_socket_connection(self) -> socket.socket:
        sock, self.handed = self.handed, None
        if sock is None:
            raise ConnectionError("a client connects once")
        sock.settimeout(self.connect_timeout)
        return sock


def _greet(
    client: HandedClient,
    address: BrokerAddress,
    settings: MqttReceiverSettings,
    version: Version,
    patience: Patience,
) -> None:
    """TLS and the first packet; blocks."""
    context = None
    try:
        if settings.username is not None:
            password = secret_text(settings.password) if settings.password else None
            client.username_pw_set(settings.username, password)
        if address.tls:
            context = tls_context(settings)
            client.tls_set_context(context)
        said = None
        if version == "5":
            said = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            said.SessionExpiryInterval = SESSION_S
            said.ReceiveMaximum = INBOX_MAX // 2
        # The name, and not the address, is held against the certificate.
        client.connect(
            address.host,
            address.port,
            patience.keepalive_s,
            clean_start=False if version == "5" else MQTT_CLEAN_START_FIRST_ONLY,
            properties=said,
        )
    except OSError:
        if context is not None:
            context.close()
        raise
    finally:
        client.close_handed()


def _client(greeting: Greeting, version: Version) -> HandedClient:
    client = HandedClient(
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
    if reason.is_failure:
        raise refused(reason.getName())
