"""`heimvakt explain --why-not` says what a rule has learned, of a journal that does not tell it."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from heimvakt.cli.root import app
from heimvakt.core.codec import encode
from heimvakt.core.events import BedLeft, Event, GatewayStarted, MotionDetected, stamped
from heimvakt.core.ledger import Transaction
from heimvakt.core.usual import WEEKS_MIN, Usual, note
from heimvakt.rules.learning import learned_under
from heimvakt.store.store import SqliteStore
from tests.support.homes import EVENING, oslo, stamp

ROOT = Path(__file__).parents[3]
RULE = """
[rules.inactivity]
learn = true
"""
WEDNESDAY = datetime(2026, 11, 4, 10, 15)  # noqa: DTZ001 - by the clock on the wall
AGO = timedelta(weeks=WEEKS_MIN)
HEARD_AT = oslo("22:00") - timedelta(hours=11, minutes=28)
"""10:32."""


def weeks_known() -> Usual:
    """As the service has it after some weeks."""
    signs = ("bed", "front-door", "hall-motion", "pendant")
    usual = Usual(under=learned_under("08:00-21:00", *signs))
    for week in range(WEEKS_MIN + 1):
        at = WEDNESDAY - AGO + timedelta(weeks=week)
        usual = note(usual, at, timedelta(hours=2, minutes=10))
    return usual


async def _store(folder: Path, usual: Usual) -> None:
    events: tuple[Event, ...] = (
        GatewayStarted(cause="started", last_alive=None),
        BedLeft(device_id="bed"),
        MotionDetected(device_id="hall-motion"),
    )
    journal = [stamped(event, stamp(seq, HEARD_AT)) for seq, event in enumerate(events, start=1)]
    async with SqliteStore(folder, opened_at=EVENING) as store:
        await store.transact(Transaction(events=journal, state={"usual:inactivity": encode(usual)}))


@pytest.fixture
def kept(tmp_path: Path) -> list[str]:
    """What says where the state of a home is, and its file."""
    file, state = tmp_path / "home.toml", tmp_path / "state"
    file.write_text((ROOT / "config" / "home.toml").read_text() + RULE)
    state.mkdir()
    asyncio.run(_store(state, weeks_known()))
    return ["--state", str(state), "--config", str(file)]


def asked(where: list[str], at: str, *more: str) -> str:
    found = CliRunner().invoke(
        app, ["explain", "--why-not", "inactivity", "--at", f"2026-11-04 {at}", *where, *more]
    )
    assert found.exit_code == 0, found.output
    return found.output


def test_it_says_what_is_usual_and_how_long_it_has_lasted(kept: list[str]) -> None:
    said = asked(kept, "14:00")
    assert "waits     quiet at Wed 04 Nov 14:52:00" in said
    assert "vanlig på denne tiden (10:32): 2 t 10 min; grensen er 4 t 20 min; nå 3 t 28 min" in said
    learned = json.loads(asked(kept, "12:32", "--json"))["learned"]
    assert (
        learned["en"] == "usual at this hour (10:32): 2 h 10 min; the limit is 4 h 20 min; now 2 h"
    )
