"""What the settings of every kind of receiver say of it, to those who know no kind by name."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from .reports import Wanted


class ReceiverSettings(BaseModel):
    """`[receivers.NAME]`; a kind has the fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    needs_modem: ClassVar[bool] = False

    @property
    def wanted(self) -> Wanted:
        """What it is told beside alarms."""
        return Wanted.NONE

    @property
    def wants_months(self) -> bool:
        """Whether it is told the figures of each month."""
        return False

    @property
    def addresses(self) -> tuple[Hashable, ...]:
        """Where it is, in the order in which that is written; no other receiver may be there."""
        return ()

    @property
    def telephone(self) -> str | None:
        """The number that rings, where one does."""
        return None
