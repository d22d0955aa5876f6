"""JSON Schemas of the messages, for receivers; made from the models and from nothing else."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel

from . import messages

_MESSAGES: dict[str, tuple[type[BaseModel], Literal["validation", "serialization"]]] = {
    "alarm.v1": (messages.AlarmMessage, "serialization"),
    "state.v1": (messages.StateMessage, "serialization"),
    "heartbeat.v1": (messages.HeartbeatMessage, "serialization"),
    "acknowledgement.v1": (messages.AcknowledgementMessage, "validation"),
}


def schemas() -> dict[str, dict[str, Any]]:
    """File name to JSON Schema, for each message."""
    return {
        f"{name}.schema.json": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **model.model_json_schema(mode=mode),
        }
        for name, (model, mode) in _MESSAGES.items()
    }


def schema_text(schema: dict[str, Any]) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
