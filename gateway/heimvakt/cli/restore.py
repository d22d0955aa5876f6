"""`heimvakt restore`: what a backup holds, in the place of what is there."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Annotated

import typer

from heimvakt.core.ledger import StoreUnavailable
from heimvakt.runtime.clock import SystemClock
from heimvakt.store.archive import BackupError, check
from heimvakt.store.restore import put_back

from .backup import CONFIG, STATE, gateway_of
from .exits import Exit, fail

EXAMPLE = "Example: heimvakt restore /var/backups/heimvakt/heimvakt-2026-11-21T031000Z.tar.gz"


def command(
    backup: Annotated[Path, typer.Argument(help="A file that `heimvakt backup` wrote.")],
    config: Annotated[Path, typer.Option(help="The file of the home on this box.")] = CONFIG,
    state: Annotated[Path, typer.Option(help="The state folder of the gateway.")] = STATE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put the state of a backup in the place of what is there. The service must be stopped.

    What is there is kept beside it. Alarms that were open when the backup was made are told again,
    under their old numbers; no new alarm gets a number that was used since.
    """
    try:
        listed = check(backup)
        here = gateway_of(config)
        if here is not None and listed.gateway not in (None, here):
            fail(
                Exit.FOUND,
                f"this backup is of {listed.gateway}, and this box is {here}",
                f"where it takes the place of that one: write its id into {config}",
            )
        as_of = f"as of {listed.at:%Y-%m-%d %H:%M:%S} UTC"
        if not yes:
            typer.confirm(f"Put back {listed.gateway or 'the state'} {as_of}?", abort=True)
        aside = put_back(backup, state, SystemClock().now())
    except BackupError as error:
        fail(Exit.FOUND, str(error), error.hint)
    except StoreUnavailable as error:
        fail(Exit.FOUND, str(error), "type: systemctl stop heimvakt")
    except (OSError, sqlite3.Error) as error:
        fail(Exit.FOUND, f"it was not put back: {error}", "try it with sudo")
    print(f"put back {as_of}; what was there is in {aside}")
    if not config.exists():
        print(
            f"the file of the home is in it too: tar -xzf {backup} -C {config.parent} {config.name}"
        )
    print("next: systemctl start heimvakt")
