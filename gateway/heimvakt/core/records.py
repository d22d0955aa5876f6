"""What was taken out of the logs that devices keep themselves, so that nothing is taken twice.

A dispenser writes down what happens and tells it until it is sure that it was heard. A wire that
breaks in the middle of that makes it tell something again; the engine knows it by its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .events import LoggedEvent


@dataclass(frozen=True, slots=True)
class Record:
    """The last that was taken from a device."""

    log: str
    number: int


Records = Mapping[str, Record]
"""By device."""


def is_known(records: Records, event: LoggedEvent) -> bool:
    """Whether this was taken before."""
    last = records.get(event.device_id)
    if last is None or not event.log:
        return False
    return last.log == event.log and event.record <= last.number


def taken(records: Records, event: LoggedEvent) -> Records:
    """With `event` as the last of its device."""
    if not event.log:
        return records
    return {**records, event.device_id: Record(event.log, event.record)}
