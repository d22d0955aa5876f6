"""From a command of the host to its answer and what follows, by one table.

PURE, given the coordinator. A command that is not in the table gets the stack's own answer for
that: "invalid command", with the reason. Before the host has said which version it speaks, nothing
else is answered.
"""

from __future__ import annotations

from heimvakt_drivers.virtual.zigbee.octets import Reader, ShortDataError, u8

from . import cmd_messages, cmd_network, cmd_setup, cmd_tables
from .coordinator import EzspCoordinator
from .frame import VERSION_COMMAND, Answer, Command
from .reply import Handles, Told

HANDLERS: dict[int, Handles] = {
    **cmd_setup.HANDLERS,
    **cmd_network.HANDLERS,
    **cmd_tables.HANDLERS,
    **cmd_messages.HANDLERS,
}
INVALID_COMMAND = 0x0058
VERSION_NOT_SET, INVALID_FRAME_ID, TRUNCATED = 0x30, 0x31, 0x33


def handle(coordinator: EzspCoordinator, command: Command, now: float) -> list[Answer | Told]:
    """Carry out one command at `now` seconds; what is to be sent back, in order."""
    coordinator.now = now
    coordinator.last_sequence = command.sequence
    handler = HANDLERS.get(command.frame_id)
    if command.frame_id != VERSION_COMMAND and not coordinator.version_set:
        return [_invalid(command, VERSION_NOT_SET)]
    if handler is None:
        return [_invalid(command, INVALID_FRAME_ID)]
    try:
        parameters, then = handler(coordinator, Reader(command.parameters))
    except ShortDataError:
        return [_invalid(command, TRUNCATED)]
    return [Answer(command, command.frame_id, parameters), *then]


def _invalid(command: Command, reason: int) -> Answer:
    return Answer(command, INVALID_COMMAND, u8(reason))
