"""What a receiver says on the wire, or why it is nothing. Pure; never raises, whatever somebody
wrote there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from heimvakt.core.heard import Acknowledgement, Asked, Heard, MonthReceipt, Ordered, ReportReceipt
from heimvakt.core.month import is_month

from . import incoming_messages as i
from .batches import MONTH_BATCH

BYTES_MAX = 64 * 1024
"""A real answer has about 300 bytes; the rest is room for what middleware adds."""


class Reason(StrEnum):
    """Why it is nothing to us; each is counted by itself."""

    TOO_LARGE = "too-large"
    NOT_JSON = "not-json"
    WRONG_SHAPE = "wrong-shape"
    WRONG_KIND = "wrong-kind"
    """A CloudEvent, but none that is said here."""
    WRONG_VERSION = "wrong-version"
    OTHER_GATEWAY = "other-gateway"


@dataclass(frozen=True, slots=True)
class Refused:
    """It is nothing that this gateway can take."""

    reason: Reason
    detail: str
    """For a log: where and what, never the whole of what came."""


def parse_answer(payload: bytes, *, gateway_id: str, receiver: str) -> Heard | Refused:
    """What came on the topic for answers: an acknowledgement or a receipt.

    Only a CloudEvent is taken. Unknown fields are ignored; known ones must be of the right type.
    """
    kind = _kind(payload, i.ACKNOWLEDGEMENT_TYPE, i.RECEIPT_TYPE)
    if isinstance(kind, Refused):
        return kind
    if kind == i.RECEIPT_TYPE:
        return _receipt(payload, gateway_id, receiver)
    message = _read(i.AcknowledgementMessage, payload)
    if isinstance(message, Refused):
        return message
    data = message.data
    owner, _, number = data.alarm_id.rpartition("-")
    if owner != gateway_id or not (number.isascii() and number.isdecimal()):
        return Refused(Reason.OTHER_GATEWAY, f"the alarm is {data.alarm_id!r}")
    return Acknowledgement(
        alarm_id=data.alarm_id,
        answer=data.answer,
        receiver=receiver,
        by=data.by,
        revision=data.revision,
        outcome=data.outcome,
    )


def parse_question(payload: bytes, *, receiver: str) -> Asked | Refused:
    """What came on the topic for questions. Whose it is the topic says."""
    kind = _kind(payload, i.QUESTION_TYPE)
    if isinstance(kind, Refused):
        return kind
    message = _read(i.QuestionMessage, payload)
    if isinstance(message, Refused):
        return message
    data = message.data
    return Asked(
        receiver=receiver, question=data.question, question_id=data.question_id, by=data.by
    )


def parse_order(payload: bytes, *, receiver: str, path: str) -> Ordered | Refused:
    """What came on the topic for orders. Whether it may be obeyed is found out by others."""
    kind = _kind(payload, i.ORDER_TYPE)
    if isinstance(kind, Refused):
        return kind
    message = _read(i.OrderMessage, payload)
    if isinstance(message, Refused):
        return message
    return Ordered(receiver=receiver, path=path, token=message.data.order)


def _receipt(
    payload: bytes, gateway_id: str, receiver: str
) -> ReportReceipt | MonthReceipt | Refused:
    message = _read(i.ReceiptMessage, payload)
    if isinstance(message, Refused):
        return message
    owner, slash, batch_id = message.data.batch_id.partition("/")
    if owner != gateway_id or not slash or not batch_id:
        return Refused(Reason.OTHER_GATEWAY, f"the batch is {message.data.batch_id!r}")
    month = batch_id.removeprefix(MONTH_BATCH)
    if month != batch_id and is_month(month):
        return MonthReceipt(receiver=receiver, month=month, by=message.data.by)
    return ReportReceipt(receiver=receiver, batch_id=batch_id, by=message.data.by)


MessageT = TypeVar("MessageT", bound=i.SaidEnvelope)


def _read(model: type[MessageT], payload: bytes) -> MessageT | Refused:
    try:
        return model.model_validate_json(payload)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(key) for key in first["loc"])
        return Refused(Reason.WRONG_SHAPE, f"{where}: {first['msg']}")


def _kind(payload: bytes, *known: str) -> str | Refused:
    """Tell what is quite another thing from what is one of those known with a mistake in it."""
    if len(payload) > BYTES_MAX:
        return Refused(Reason.TOO_LARGE, f"{len(payload)} bytes, at most {BYTES_MAX}")
    try:
        value = from_json(payload)
    except ValueError as error:
        return Refused(Reason.NOT_JSON, str(error)[:100])
    if not isinstance(value, dict):
        return Refused(Reason.WRONG_SHAPE, f"a JSON object is expected, not {type(value).__name__}")
    version, kind = value.get("specversion"), value.get("type")
    if not isinstance(version, str) or not isinstance(kind, str):
        return Refused(Reason.WRONG_SHAPE, "not a CloudEvent: specversion and type are expected")
    if version != "1.0":
        return Refused(Reason.WRONG_VERSION, f"specversion is {version[:20]!r}, not '1.0'")
    if kind in known:
        return kind
    if any(kind.startswith(one.removesuffix("1")) for one in known):
        return Refused(Reason.WRONG_VERSION, f"{kind[:60]!r} is none of {', '.join(known)}")
    return Refused(Reason.WRONG_KIND, f"type is {kind[:60]!r}")
