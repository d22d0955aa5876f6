"""Where on a broker the messages of one gateway are."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "heimvakt/v1"


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one gateway.

    Raises:
        ValueError: the id of the gateway or the name of the path cannot be a level of a topic.
    """

    gateway_id: str
    path: str | None = None
    """Of every path but the first: each path has a state of its own, and a last will."""

    def __post_init__(self) -> None:
        for name in (self.gateway_id, *([] if self.path is None else [self.path])):
            if not name or set(name) & set("+#/\0"):
                raise ValueError(f"{name!r} cannot be a level of a topic: no + # / in it")

    @property
    def client_id(self) -> str:
        """Each path has a session of its own at the broker.

        Letters, digits and - only, which every broker takes; mosquitto refuses others where its
        access list has patterns. No id of ours has two - in a row, so no two can be alike.
        """
        return self.gateway_id if self.path is None else f"{self.gateway_id}--{self.path}"

    @property
    def alarm(self) -> str:
        """To the receiver, QoS 1."""
        return f"{PREFIX}/{self.gateway_id}/alarm"

    @property
    def state(self) -> str:
        """To the receiver, QoS 1, retained; the last will too."""
        state = f"{PREFIX}/{self.gateway_id}/state"
        return state if self.path is None else f"{state}/{self.path}"

    @property
    def heartbeat(self) -> str:
        """To the receiver, QoS 1."""
        return f"{PREFIX}/{self.gateway_id}/heartbeat"

    @property
    def acknowledgement(self) -> str:
        """From the receiver, QoS 1."""
        return f"{PREFIX}/{self.gateway_id}/ack"

    @property
    def reports(self) -> str:
        """To the receiver, QoS 1."""
        return f"{PREFIX}/{self.gateway_id}/reports"

    @property
    def month(self) -> str:
        """To the receiver, QoS 1."""
        return f"{PREFIX}/{self.gateway_id}/month"

    @property
    def self_test(self) -> str:
        """To the receiver, QoS 1."""
        return f"{PREFIX}/{self.gateway_id}/self-test"

    @property
    def change(self) -> str:
        """To the receiver, QoS 1."""
        return f"{PREFIX}/{self.gateway_id}/change"

    @property
    def outstanding(self) -> str:
        """To the receiver, QoS 1."""
        return f"{PREFIX}/{self.gateway_id}/outstanding"

    @property
    def question(self) -> str:
        """From the receiver, QoS 1."""
        return f"{PREFIX}/{self.gateway_id}/ask"

    @property
    def order(self) -> str:
        """From the receiver, QoS 1."""
        return f"{PREFIX}/{self.gateway_id}/order"

    @property
    def order_answer(self) -> str:
        """To the receiver, QoS 1."""
        return f"{PREFIX}/{self.gateway_id}/order-answer"
