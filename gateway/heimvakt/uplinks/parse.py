"""An answer from the wire, or why it is none. Pure; never raises, whatever somebody wrote there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError
from pydantic_core import from_json

from heimvakt.core.uplink import Acknowledgement

from .messages import ACKNOWLEDGEMENT_TYPE, AcknowledgementMessage

BYTES_MAX = 64 * 1024
"""A real answer has about 300 bytes; the rest is room for what middleware adds."""


class Reason(StrEnum):
    """Why something is no answer; each is counted by itself."""

    TOO_LARGE = "too-large"
    NOT_JSON = "not-json"
    WRONG_SHAPE = "wrong-shape"
    WRONG_KIND = "wrong-kind"
    """A CloudEvent, but not an acknowledgement."""
    WRONG_VERSION = "wrong-version"
    OTHER_GATEWAY = "other-gateway"


@dataclass(frozen=True, slots=True)
class Refused:
    """It is no answer that this gateway can take."""

    reason: Reason
    detail: str
    """For a log: where and what, never the whole of what came."""


def parse_acknowledgement(
    payload: bytes, *, gateway_id: str, receiver: str
) -> Acknowledgement | Refused:
    """What a receiver answered.

    Only a CloudEvent is taken. Unknown fields are ignored; known ones must be of the right type.
    """
    if len(payload) > BYTES_MAX:
        return Refused(Reason.TOO_LARGE, f"{len(payload)} bytes, at most {BYTES_MAX}")
    kind = _refuse_kind(payload)
    if kind is not None:
        return kind
    try:
        message = AcknowledgementMessage.model_validate_json(payload)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(key) for key in first["loc"])
        return Refused(Reason.WRONG_SHAPE, f"{where}: {first['msg']}")
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
    )


def _refuse_kind(payload: bytes) -> Refused | None:
    """Tell what is quite another thing from what is an answer with a mistake in it."""
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
    if kind == ACKNOWLEDGEMENT_TYPE:
        return None
    if kind.startswith(ACKNOWLEDGEMENT_TYPE.removesuffix("1")):
        return Refused(Reason.WRONG_VERSION, f"{kind[:60]!r} is not {ACKNOWLEDGEMENT_TYPE!r}")
    return Refused(Reason.WRONG_KIND, f"type is {kind[:60]!r}")
