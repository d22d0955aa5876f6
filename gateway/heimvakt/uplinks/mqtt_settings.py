"""`[receivers.NAME]` with `kind = "mqtt"`: which brokers, and how they know us and we them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from heimvakt.core.receiver import ReceiverSettings
from heimvakt.core.reports import Wanted

from .secrets import REFERENCE

Reference = Annotated[str, Field(pattern=REFERENCE)]


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where a broker is. `tls` comes from the scheme, and nothing ever turns it off."""

    host: str
    port: int
    tls: bool

    @classmethod
    def of(cls, url: str) -> BrokerAddress:
        """From `mqtts://host[:port]`, or `mqtt://` on this machine.

        Raises:
            PydanticCustomError: a ValueError with what is wrong, and in its context what to write.
        """
        try:
            parts = urlsplit(url)
            host = parts.hostname
        except ValueError as error:
            raise _refused(f"{_shown(url)} is no broker", _WRITE) from error
        if parts.scheme not in ("mqtt", "mqtts"):
            raise _refused(f"{_shown(url)} is no broker", _WRITE)
        if parts.username is not None or parts.password is not None:
            raise _refused(
                f"{parts.scheme}://{host}: no user or password in an address",
                'write username = "..." and password = "credential:NAME"',
            )
        try:
            port = parts.port
        except ValueError as error:
            raise _refused(
                f"{_shown(url)} has no right port", "a port is a number from 1 to 65535"
            ) from error
        more = parts.path not in ("", "/") or parts.query or parts.fragment
        if not host or port == 0 or more or re.search(r"\s", url):
            raise _refused(f"{_shown(url)} is not written as it should be", _WRITE)
        tls = parts.scheme == "mqtts"
        if not tls and not _is_here(host):
            raise _refused(
                f"{_shown(url)}: clear text is for brokers on this machine only",
                f'write "mqtts://{host}"',
            )
        return cls(host=host, port=port or (8883 if tls else 1883), tls=tls)

    def __str__(self) -> str:
        """As in the configuration."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"


_WRITE = 'write "mqtts://HOST" or "mqtts://HOST:PORT"'


def _refused(what: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("no_broker", "{what}", {"what": what, "hint": hint})


def _shown(url: str) -> str:
    return f'"{url}"'


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _check_url(url: str) -> str:
    BrokerAddress.of(url)
    return url


class MqttReceiverSettings(ReceiverSettings):
    """A response centre that is reached over MQTT."""

    kind: Literal["mqtt"] = Field(description="How this receiver is reached.")
    brokers: tuple[Annotated[str, AfterValidator(_check_url)], ...] = Field(
        min_length=1,
        max_length=8,
        description="Its brokers, mqtts://HOST[:PORT], port 8883 if not said; the first is "
        "tried first. mqtt:// is for a broker on this machine only.",
        examples=[["mqtts://in1.centre.example"]],
    )
    protocol: Literal["auto", "5", "3.1.1"] = Field(
        default="auto",
        description="Version of MQTT. auto: 5, and 3.1.1 where the broker does not know 5.",
    )
    reports: Wanted = Field(
        default=Wanted.NONE,
        description="What it is told beside alarms: none; information, which a person may want to "
        "read; telemetry, all that sensors say as well.",
    )
    monthly: bool = Field(
        default=False,
        description="Whether it is told the figures of each month (alarms, doses, uptime) when the "
        "month is over. No name and no hour is in them.",
    )
    ca: Reference | None = Field(
        default=None,
        description="The certificates of the authority that signed the broker's, in PEM: "
        "file:/path or credential:NAME. Otherwise those that the system trusts.",
        examples=["file:/etc/heimvakt/ca.pem"],
    )
    certificate: Reference | None = Field(
        default=None,
        description="The certificate of this gateway, in PEM: credential:NAME or file:/path.",
        examples=["credential:client-cert"],
    )
    key: Reference | None = Field(
        default=None,
        description="The key of that certificate, in PEM: credential:NAME, or file:/path that "
        "not everybody can read.",
        examples=["credential:client-key"],
    )
    username: str | None = Field(
        default=None, min_length=1, description="The name of this gateway at the broker."
    )
    password: Reference | None = Field(
        default=None,
        description="Its password: credential:NAME, or file:/path that not everybody can read.",
        examples=["credential:password"],
    )

    @model_validator(mode="after")
    def _in_pairs(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key go together: write both or neither")
        if self.password is not None and self.username is None:
            raise ValueError("a password needs a username")
        clear = [url for url in self.brokers if not BrokerAddress.of(url).tls]
        if clear and (self.certificate or self.ca):
            raise ValueError(f"ca, certificate and key need TLS, which {clear[0]} has not")
        return self

    @property
    def wanted(self) -> Wanted:
        """As it is written."""
        return self.reports

    @property
    def wants_months(self) -> bool:
        """As it is written."""
        return self.monthly

    @property
    def addresses(self) -> tuple[BrokerAddress, ...]:
        """The brokers, in the order of the configuration."""
        return tuple(BrokerAddress.of(url) for url in self.brokers)
