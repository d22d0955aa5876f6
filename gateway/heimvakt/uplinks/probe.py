"""Try to reach the brokers of a receiver over one path, step by step: name, TCP, TLS. Nothing is
said to them, so a session that stands is not disturbed."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509

from heimvakt.core.probed import Probed

from .address_book import AddressBook
from .binding import PathBinding
from .in_thread import in_thread
from .mqtt_patience import OTHERS
from .mqtt_settings import BrokerAddress, MqttReceiverSettings
from .mqtt_tls import tls_context
from .mqtt_trouble import explained
from .names import Names
from .reach import reach
from .secrets import SecretError, secret_path

_ERRORS = (OSError, UnicodeError, SecretError)


async def probe(settings: MqttReceiverSettings, binding: PathBinding) -> Sequence[Probed]:
    """Each broker, in the order of the configuration. May be cancelled."""
    return [await _probe(address, settings, binding) for address in settings.addresses]


async def _probe(
    address: BrokerAddress, settings: MqttReceiverSettings, binding: PathBinding
) -> Probed:
    loop = asyncio.get_running_loop()
    broker, began = str(address), loop.time()
    try:
        # With a book of its own: what was known yesterday is not asked for here.
        addresses = await Names(AddressBook(), binding).addresses(address.host)
    except (OSError, UnicodeError) as error:
        return _ended(broker, error, binding)
    named = loop.time()
    dns_ms = 0.0 if addresses == (address.host,) else (named - began) * 1000
    try:
        async with asyncio.timeout(OTHERS.reach_s):
            sock, _ = await reach(
                addresses,
                address.port,
                interface=binding.interface,
                connect_s=OTHERS.connect_s,
                user_timeout_s=OTHERS.user_timeout_s,
            )
            valid_until = await in_thread(
                lambda: _greeted(sock, address, settings),
                abandoned=lambda _: sock.close(),
                errors=_ERRORS,
            )
    except _ERRORS as error:
        return _ended(broker, error, binding, dns_ms=dns_ms)
    return Probed(
        broker=broker,
        dns_ms=dns_ms,
        connect_ms=(loop.time() - named) * 1000,
        valid_until=valid_until,
    )


def own_certificate(settings: MqttReceiverSettings) -> datetime:
    """Until when the certificate of this gateway is good.

    Raises:
        SecretError: it cannot be had, or is none.
    """
    assert settings.certificate is not None
    path = secret_path(settings.certificate, private=False)
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        raise SecretError(f"{path} holds no certificate", hint="write it in PEM") from error


def _greeted(
    sock: socket.socket, address: BrokerAddress, settings: MqttReceiverSettings
) -> datetime | None:
    """TLS, if there is any, and goodbye; until when the certificate is good. Blocks."""
    with sock:
        if not address.tls:
            return None
        sock.settimeout(OTHERS.reach_s)
        with tls_context(settings).wrap_socket(sock, server_hostname=address.host) as wrapped:
            said = wrapped.getpeercert()
    assert said is not None, "it was verified, so there is one"
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(said["notAfter"])), UTC)


def _ended(
    broker: str,
    error: OSError | UnicodeError | SecretError,
    binding: PathBinding,
    *,
    dns_ms: float | None = None,
) -> Probed:
    why = explained(error, OTHERS, binding.interface)
    return Probed(broker=broker, dns_ms=dns_ms, trouble=str(why), hint=why.hint)
