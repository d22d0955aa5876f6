"""Which family a stick is of, by what it says of itself over USB: values in, a value out.

The table is of public facts: what `lsusb -v` shows of each. A bridge chip that many makers use
(CP2102N, CH340, CH9102, FT230X) says nothing by its number; then the maker's own words decide, and
where he wrote none nobody can tell without asking the stick.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Family = Literal["znp", "ezsp", "deconz"]
FAMILIES: tuple[Family, ...] = ("znp", "ezsp", "deconz")
"""In the order in which an unknown stick is asked."""


class Known(NamedTuple):
    """A line of the table."""

    usb_id: str
    words: str
    """Found in maker and product, whatever their case; empty: the number alone says it."""
    family: Family


CP210X, CP2105, CH340, CH9102, FT230X = (
    "10c4:ea60",
    "10c4:ea70",
    "1a86:7523",
    "1a86:55d4",
    "0403:6015",
)

KNOWN: tuple[Known, ...] = (
    # What a later line would take for something else comes first.
    Known(CP210X, r"sonoff.*plus.*v2", "ezsp"),  # ITead Dongle-E, with a CP2102N
    Known(CP210X, r"sonoff.*(max|mg24|lite)", "ezsp"),  # ITead Dongle Max, Plus MG24, Lite MG21
    Known(CP210X, r"sonoff zigbee 3\.0 usb dongle plus", "znp"),  # ITead Dongle-P
    Known(CH9102, r"sonoff", "ezsp"),  # ITead Dongle-E
    Known(CP210X, r"slzb-0\dp(7|10)\b", "znp"),  # SMLIGHT with CC2652P7, CC2674P10
    Known(CP210X, r"slzb-07", "ezsp"),  # SMLIGHT SLZB-07 and -07mg24
    Known(CP210X, r"slzb-06m", "ezsp"),  # SMLIGHT SLZB-06M
    Known(CP210X, r"slzb-06", "znp"),  # SMLIGHT SLZB-06
    Known(CP210X, r"nabu casa|skyconnect|zbt-1", "ezsp"),  # SkyConnect, ZBT-1
    Known("303a:4001", r"zbt-2", "ezsp"),  # ZBT-2
    Known(CP210X, r"slae\.sh|cc2652|cc1352", "znp"),  # slaesh's sticks
    Known(CP210X, r"tubeszb|zigstar", "znp"),
    Known(CH340, r"tubeszb|zigstar", "znp"),
    Known(FT230X, r"electrolama|zig-a-zig-ah|zzh", "znp"),
    Known(FT230X, r"conbee|dresden", "deconz"),  # ConBee, ConBee III
    Known("1cf1:0030", "", "deconz"),  # ConBee II
    Known("10c4:8a2a", "", "ezsp"),  # HubZ, with Z-Wave beside
    Known("10c4:8b34", "", "ezsp"),  # Bitron, Telegesis
    Known("0451:bef3", "", "znp"),  # LaunchPads of Texas Instruments
    Known("0451:16c8", "", "znp"),  # CC2538
)

INTERFACE: dict[str, int] = {"10c4:8a2a": 1, "0451:bef3": 0}
"""Of a stick with several ports, the USB interface at which the Zigbee radio is."""

BRIDGES: frozenset[str] = frozenset({CP210X, CP2105, CH340, CH9102, FT230X})
"""Chips behind which anything may be, a radio too."""


def family_of(
    usb_id: str, maker: str | None, product: str | None, interface: int | None = None
) -> Family | None:
    """The family, or None if these words do not say it."""
    if not _is_its_interface(usb_id, interface):
        return None
    words = f"{maker or ''} {product or ''}"
    for known in KNOWN:
        if known.usb_id == usb_id and re.search(known.words, words, re.IGNORECASE):
            return known.family
    return None


def may_be_radio(usb_id: str) -> bool:
    """Whether a radio that we can drive may be behind this, whatever its maker wrote."""
    return usb_id in BRIDGES


def _is_its_interface(usb_id: str, interface: int | None) -> bool:
    wanted = INTERFACE.get(usb_id)
    return wanted is None or interface is None or wanted == interface
