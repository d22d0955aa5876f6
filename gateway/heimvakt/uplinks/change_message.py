"""What became of a signed change, as it is told to receivers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from heimvakt.core.events import ChangeOf, ChangeOutcome, ChangeTold
from heimvakt.core.updates import name_of

from .envelope import Envelope, Part, attributes


class ChangeData(Part, defer_build=True):
    """One outcome of a change."""

    change_id: str = Field(description="The same in every message about one change.")
    what: ChangeOf = Field(description="`configuration`: the file of the home; `program`.")
    outcome: ChangeOutcome = Field(
        description="`applied`: put in place, and on trial; `kept`: it stays; `returned`: what was "
        "there before is there again; `refused`: nothing was touched."
    )
    at: datetime = Field(description="By the clock of the gateway, UTC.")
    sent_at: datetime = Field(description="When this left the gateway, UTC.")
    before: str | None = Field(
        default=None, description="The version, or SHA-256 of the file, that there was."
    )
    after: str | None = Field(default=None, description="That there is instead, or would be.")
    reason: str | None = Field(default=None, description="Why it was taken back or refused.")
    key: str | None = Field(default=None, description="The key that it is signed with.")
    order_id: str | None = Field(
        default=None,
        description="`jti` of the order that asked for it; a file that was brought "
        "to the box has none.",
    )
    by: str | None = Field(default=None, description="Who asked for it: a pseudonymous id.")


class ChangeMessage(Envelope, defer_build=True):
    """Topic `heimvakt/v1/{gateway_id}/change`, QoS 1."""

    type: Literal["heimvakt.change.v1"] = Field(description="What this message is.")
    data: ChangeData = Field(description="What became of it.")


def change_message(told: ChangeTold, sent_at: datetime, *, gateway_id: str) -> ChangeMessage:
    """The message; sent again it has the same id."""
    return ChangeMessage(
        **attributes(gateway_id, f"change-{name_of(told)}", told.at),
        type="heimvakt.change.v1",
        data=ChangeData(
            change_id=told.change_id,
            what=told.what,
            outcome=told.outcome,
            at=told.at,
            sent_at=sent_at,
            before=told.before or None,
            after=told.after or None,
            reason=told.reason or None,
            key=told.key or None,
            order_id=told.order_id or None,
            by=told.by or None,
        ),
    )
