"""Why there is no connection, in words that an installer can do something about. Pure."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from enum import StrEnum

from .backoff import Failure
from .mqtt_patience import Patience
from .secrets import SecretError


class Trouble(StrEnum):
    """What kept us from a connection."""

    UNREACHABLE = "unreachable"
    TLS = "tls"
    CREDENTIALS = "credentials"
    SILENT = "silent"
    VERSION = "version"
    REFUSED = "refused"
    BUSY = "busy"


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

    @property
    def failure(self) -> Failure:
        """Whether nobody is there, or somebody who does not want us."""
        away = self.trouble in (Trouble.UNREACHABLE, Trouble.SILENT, Trouble.BUSY)
        return Failure.AWAY if away else Failure.UNWELCOME


_NOT_NOW = ("Server unavailable", "Server busy", "Server shutting down")
_TOO_MUCH = ("Quota exceeded", "Connection rate exceeded")


def refused(reason: str) -> DialError:
    """The broker answered the greeting with a no; `reason` is the name of its reason code."""
    if reason == "Unsupported protocol version":
        return DialError(Trouble.VERSION, "it does not speak this version of MQTT")
    what = f"the broker refused us: {reason}"
    if reason in _NOT_NOW:
        return DialError(Trouble.BUSY, what)
    if reason in _TOO_MUCH:
        return DialError(
            Trouble.REFUSED, what, hint="the response centre must raise the limits of its broker"
        )
    return DialError(
        Trouble.REFUSED,
        what,
        hint="check username, password and certificate with the response centre",
    )


def explained(
    error: OSError | UnicodeError | SecretError, patience: Patience, interface: str | None
) -> DialError:
    """What kept us from a greeting, in words."""
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
            what = str(error) or f"not reached in {patience.reach_s:g} s"
            return DialError(Trouble.UNREACHABLE, what)
        case OSError(errno=errno.ENODEV):
            return DialError(
                Trouble.UNREACHABLE,
                f"there is no interface {interface}",
                hint="is the cable or the modem plugged in? check interface in [paths]",
            )
        case _:  # asyncio writes the address into the text, but not what was wrong
            what = os.strerror(error.errno) if error.errno else str(error)
            return DialError(Trouble.UNREACHABLE, what)
