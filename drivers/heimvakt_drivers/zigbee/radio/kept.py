"""The backups of the network as files, in the form that other Zigbee software reads too.

One for each day that has one, the last seven: `network-backup-2026-11-22.json`. They hold the
network's key, so nobody but the service may read them, and nothing of what is in them is logged.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from heimvakt.whole import put_whole

if TYPE_CHECKING:
    from zigpy.backups import NetworkBackup

KEPT = 7
"""Days with a backup: the last good one is still there when a bad one is noticed after a week."""

PATTERN = "network-backup-*.json"

log = structlog.get_logger(__name__)


def keep(folder: Path, backup: NetworkBackup) -> Path:
    """Write a backup as the newest, and let the oldest go.

    Raises:
        OSError: it could not be written; the others are there.
    """
    path = folder / f"network-backup-{backup.backup_time.date().isoformat()}.json"
    content = json.dumps(backup.as_open_coordinator_json(), indent=2) + "\n"
    put_whole(path, content.encode())
    # A clock that was wrong may have left files of days to come: the one just written stays.
    others = [other for other in _newest_first(folder) if other != path]
    for old in others[KEPT - 1 :]:
        old.unlink(missing_ok=True)
    return path


def keep_if_possible(folder: Path, backup: NetworkBackup) -> None:
    """The same where something else goes on: a full disk is no reason to hear nobody."""
    try:
        keep(folder, backup)
    except OSError as error:
        log.warning("the network could not be written to a file", error=str(error))


def last_kept(folder: Path) -> NetworkBackup | None:
    """The newest of the files that can be read."""
    for path in _newest_first(folder):
        try:
            return read_backup(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            log.warning("a backup of the network cannot be read", path=str(path), error=str(error))
    return None


def read_backup(content: Any) -> NetworkBackup:
    """A backup from what stands in a file.

    Raises:
        ValueError: it is no whole backup of a network.
    """
    from zigpy.backups import NetworkBackup

    try:
        backup: NetworkBackup = NetworkBackup.from_dict(content)
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:
        # Its own words might hold what stood in the file.
        raise ValueError(f"no backup of a Zigbee network ({type(error).__name__})") from None
    if not backup.is_complete():
        raise ValueError("the backup lacks a part of the network's settings")
    return backup


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob(PATTERN), reverse=True)
