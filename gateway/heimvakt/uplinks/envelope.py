"""What every message to a receiver or from one has in common: CloudEvents 1.0 in JSON.

The models in `alarm_messages`, `gateway_messages` and `incoming_messages` are the contract with
response centres: the JSON Schemas and the reference in `docs/` are made from them. A field may be
added to a version; to change or remove one makes a new version. Absent means "not known"; null is
never sent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


def _leave_open(schema: dict[str, Any]) -> None:
    """We send nothing that is not in the model, but a receiver must not count on that."""
    schema.pop("additionalProperties", None)


class Part(BaseModel):
    """Something inside a message that the gateway sends."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_leave_open)


class Envelope(Part):
    """The attributes of CloudEvents that every message has."""

    specversion: Literal["1.0"] = Field(description="Version of CloudEvents.")
    id: str = Field(
        description="Together with `source` names this message; a repeat has the same id."
    )
    source: str = Field(description="`/heimvakt/` and the id of the gateway.")
    datacontenttype: Literal["application/json"] = Field(description="What `data` is.")
    time: datetime | None = Field(
        default=None,
        description="When it happened, UTC. A last will has none: the broker sends it later.",
    )


def attributes(gateway_id: str, message_id: str, at: datetime | None = None) -> dict[str, Any]:
    """What the envelope of a message of ours says, but for its type."""
    return {
        "specversion": "1.0",
        "id": message_id,
        "source": f"/heimvakt/{gateway_id}",
        "datacontenttype": "application/json",
        "time": at,
    }


def to_bytes(message: Envelope) -> bytes:
    """The message as it goes on the wire: JSON in UTF-8, without what is not known."""
    return message.model_dump_json(exclude_none=True).encode()
