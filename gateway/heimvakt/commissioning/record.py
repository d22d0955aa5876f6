"""What a hand-over has seen, as one value that is kept, sealed and printed. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from heimvakt.core.checks import Outcome
from heimvakt.core.codec import encode
from heimvakt.core.devices import Role
from heimvakt.core.walking import ASKED

BUTTON = Role.BUTTON
"""It has a step of its own, up to a person at the centre."""


class Step(StrEnum):
    """What is done, in this order."""

    CHECK = "check"
    PAIR = "pair"
    WALK = "walk"
    SELF_TEST = "self-test"
    TEST_ALARM = "test-alarm"
    BUTTON = "button"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One thing that was tried, and what came of it."""

    step: Step
    what: str
    """A device, or the id of a check."""
    label: str
    """The same as a person calls it."""
    outcome: Outcome
    at: datetime
    found: str = ""
    """What was seen, in the language of the home."""
    seconds: float | None = None
    """Until the centre has answered."""
    reason: str = ""
    """Why it is left as it is, in the words of the installer."""
    of: str
    """What it was tried on, as `device_mark` and the configuration tell it: of another thing it
    says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A hand-over that is under way."""

    by: str
    """The installer: a pseudonymous id."""
    began_at: datetime
    seen: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """One device as it is when the sheet is written."""

    device_id: str
    role: str
    room: str
    driver: str
    address: str
    """Empty: it was never paired."""
    model: str = ""
    lqi: int | None = None
    battery_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverRow:
    """One of those who are told."""

    name: str
    kind: str
    connected: tuple[str, ...]
    """The paths over which there is a connection now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that a sheet says."""

    gateway_id: str
    version: str
    language: str
    timezone: str
    configuration: str
    """SHA-256 of the home's file."""
    by: str
    began_at: datetime
    ended_at: datetime
    journal_seq: int
    """The last event of the journal before the sheet: all that it tells of stands before."""
    seen: tuple[Seen, ...]
    devices: tuple[DeviceRow, ...]
    receivers: tuple[ReceiverRow, ...]

    def of(self, step: Step) -> tuple[Seen, ...]:
        """What one step has seen."""
        return tuple(one for one in self.seen if one.step is step)

    @property
    def remains(self) -> tuple[Seen, ...]:
        """What does not work, or was not tried though it belongs to a hand-over; a device that is
        not paired is named once."""
        left = [one for one in self.seen if is_left(one)]
        missing = {f"device/{one.what}" for one in left if one.step is Step.PAIR}
        return tuple(
            one
            for one in left
            if one.step is not Step.SELF_TEST or one.what.rpartition("/")[0] not in missing
        )

    @property
    def untried(self) -> tuple[Step, ...]:
        """Steps that belong to this home and have seen nothing at all."""
        return tuple(step for step in Step if self.is_due(step) and not self.of(step))

    @property
    def is_good(self) -> bool:
        """Whether nobody has to come back."""
        return not self.remains and not self.untried

    def is_due(self, step: Step) -> bool:
        """Whether there is something in this home that the step is for."""
        roles = {device.role for device in self.devices}
        match step:
            case Step.PAIR:
                return any(not device.address for device in self.devices)
            case Step.WALK:
                return bool(roles & ASKED.keys() - {BUTTON})
            case Step.BUTTON:
                return BUTTON in roles
            case _:
                return True


def is_left(one: Seen) -> bool:
    """Whether somebody has to come back for it. A self-test leaves out what a box has not got."""
    if one.step is Step.SELF_TEST:
        return one.outcome is Outcome.FAIL
    return one.outcome in (Outcome.FAIL, Outcome.SKIPPED)


def canonical(record: Record) -> bytes:
    """The record as JSON that is the same wherever it is written."""
    told = json.dumps(encode(record), ensure_ascii=False, sort_keys=True, indent=1)
    return told.encode() + b"\n"


def digest_of(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def spelt(digest: str) -> str:
    """The fingerprint of it that people compare: `3f9a 22c1 0b7e 91d4`, 64 bits."""
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4))


def worst(seen: Iterable[Seen]) -> Outcome:
    """How a step ended, by what it has seen; nothing at all is skipped."""
    order = (Outcome.FAIL, Outcome.SKIPPED, Outcome.WARN, Outcome.PASS)
    outcomes = {one.outcome for one in seen if not _is_not_there(one)}
    return next((outcome for outcome in order if outcome in outcomes), Outcome.SKIPPED)


def _is_not_there(one: Seen) -> bool:
    return one.step is Step.SELF_TEST and one.outcome is Outcome.SKIPPED
