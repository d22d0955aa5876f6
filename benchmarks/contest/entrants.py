"""Who takes part, in the order of the columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .bridge import Bridge, QuickBridge, SafeBridge
from .contestant import Contestant
from .installation import installed
from .ours import Heimvakt
from .thingsboard import ThingsBoard, ThingsBoardFile, ThingsBoardSqlite, ThingsBoardTuned

THINGSBOARDS = (ThingsBoard, ThingsBoardFile, ThingsBoardSqlite, ThingsBoardTuned)
WITHOUT_INSTALLING: tuple[type[Contestant], ...] = (Heimvakt, Bridge, QuickBridge, SafeBridge)


def entrants(say: Callable[[str], None]) -> tuple[Sequence[type[Contestant]], str | None]:
    """All that can take part, and why ThingsBoard gateway cannot, if so. May install it: blocks."""
    found = installed(say)
    if isinstance(found, str):
        return WITHOUT_INSTALLING, found
    ThingsBoard.installation = found
    return (Heimvakt, *THINGSBOARDS, Bridge, QuickBridge, SafeBridge), None
