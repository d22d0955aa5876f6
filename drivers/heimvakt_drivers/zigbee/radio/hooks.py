"""Whom the radio tells of what it hears, and of how it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import zigpy.types as t

from heimvakt_drivers.zigbee.listening.early import Said


class Ear(Protocol):
    """Who is told of each frame of a known device, before zigpy takes it and after."""

    def read(self, ieee: t.EUI64, said: Said) -> bool:
        """Whether what the frame says was read from it now; then zigpy need not have it, and is
        told a moment later what was in it."""

    def begin(self, ieee: t.EUI64) -> None:
        """zigpy is given a frame."""

    def end(self, ieee: t.EUI64, packet: t.ZigbeePacket) -> None:
        """zigpy has told its listeners what is in it, if it could read it."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the coordinator tells: plain calls."""

    ear: Ear
    lost: Callable[[str], None]
    """The connection is gone, and why. May come more than once."""
    announced: Callable[[t.EUI64, bool], None]
    """A device joined or came back; whether under another network address than it had."""
    counted: Counter[str]
