"""Where on a broker the messages of one gateway are."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "heimvakt/v1"


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one gateway.

    Raises:
        ValueError: the id of the gateway cannot be a level of a topic.
    """

    gateway_id: str

    def __post_init__(self) -> None:
        if not self.gateway_id or set(self.gateway_id) & set("+#/\0"):
            raise ValueError(f"a gateway cannot be called {self.gateway_id!r}: no + # / in it")

    @property
    def alarm(self) -> str:
        """To the receiver, QoS 1."""
        return f"{PREFIX}/{self.gateway_id}/alarm"

    @property
    def state(self) -> str:
        """To the receiver, QoS 1, retained; the last will too."""
        return f"{PREFIX}/{self.gateway_id}/state"

    @property
    def heartbeat(self) -> str:
        """To the receiver, QoS 0."""
        return f"{PREFIX}/{self.gateway_id}/heartbeat"

    @property
    def acknowledgement(self) -> str:
        """From the receiver, QoS 1."""
        return f"{PREFIX}/{self.gateway_id}/ack"
