"""Opening the radio: the network that is there, a new one, or the last one on a new stick.

A network is never left and never formed anew over one that is there. A blank stick gets the
network of the last backup, so that no sensor need be paired again; only a home that never had a
network gets a new one. A stick that holds somebody else's network is refused: none of our sensors
is in it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import structlog

from heimvakt_drivers.zigbee.listening.courtesy import drop_answers
from heimvakt_drivers.zigbee.listening.quirks import resolver
from heimvakt_drivers.zigbee.settings import ZigbeeSettings
from heimvakt_drivers.zigbee.status import Network
from heimvakt_drivers.zigbee.sticks.sticks import Family

from .bare import CLOSE_S
from .coordinator import Coordinator
from .families import coordinator_for
from .finder import look_for
from .hooks import Hooks
from .remembered import Place
from .restoring import is_behind, last_backup, restore_far_ahead, same_network

DATABASE = "zigbee.db"
ANSWER_S = 5.0
"""How long the stick may take to answer a request; zigpy-znp gives 15 s, and a sound one takes
milliseconds. With the ping of every 30 s a stick that hangs is told as lost within 35 s."""

WITHOUT_COUNTER: frozenset[Family] = frozenset({"deconz"})
"""Families of which some sticks say 0 for ever when asked for their counter."""

DAMAGED_MAX = 3
"""Damaged databases that are kept for whoever wants to look; the oldest gives way."""

log = structlog.get_logger(__name__)


class ForeignNetworkError(ValueError):
    """The stick holds another network than this home's."""


@asynccontextmanager
async def loaded(
    place: Place, settings: ZigbeeSettings, state_directory: Path, hooks: Hooks
) -> AsyncIterator[Coordinator]:
    """The radio and the devices of the last time, not yet started; let go in the end.

    Raises:
        OSError: the port is not there, or the database cannot be used.
    """
    look_for(place.port)  # before the database: this is tried every few seconds
    family = await asyncio.to_thread(coordinator_for, place.family)
    config = _config(place, settings, state_directory) | family.options(place.port, ANSWER_S)
    coordinator = await _with_database(family, config, state_directory / DATABASE)
    coordinator.hooks = hooks
    try:
        yield coordinator
    finally:
        try:
            async with asyncio.timeout(CLOSE_S):
                await drop_answers()
                await coordinator.shutdown()
                await drop_answers()  # to what was heard until the port was closed
        except TimeoutError:
            hooks.counted["radio that could not be let go"] += 1
        finally:
            coordinator.end_database()


async def start(coordinator: Coordinator, place: Place, state_directory: Path) -> None:
    """Open the port and bring the network up.

    Raises:
        OSError: the port cannot be used, or the radio has to be opened once more.
        ForeignNetworkError: the stick holds another network.
        Exception: any of `coordinator.RADIO_ERRORS`.
    """
    last = await last_backup(coordinator, state_directory)
    restore_far_ahead(coordinator)
    await coordinator.startup(auto_form=True)
    held = coordinator.backups.from_network_state()
    if last is None:
        return
    if not same_network(last, held):
        raise ForeignNetworkError(
            "the radio holds another network than the one of this home: put the right one in, or "
            "see: heimvakt radio swap"
        )
    if place.family not in WITHOUT_COUNTER and is_behind(held, last):
        await coordinator.backups.restore_backup(last)
        raise OSError("another radio was in its place: it starts again, ahead of that one")


def describe(coordinator: Coordinator, place: Place) -> Network:
    """The network that is up."""
    node, network = coordinator.state.node_info, coordinator.state.network_info
    return Network(
        channel=int(network.channel),
        pan_id=int(network.pan_id),
        radio=str(node.ieee),
        firmware=str(node.version),
        port=place.port,
        family=place.family,
    )


def _config(place: Place, settings: ZigbeeSettings, state_directory: Path) -> dict[str, Any]:
    return {
        "database_path": str(state_directory / DATABASE),
        # zigpy's 30 s would forget a sensor that joined just before a power cut.
        "database_commit_interval": 0,
        "device": {"path": place.port, **place.line},
        # Without a channel zigpy forms a network on the quietest of 11, 15, 20 and 25.
        "network": {"channel": settings.channel},
        # A whole backup reads some 900 items from the stick: `backup` does it when that disturbs
        # nobody, not in the first seconds.
        "backup_enabled": False,
        "topology_scan_enabled": False,
        "ota": {"enabled": False, "broadcast_enabled": False, "providers": []},
        # A ping every 30 s, 12 octets: what else tells a stick that hangs from a quiet home?
        "watchdog_enabled": True,
    }


async def _with_database(
    family: type[Coordinator], config: dict[str, Any], database: Path
) -> Coordinator:
    try:
        damage = await asyncio.to_thread(_damage, database)
        if damage is not None:
            log.error(
                "the database of the network was damaged and is set aside; the network is in the "
                "stick, and each sensor is got to know again when it is next heard",
                error=damage,
                set_aside=str(_set_aside(database)),
            )
        return await _new(family, config)
    except sqlite3.Error as error:  # no room, no right, locked: not the fault of the file
        raise OSError(f"the database of the network cannot be used: {error}") from error


def _damage(database: Path) -> str | None:
    """What is wrong with the file; looked at before zigpy, whose reader would not be let go.

    Raises:
        sqlite3.OperationalError: it cannot be opened for writing.
    """
    if not database.exists():
        return None
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("begin immediate")
            connection.execute("rollback")
            (answer,) = connection.execute("pragma quick_check(1)").fetchone()
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if answer == "ok" else str(answer)


async def _new(family: type[Coordinator], config: dict[str, Any]) -> Coordinator:
    new = family.new(config, start_radio=False, device_resolver=resolver())
    making = asyncio.get_running_loop().create_task(new, name="zigbee: database")
    cut: asyncio.CancelledError | None = None
    while not making.done():
        try:
            await asyncio.wait({making})
        except asyncio.CancelledError as error:
            # Some milliseconds more: cut short it would leave a thread behind, which nobody knows.
            cut = error
    failed = making.exception()
    if cut is not None and failed is not None:
        raise cut  # whoever ends this wants no other try
    coordinator = making.result()
    assert isinstance(coordinator, Coordinator)
    if cut is not None:
        coordinator.end_database()
        raise cut
    # When a device was last heard stands in the gateway's journal; zigpy would go to its database
    # and its thread for it at every frame, before the frame has been told.
    listener: Any = coordinator._dblistener
    listener.device_last_seen_updated = lambda *_: None
    return coordinator


def _set_aside(database: Path) -> Path:
    kept = [database.with_name(f"{DATABASE}.damaged-{n}") for n in range(1, DAMAGED_MAX + 1)]
    for older, newer in zip(reversed(kept[1:]), reversed(kept[:-1]), strict=True):
        if newer.exists():
            newer.replace(older)
    database.replace(kept[0])
    for tail in ("-wal", "-shm"):
        database.with_name(DATABASE + tail).unlink(missing_ok=True)
    return kept[0]
