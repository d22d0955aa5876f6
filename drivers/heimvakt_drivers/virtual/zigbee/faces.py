"""What a virtual radio can speak with its host: the coordinator and the link of each face."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Literal, get_args

from heimvakt_drivers.virtual.wire import Watch

from .coordinator import Coordinator
from .faults import Faults
from .link import HostLink

Face = Literal["znp", "ezsp"]
FACES: tuple[Face, ...] = get_args(Face)
Made = Callable[[bytes, random.Random, float, Faults, Watch], tuple[Coordinator, HostLink]]


def face(speaks: Face) -> Made:
    """Who makes the coordinator and the link; only the face that is wanted is imported."""
    if speaks == "znp":
        return _znp
    return _ezsp


def _znp(
    ieee: bytes, chance: random.Random, asleep_s: float, faults: Faults, changes: Watch
) -> tuple[Coordinator, HostLink]:
    from .znp.coordinator import ZnpCoordinator
    from .znp.link import ZnpLink

    coordinator = ZnpCoordinator(ieee, chance, asleep_s)
    return coordinator, ZnpLink(coordinator, faults, changes)


def _ezsp(
    ieee: bytes, chance: random.Random, asleep_s: float, faults: Faults, changes: Watch
) -> tuple[Coordinator, HostLink]:
    from .ezsp.coordinator import EzspCoordinator
    from .ezsp.link import EzspLink

    coordinator = EzspCoordinator(ieee, chance, asleep_s)
    return coordinator, EzspLink(coordinator, faults, changes)
