"""Who may use the embedded amqtt: everybody on this machine. Imported by amqtt alone."""

from __future__ import annotations

from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session


class Everybody(BaseAuthPlugin):  # type: ignore[misc]  # amqtt has no types
    """Lets everybody in.

    amqtt's own plugin for that marks sessions as anonymous, and for those it keeps no messages
    while they are away.
    """

    async def authenticate(self, *, session: Session) -> bool:
        """Whoever it is."""
        return True
