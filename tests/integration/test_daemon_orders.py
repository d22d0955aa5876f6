"""A signed order over MQTT opens a real lock, once; all else is refused, and all of it is in a log
that tells when somebody changes it (promise 23)."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from heimvakt.cli import audit
from heimvakt.orders.signing import SigningKey
from tests.support.broker import needs_mosquitto
from tests.support.locked_home import START, LockedHome, locked_home
from tests.support.orders import CENTRE, STRANGER, TECHNICIAN
from tests.support.service import Service
from tests.support.stored import change_one_byte

RUNNER = CliRunner()
RESULT_S_MAX = 15.0
"""The promise."""
WITHIN_S = 60.0
"""Until a test gives up waiting, on a machine that has other things to do."""


async def verified(**where: Path) -> tuple[int, dict[str, Any]]:
    """What `heimvakt audit verify` says of the log, and what it ends with."""
    words = [word for name, path in where.items() for word in (f"--{name}", str(path))]
    said = await asyncio.to_thread(RUNNER.invoke, audit.group, ["verify", "--json", *words])
    return said.exit_code, json.loads(said.output)


async def log(service: Service) -> list[dict[str, Any]]:
    """What the audit log says of orders."""
    rows = (await service.ask("audit"))["rows"]
    bodies = [json.loads(row["body"]) for row in rows]
    return [body for body in bodies if body["what"] in ("order", "result")]


async def opened(home: LockedHome, alarm: str) -> tuple[float, float]:
    """Open the door by order; the seconds until the bolt was in, and until it was told."""
    orders = home.orders
    count = len(orders.answers)
    began = orders.give(home.unlock(alarm))
    (_, accepted), (told_at, done) = (
        await orders.answer(count + 1),
        await orders.answer(count + 2),
    )
    assert (accepted["result"], done["result"]) == ("accepted", "done"), done
    assert accepted["order_id"] == done["order_id"] != ""
    return home.unlocked[-1] - began, told_at - began


@needs_mosquitto
async def test_an_order_opens_a_lock_once_and_what_is_no_order_does_not() -> None:
    async with locked_home() as home:
        orders = home.orders
        async with home.running() as service:
            alarm = await home.alarm()
            assert (await service.ask("status"))["locks"] == {
                "front-lock": {"bolt": "locked", "contact": True, "wrong": []}
            }
            to_bolt_s, to_told_s = await opened(home, alarm)
            print(f"order to bolt {to_bolt_s * 1e3:.0f} ms, to result {to_told_s * 1e3:.0f} ms")
            assert to_told_s < RESULT_S_MAX

            again = home.unlock(alarm)
            for token, why in (
                (home.unlock(alarm, at=START - timedelta(minutes=7)), "expired"),
                (home.unlock(alarm, gateway="no-1505-000001"), "other-gateway"),
                (home.unlock(alarm, key=STRANGER), "unknown-key"),
                (
                    home.unlock(alarm, key=SigningKey(CENTRE.name, STRANGER.private)),
                    "bad-signature",
                ),
                (home.unlock(alarm, key=TECHNICIAN), "not-allowed"),
                (home.unlock("demo-0001-99"), "no-such-alarm"),
                ("eyJhbGciOiJub25lIn0.e30.AAAA", "wrong-algorithm"),
                (again, ""),
                (again, "used-before"),
            ):
                count = len(orders.answers)
                answer = await orders.told(token)
                if not why:
                    await orders.answer(count + 2)  # how it went
                assert answer.get("code", "") == why, answer
                assert (answer["result"] == "refused") is bool(why)
            assert home.body.releases == 2, "once for each order that was accepted"
            assert (await home.centre.alarm("order-refused"))["priority"] == "medium"

            written = await log(service)
            assert [each.get("code", each["result"]) for each in written] == [
                "accepted",
                "done",
                "expired",
                "other-gateway",
                "unknown-key",
                "bad-signature",
                "not-allowed",
                "no-such-alarm",
                "wrong-algorithm",
                "accepted",
                "done",
                "used-before",
            ]
            code, verdict = await verified(socket=home.command.control)
            assert (code, verdict["whole"]) == (0, True), verdict

        number = await changed_by_one_byte(home, written[0]["order"])
        async with home.start() as service:
            await service.ready()
            told_of = await home.centre.alarm("audit-log", within_s=WITHIN_S)
            assert told_of["thresholds"] == {"row": str(number)}


@needs_mosquitto
@pytest.mark.fault
async def test_killed_in_the_middle_it_says_that_nobody_knows_and_does_not_open_again() -> None:
    async with locked_home() as home:
        orders = home.orders
        home.body.stuck = True  # the lock waits for its bolt, and says nothing meanwhile
        async with home.running() as service:
            token = home.unlock(await home.alarm())
            assert (await orders.told(token))["result"] == "accepted"
            async with asyncio.timeout(WITHIN_S):
                await home.let_go.wait()
            await service.kill()
        async with home.start() as service:
            await service.ready()
            _, told = await orders.answer(2)
            assert told["result"] == "timed-out"
            await service.hears("osdp")
            again = await orders.told(token)
            assert (again["code"], again["first"]) == ("used-before", "timed-out")
        assert home.body.releases == 1


async def changed_by_one_byte(home: LockedHome, order_id: str) -> int:
    """Change a byte of what is said of an order while nothing runs; where, as `verify` says."""
    state, nobody = home.command.state, home.command.folder / "no-socket"
    code, verdict = await verified(state=state, socket=nobody)
    assert (code, verdict["whole"]) == (0, True), verdict
    change_one_byte(home.database, b'"order":"' + order_id.encode())
    code, verdict = await verified(state=state, socket=nobody)
    assert (code, verdict["whole"], verdict["reason"]) == (1, False, "it was changed")
    return int(verdict["broken_at"])
