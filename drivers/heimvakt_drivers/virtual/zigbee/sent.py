"""What became of a frame that a device sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """Where a frame ended. Only WRITTEN reached the host's line."""

    WRITTEN = "written"
    NO_HOST = "no host has the port open"
    NETWORK_DOWN = "the coordinator runs no network"
    NO_ENDPOINT = "the host registered no such endpoint, so the coordinator dropped the frame"
    NOT_JOINED = "the device has not joined"
    NOT_ENROLLED = "the device is not enrolled, so it keeps its alarms to itself"
    NOT_BOUND = "the cluster is not bound, so there is nobody to report to"
    SILENT = "the device is silent"
    MUTE = "fault: the coordinator is mute"
    DROPPED = "fault: the frame was dropped"
    LINE_FULL = "too many frames wait for the line"
    STALLED = "the host does not read"


@dataclass(frozen=True, slots=True)
class Sent:
    """True when the frame was written.

    `written_ns` is `time.monotonic_ns()` just before the system call that handed over the last
    octet, 0 when nothing was written. It is the same clock in all processes of one machine.
    """

    outcome: Outcome
    written_ns: int = 0

    def __bool__(self) -> bool:
        return self.outcome is Outcome.WRITTEN


class NotOnAirError(RuntimeError):
    """The device belongs to no radio: call `radio.add(device)` first."""


class JoinRefusedError(RuntimeError):
    """The network is not open where the device is (let the host permit joining, see
    `radio.wait_permit_join()`), or not for a device with its key."""
