"""What a technician is told of a session: why there is no connection, and that there is one, each
once until a connection has stood for a while.
"""

from __future__ import annotations

import structlog

from .mqtt_identity import Identity
from .mqtt_settings import BrokerAddress

REASONS_MAX = 32
"""Reasons for having no connection that are logged before one has stood again."""

_log = structlog.get_logger(__name__)


class Telling:
    """Of one session."""

    def __init__(self, who: Identity) -> None:
        self.trouble: str | None = None
        """Why there is no connection; None while there is one or nothing was tried."""
        self._told: set[str] = set()
        self._unsaid = False
        """It is connected and nobody was told, because connections came and went."""
        self._log = _log.bind(receiver=who.receiver, path=who.binding.name)

    def connected(self, address: BrokerAddress) -> None:
        """There is a connection on which answers are heard."""
        self.trouble = None
        key = f"connected {address}"
        self._unsaid = key in self._told
        if not self._unsaid:
            self._told.add(key)
            self._log.info("broker-connected", address=str(address))

    def stands_well(self, address: BrokerAddress) -> None:
        """It has lasted: what comes after it is news again."""
        if self._unsaid:
            self._log.info("broker-connected", address=str(address))
        self._told.clear()

    def no_connection(self, address: BrokerAddress, why: str, *, hint: str | None) -> None:
        """It could not be reached, or did not take us."""
        self._keep(address, why, hint)
        self._tell("broker-not-connected", address, why, hint)

    def lost(self, address: BrokerAddress, why: str) -> None:
        """A connection has ended."""
        self._keep(address, why)
        self._tell("broker-lost", address, why)

    def unheard(self, address: BrokerAddress, why: str) -> None:
        """There is a connection, and not all that a receiver may say is heard."""
        self._tell("questions-not-heard", address, why)

    def _keep(self, address: BrokerAddress, why: str, hint: str | None = None) -> None:
        self.trouble = f"{address}: {why}" + (f" ({hint})" if hint else "")

    def _tell(self, event: str, address: BrokerAddress, why: str, hint: str | None = None) -> None:
        key = f"{address}: {why}"
        if key not in self._told and len(self._told) < REASONS_MAX:
            self._told.add(key)
            self._log.warning(event, address=str(address), reason=why, hint=hint)
