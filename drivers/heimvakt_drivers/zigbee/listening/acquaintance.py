"""Getting to know a device that zigpy has interviewed, before it has told us anything.

Reads what zigpy remembers, and asks the device nothing. A cluster that a device reports from
without listing it is added to zigpy's picture of it, which tells nothing of unknown clusters.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from heimvakt_drivers.zigbee.sensing.makers import known_of
from heimvakt_drivers.zigbee.sensing.memory import Memory
from heimvakt_drivers.zigbee.sensing.recognise import Recognised, recognise
from heimvakt_drivers.zigbee.sensing.scales import SCALING, UNSCALED
from heimvakt_drivers.zigbee.sensing.signature import Signature

from .interviewed import signature_of

if TYPE_CHECKING:
    from zigpy.device import ZigbeeDevice


def acquainted(node: ZigbeeDevice, memory: Memory) -> Memory:
    """What is remembered of the device, with all that zigpy knows of it."""
    signature = signature_of(node)
    _complete(node, signature)
    scales = UNSCALED
    for endpoint in node.non_zdo_endpoints:
        for number, attributes in SCALING.items():
            if (cluster := endpoint.in_clusters.get(number)) is None:
                continue
            for attribute in attributes:
                value = cluster.get(attribute)
                if isinstance(value, int):
                    scales = scales.told(number, attribute, int(value))
    return replace(memory, signature=signature, nature=recognise(signature), scales=scales)


def nature_of(node: ZigbeeDevice) -> Recognised:
    """What the device is."""
    return recognise(signature_of(node))


def _complete(node: ZigbeeDevice, signature: Signature) -> None:
    hidden = known_of(signature.manufacturer, signature.model).hidden
    for first in sorted(node.non_zdo_endpoints, key=lambda e: e.endpoint_id)[:1]:
        for number in sorted(hidden - signature.ins):
            first.add_input_cluster(number)
