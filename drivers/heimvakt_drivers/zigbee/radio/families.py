"""Which family of radios a stick is of. Each is imported only where it is used."""

from __future__ import annotations

from typing import Literal

from .coordinator import Coordinator

Kind = Literal["znp", "ezsp", "deconz"]


def coordinator_for(kind: Kind) -> type[Coordinator]:
    """The application for a kind of radio; importing it takes a moment."""
    match kind:
        case "znp":
            from .radio_znp import ZnpCoordinator

            return ZnpCoordinator
        case "ezsp":
            from .radio_ezsp import EzspCoordinator

            return EzspCoordinator
        case "deconz":
            from .radio_deconz import DeconzCoordinator

            return DeconzCoordinator
