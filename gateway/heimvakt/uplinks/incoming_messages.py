"""What a receiver says: answers to alarms, receipts for reports, questions, orders."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from heimvakt.core.events import Feedback
from heimvakt.core.heard import Answer, Question

ACKNOWLEDGEMENT_TYPE = "heimvakt.acknowledgement.v1"
RECEIPT_TYPE = "heimvakt.receipt.v1"
QUESTION_TYPE = "heimvakt.question.v1"
ORDER_TYPE = "heimvakt.order.v1"

# A name goes into logs and the journal: printable ASCII, no blank at an end, not long.
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~](?:[ -~]*[!-~])?$")]


def _as_known(said: object) -> Feedback:
    """A word that is not known yet must not keep an alarm open; true and false are words here."""
    word = str(said).lower() if isinstance(said, str | bool) else ""
    return Feedback(word) if word in list(Feedback) else Feedback.UNKNOWN


class Said(BaseModel):
    """Something that a receiver says: exact in what is known, and blind to anything more.

    A field added in years to come must not make an old gateway deaf to an answer.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class AcknowledgementData(Said):
    """What the receiver says of one alarm."""

    alarm_id: str = Field(min_length=1, max_length=128, description="As it came.")
    answer: Answer = Field(
        description="`received`: the system stored it; `accepted`: a person took it; "
        "`closed`: that person is done with it."
    )
    by: Name = Field(
        description="Who: the name of the system, or the pseudonymous id of the operator. "
        "Printable ASCII, no person's name."
    )
    revision: int | None = Field(
        default=None, ge=0, description="Which revision was answered; absent: the last one sent."
    )
    at: datetime | None = Field(default=None, description="When, by the receiver's clock.")
    outcome: Annotated[Feedback, BeforeValidator(_as_known)] = Field(
        default=Feedback.UNKNOWN,
        description="`closed`: what it turned out to be. `true`: somebody was needed; `false`: "
        "nobody was; `test`: somebody tried it. Any other word is taken for `unknown`.",
    )


class SaidEnvelope(Said):
    """The attributes of CloudEvents that are needed."""

    specversion: Literal["1.0"] = Field(description="Version of CloudEvents.")
    id: str = Field(min_length=1, max_length=256, description="The receiver's own; never reused.")
    source: str = Field(min_length=1, max_length=256, description="Who sends it: a URI reference.")


class AcknowledgementMessage(SaidEnvelope):
    """Topic `heimvakt/v1/{gateway_id}/ack`, QoS 1, not retained."""

    type: Literal["heimvakt.acknowledgement.v1"] = Field(description="What this message is.")
    data: AcknowledgementData = Field(description="The answer.")


class ReceiptData(Said):
    """What the receiver says of a batch of reports."""

    batch_id: str = Field(
        min_length=1,
        max_length=128,
        description="As it came, of reports or of a month; say it when all of it is stored.",
    )
    by: Name = Field(description="The name of the system that stored it.")


class ReceiptMessage(SaidEnvelope):
    """Topic `heimvakt/v1/{gateway_id}/ack`, QoS 1, not retained."""

    type: Literal["heimvakt.receipt.v1"] = Field(description="What this message is.")
    data: ReceiptData = Field(description="The receipt.")


class QuestionData(Said, defer_build=True):
    """What the receiver wants to know."""

    question: Question = Field(description="`outstanding`: which alarms are open?")
    question_id: Name = Field(description="Comes back with the answer. Printable ASCII.")
    by: Name = Field(description="Who asks: a system, or the pseudonymous id of an operator.")


class QuestionMessage(SaidEnvelope, defer_build=True):
    """Topic `heimvakt/v1/{gateway_id}/ask`, QoS 1, not retained."""

    type: Literal["heimvakt.question.v1"] = Field(description="What this message is.")
    data: QuestionData = Field(description="The question.")


class OrderData(Said, defer_build=True):
    """What is to be done."""

    order: str = Field(
        min_length=1,
        max_length=4096,
        description="A JWS in compact form, signed with Ed25519: see docs/orders.md.",
    )


class OrderMessage(SaidEnvelope, defer_build=True):
    """Topic `heimvakt/v1/{gateway_id}/order`, QoS 1, not retained."""

    type: Literal["heimvakt.order.v1"] = Field(description="What this message is.")
    data: OrderData = Field(description="The order.")
