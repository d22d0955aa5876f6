"""From a request of the host to its answers, by one table.

PURE, given the coordinator. A command that is not in the table gets the stack's own answer for
that: the RPC error "command not recognised".
"""

from __future__ import annotations

from collections.abc import Callable

from heimvakt_drivers.virtual.zigbee.octets import Reader, ShortDataError

from . import mt_af, mt_sys, mt_util, mt_zdo
from .coordinator import Output, ZnpCoordinator
from .mt_frame import Kind, MtFrame, Subsystem

Handler = Callable[[ZnpCoordinator, Reader], mt_sys.Answer]
HANDLERS: dict[int, dict[int, Handler]] = {
    Subsystem.SYS: {**mt_sys.HANDLERS},
    Subsystem.AF: {**mt_af.HANDLERS},
    Subsystem.ZDO: {**mt_zdo.HANDLERS},
    Subsystem.UTIL: {**mt_util.UTIL_HANDLERS},
    Subsystem.APP_CNF: {**mt_util.APP_CNF_HANDLERS},
}
INVALID_SUBSYSTEM, INVALID_COMMAND, INVALID_LENGTH = 0x01, 0x02, 0x04


def handle(coordinator: ZnpCoordinator, frame: MtFrame, now: float) -> list[Output]:
    """Carry out one frame of the host at `now` seconds; what is to be sent back, in order."""
    coordinator.now = now
    if frame.kind not in (Kind.SREQ, Kind.AREQ):
        return []
    handlers = HANDLERS.get(frame.subsystem)
    handler = None if handlers is None else handlers.get(frame.command)
    if handler is None:
        return _error(frame, INVALID_SUBSYSTEM if handlers is None else INVALID_COMMAND)
    try:
        answer, then = handler(coordinator, Reader(frame.payload))
    except ShortDataError:
        return _error(frame, INVALID_LENGTH)
    if answer is None or frame.kind is Kind.AREQ:
        return then
    return [MtFrame(Kind.SRSP, frame.subsystem, frame.command, answer), *then]


def _error(frame: MtFrame, code: int) -> list[Output]:
    if frame.kind is Kind.AREQ:
        return []  # nobody waits for an answer
    what = bytes((code, frame.kind << 5 | frame.subsystem, frame.command))
    return [MtFrame(Kind.SRSP, Subsystem.RPC_ERROR, 0x00, what)]
