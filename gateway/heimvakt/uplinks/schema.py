"""JSON Schemas of the messages, for receivers; made from the models and from nothing else."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel

from . import (
    alarm_messages,
    change_message,
    gateway_messages,
    incoming_messages,
    month_messages,
    self_test_message,
)

_MESSAGES: dict[str, tuple[type[BaseModel], Literal["validation", "serialization"]]] = {
    "alarm.v1": (alarm_messages.AlarmMessage, "serialization"),
    "outstanding.v1": (alarm_messages.OutstandingMessage, "serialization"),
    "state.v1": (gateway_messages.StateMessage, "serialization"),
    "heartbeat.v1": (gateway_messages.HeartbeatMessage, "serialization"),
    "reports.v1": (gateway_messages.ReportsMessage, "serialization"),
    "self-test.v1": (self_test_message.SelfTestMessage, "serialization"),
    "month.v1": (month_messages.MonthMessage, "serialization"),
    "change.v1": (change_message.ChangeMessage, "serialization"),
    "acknowledgement.v1": (incoming_messages.AcknowledgementMessage, "validation"),
    "receipt.v1": (incoming_messages.ReceiptMessage, "validation"),
    "question.v1": (incoming_messages.QuestionMessage, "validation"),
    "order.v1": (incoming_messages.OrderMessage, "validation"),
    "order-answer.v1": (gateway_messages.OrderAnswerMessage, "serialization"),
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
