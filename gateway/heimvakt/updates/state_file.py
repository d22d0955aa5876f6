"""What the updater knows, in a file that anybody on the box may read."""

from __future__ import annotations

import json
from pathlib import Path

import structlog

from heimvakt.core.codec import CannotDecode, decode, encode
from heimvakt.whole import flush_folder, put_whole

from .change import NOTHING_YET, State
from .files import remove

log = structlog.get_logger("update")

NAME = "state.json"
BUSY = "busy"
"""Is there while something is left to do: systemd starts the updater for it, also after a boot."""


def read(folder: Path) -> State:
    """What was written last; nothing where nothing was.

    Raises:
        OSError: it cannot be read.
    """
    try:
        return look(folder)
    except CannotDecode as error:
        aside = folder / f"{NAME}.damaged"
        (folder / NAME).replace(aside)
        flush_folder(folder)
        why = str(error)
    log.error("what was known of changes cannot be read", aside=str(aside), why=why)
    return NOTHING_YET


def look(folder: Path) -> State:
    """The same for whoever only wants to show it.

    Raises:
        OSError: it cannot be read.
        CannotDecode: it is damaged, or of another version.
    """
    try:
        content = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return NOTHING_YET
    try:
        state: State = decode(State, json.loads(content))
    except (ValueError, RecursionError) as error:
        raise CannotDecode(str(error)) from error
    return state


def write(folder: Path, state: State) -> None:
    """Whole or not at all; returns when it is on the disk."""
    if state.busy and not (folder / BUSY).exists():
        put_whole(folder / BUSY, b"", mode=0o644)
    put_whole(folder / NAME, json.dumps(encode(state), indent=1).encode(), mode=0o644)
    if not state.busy:
        remove(folder / BUSY)
