"""The figures of a gateway out of its database, which is opened for reading only: the service may
run or not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from heimvakt.core.codec import CannotDecode
from heimvakt.core.devices import Home
from heimvakt.core.figures import Figures
from heimvakt.core.ledger import ALIVE
from heimvakt.core.snapshot import FIGURES, restore

from . import sql


class NoFigures(Exception):
    """They cannot be read; the text says why.

    Attributes:
        hint: what to do about it.
    """

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


def read_figures(database: Path) -> tuple[Figures, datetime | None]:
    """All that is counted, and when the gateway was last known to live.

    Raises:
        NoFigures: it is no database of Heimvakt, or cannot be read.
    """
    try:
        uri = f"{database.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            rows = sql.read_state(connection)
            _, last = sql.read_last(connection)
    except (sqlite3.Error, CannotDecode) as error:
        raise NoFigures(
            f"{database}: {error}", "is it the heimvakt.db of a gateway, and may you read it?"
        ) from error
    marked = sql.read_mark(rows.get(ALIVE))
    mine = {row: body for row, body in rows.items() if row.partition(":")[0] in FIGURES}
    state, _ = restore(Home(gateway_id=""), mine, (), 0)
    return state.figures, max(filter(None, (last, marked)), default=None)
