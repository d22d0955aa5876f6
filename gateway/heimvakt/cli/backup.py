"""`heimvakt backup`: a copy of all that the gateway knows, made while it works."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from heimvakt.runtime.clock import SystemClock
from heimvakt.store.archive import BackupError
from heimvakt.store.backup import back_up, forget_oldest

from .exits import Exit, fail
from .times import count

EXAMPLE = "Example: heimvakt backup --to /media/stick"

STATE = Path("/var/lib/heimvakt")
CONFIG = Path("/etc/heimvakt/home.toml")
BACKUPS = Path("/var/backups/heimvakt")
KEEP = 7


def command(
    to: Annotated[Path, typer.Option(help="The folder for backups.")] = BACKUPS,
    keep: Annotated[int, typer.Option(min=1, help="So many stay; the oldest goes.")] = KEEP,
    config: Annotated[Path, typer.Option(help="The file of the home, which goes along.")] = CONFIG,
    state: Annotated[Path, typer.Option(help="The state folder of the gateway.")] = STATE,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Copy the journal, the alarms, the radio's network and the file of the home into one file.

    The service may run. The file is read back before an older one goes. It holds the key of the
    radio's network: keep it as one keeps a key. Secrets of the home are not in it.
    """
    clock = SystemClock()
    try:
        beside = {config.name: config} if config.exists() else {}
        kept = back_up(state, to, clock.now(), gateway=gateway_of(config), beside=beside)
        gone = forget_oldest(to, kept, keep)
    except BackupError as error:
        fail(Exit.FOUND, str(error), error.hint)
    except (OSError, sqlite3.Error) as error:
        fail(Exit.FOUND, f"no backup was made: {error}", "is the folder there? try it with sudo")
    size = kept.stat().st_size
    if as_json:
        said = {"file": str(kept), "bytes": size, "gone": [str(path) for path in gone]}
        print(json.dumps(said, indent=2))
        return
    print(f"{kept}: {size / 1e6:.1f} MB, read back and found whole")
    if gone:
        print(f"{count(len(gone), 'older backup')} went")


def gateway_of(config: Path) -> str | None:
    """The id that a file of a home says; None where there is none, or it cannot be read."""
    try:
        return str(tomllib.loads(config.read_text(encoding="utf-8"))["gateway"]["id"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
