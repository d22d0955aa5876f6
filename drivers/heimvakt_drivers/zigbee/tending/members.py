"""What is known of a device in the network, for people: in words, whoever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heimvakt.core.tending import Member
from heimvakt_drivers.zigbee.listening.interviewed import signature_of
from heimvakt_drivers.zigbee.sensing.recognise import Recognised, recognise
from heimvakt_drivers.zigbee.sensing.signature import Signature

if TYPE_CHECKING:
    from zigpy.device import ZigbeeDevice


def about(node: ZigbeeDevice) -> Member:
    """A device that may be in the middle of its interview."""
    address, lqi = str(node.ieee), node.lqi
    if not node.is_initialized:
        return Member(address=address, lqi=lqi)
    signature = signature_of(node)
    known = recognise(signature)
    likely = () if known.role is None else (known.role,)
    return Member(
        address=address,
        interviewed=True,
        manufacturer=signature.manufacturer or None,
        model=signature.model or None,
        says=_in_words(signature, known),
        roles=(*likely, *sorted(known.roles - set(likely))),
        lqi=lqi,
    )


def _in_words(signature: Signature, known: Recognised) -> tuple[str, ...]:
    count = len(signature.endpoints)
    power = "on mains" if signature.on_mains else "battery powered"
    odd = sorted(oddity.value for oddity in known.oddities)
    return (f"{count} endpoint{'' if count == 1 else 's'}", power, known.in_words(), *odd)
