"""TLS towards a broker: verified, always, and with our own certificate where one is configured."""

from __future__ import annotations

import socket
import ssl
from typing import Any

from .mqtt_settings import MqttReceiverSettings
from .secrets import SecretError, secret_path


class Context(ssl.SSLContext):
    """Remembers the socket that it made: paho leaves it open when the handshake fails."""

    made: ssl.SSLSocket | None = None

    def wrap_socket(self, sock: socket.socket, *args: Any, **options: Any) -> ssl.SSLSocket:
        """As ever."""
        self.made = super().wrap_socket(sock, *args, **options)
        return self.made

    def close(self) -> None:
        """Close what it made; harmless if that is closed."""
        if self.made is not None:
            self.made.close()


def tls_context(settings: MqttReceiverSettings) -> Context:
    """For one connection; made anew for each, so that renewed certificates are taken.

    Raises:
        SecretError: a certificate or a key cannot be had, or is none.
    """
    context = Context(ssl.PROTOCOL_TLS_CLIENT)  # verifies the chain and the name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.ca is None:
        context.load_default_certs()
    else:
        authorities = secret_path(settings.ca, private=False)
        try:
            context.load_verify_locations(authorities)
        except ssl.SSLError as error:
            raise SecretError(
                f"{authorities} holds no certificate: {error.reason}", hint="write it in PEM"
            ) from error
    if settings.certificate and settings.key:
        certificate = secret_path(settings.certificate, private=False)
        key = secret_path(settings.key)
        try:
            context.load_cert_chain(certificate, key, password="")
        except ssl.SSLError as error:
            raise SecretError(
                f"{certificate} and {key} are no certificate and its key: {error.reason}",
                hint="both in PEM, the key without a passphrase",
            ) from error
    return context
