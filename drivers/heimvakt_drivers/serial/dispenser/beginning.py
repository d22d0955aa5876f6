"""What a run of the driver begins with: the key, and what was kept of each dispenser."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path

import structlog

from heimvakt.core.devices import Device
from heimvakt.core.ports import DriverContext, DriverError

from .agenda import Agenda, Wanted
from .conversation import Conversation
from .crypto import NONCE_OCTETS, read_key
from .kept import Kept, load
from .talk import Talk

log = structlog.get_logger(__name__)


def talks_of(context: DriverContext, reference: str, counted: Counter[str]) -> dict[str, Talk]:
    """By device: all that are on the line.

    Raises:
        DriverError: without a key nothing can be said.
    """
    try:
        key = read_key(context.secret(reference))
    except ValueError as error:
        hint = "write the 32 digits of the dispenser's card into it"
        raise DriverError(f"{reference}: {error}", hint=hint) from None
    return {d.device_id: _talk(d, key, context, counted) for d in context.devices.values()}


def _talk(device: Device, key: bytes, context: DriverContext, counted: Counter[str]) -> Talk:
    file = Path(context.state_directory) / f"{device.device_id}.json"
    now = asyncio.get_running_loop().time()
    agenda = Agenda(
        Wanted(device.doses, context.zone), _kept(file), _taken(context, device.device_id), now
    )
    conversation = Conversation(
        int(device.address), key, agenda, lambda: os.urandom(NONCE_OCTETS), now
    )
    return Talk(device, conversation, file, context, counted)


def _kept(file: Path) -> Kept:
    try:
        return load(file)
    except (OSError, ValueError) as error:
        # As if the dispenser were new to us: it gets no dose that is due already.
        log.warning("what the dispenser gave cannot be read", file=str(file), reason=str(error))
        return Kept()


def _taken(context: DriverContext, device_id: str) -> tuple[int, int]:
    last = context.last_record(device_id)
    if last is None:
        return 0, 0
    try:
        return int(last.log, 16), last.number
    except ValueError:
        return 0, 0  # of a dispenser of another maker, that this one took the place of
