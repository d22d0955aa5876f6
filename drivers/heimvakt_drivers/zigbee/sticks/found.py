"""Which port the radio is at, from the settings and what is plugged in: values in, a value out."""

from __future__ import annotations

from collections.abc import Sequence

from heimvakt_drivers.zigbee.settings import AUTO, ZigbeeSettings

from .sticks import Family
from .usb import UsbPort

SHOWN_MAX = 5
"""Ports that one message lists."""

A_RADIO: dict[Family, str] = {"znp": "a ZNP radio", "ezsp": "an EZSP radio", "deconz": "a ConBee"}
"""For people, each with its article."""


class NotFoundError(OSError):
    """No port can be chosen; the text says why.

    Attributes:
        hint: what to do about it.
    """

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


def choose(settings: ZigbeeSettings, ports: Sequence[UsbPort]) -> str:
    """The path to open.

    Raises:
        NotFoundError: it is to be found, and none or several are plugged in.
    """
    if settings.port != AUTO:
        return settings.port
    fit = candidates(settings, ports)
    if len(fit) == 1:
        return fit[0].port
    if not fit:
        raise NotFoundError("nothing that looks like a radio is plugged in", listed(ports))
    raise NotFoundError(
        f"{len(fit)} ports may be the radio", f"write one of them as port: {listed(fit)}"
    )


def candidates(settings: ZigbeeSettings, ports: Sequence[UsbPort]) -> list[UsbPort]:
    """What looks like the radio. A bridge that may be anything is none: it may be the cable of a
    medicine dispenser, and whoever opens it to ask sends it something."""
    return [port for port in ports if port.family and settings.radio in (AUTO, port.family)]


def listed(ports: Sequence[UsbPort]) -> str:
    """The ports in a sentence."""
    if not ports:
        return "no serial port is plugged in now"
    texts = [_told(port) for port in ports[:SHOWN_MAX]]
    more = f" and {len(ports) - SHOWN_MAX} more" if len(ports) > SHOWN_MAX else ""
    return "plugged in now: " + ", ".join(texts) + more


def _told(port: UsbPort) -> str:
    if port.family is not None:
        return f"{port.port} (looks like {A_RADIO[port.family]})"
    return f"{port.port} (may be a radio)" if port.may_be_radio else port.port
