"""Which backup counts, and what is changed in it before it is written to a stick.

The counters are raised: sensors take no frame with a counter that they have seen, so a stick that
went on where the backup was made would be heard by nobody.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .kept import keep_if_possible, last_kept

if TYPE_CHECKING:
    from zigpy.backups import NetworkBackup

    from .coordinator import Coordinator

RAISED_BY = 1_000_000
"""zigpy adds 10,000. A radio counts each frame that it sends or passes on, its own "I am here" of
every 15 s alone 5,760 a day; a backup may be days old. 32 bits last for 4,000 of these steps."""


async def last_backup(coordinator: Coordinator, folder: Path) -> NetworkBackup | None:
    """The newest one. It is in the database and in a file: each makes up for a loss of the other,
    before a radio is opened that may be blank, or dead."""
    in_database = coordinator.backups.most_recent_backup()
    in_file = await asyncio.to_thread(last_kept, folder)
    if in_file is None:
        if in_database is not None:
            await asyncio.to_thread(keep_if_possible, folder, in_database)
        return in_database
    if in_database is not None and _is_newer(in_database, in_file):
        return in_database
    coordinator.backups.add_backup(in_file)  # of a lost database, of a swap, or given on purpose
    return in_file


def _is_newer(one: NetworkBackup, other: NetworkBackup) -> bool:
    return same_network(one, other) and counter(one) >= counter(other)


def same_network(one: NetworkBackup, other: NetworkBackup) -> bool:
    """Whether a sensor of the one is heard in the other."""
    mine, its = one.network_info, other.network_info
    return (
        mine.extended_pan_id == its.extended_pan_id and mine.network_key.key == its.network_key.key
    )


def counter(backup: NetworkBackup) -> int:
    """Of the frames that the radio has secured with the network's key."""
    return int(backup.network_info.network_key.tx_counter or 0)


def is_behind(held: NetworkBackup, last: NetworkBackup) -> bool:
    """Whether another radio was in the place of this one since, and was raised above it."""
    return counter(held) < counter(last) - RAISED_BY // 2


def raised(backup: NetworkBackup) -> NetworkBackup:
    """The backup with the counters of the keys between two devices raised; that of the network's
    key is raised by zigpy as it restores."""
    info = backup.network_info
    keys = [key.replace(tx_counter=(key.tx_counter or 0) + RAISED_BY) for key in info.key_table]
    link = info.tc_link_key.replace(tx_counter=(info.tc_link_key.tx_counter or 0) + RAISED_BY)
    changed = info.replace(key_table=keys, tc_link_key=link)
    return backup.replace(network_info=changed)


def restore_far_ahead(coordinator: Coordinator) -> None:
    """Let zigpy raise the counters by more than it does of itself, whenever it restores."""
    plain = coordinator.backups.restore_backup

    async def restore(backup: NetworkBackup, **how: Any) -> None:
        if "counter_increment" in how:  # a new network: it begins at nothing
            await plain(backup, **how)
        else:
            await plain(raised(backup), counter_increment=RAISED_BY, **how)

    coordinator.backups.restore_backup = restore  # type: ignore[method-assign]
