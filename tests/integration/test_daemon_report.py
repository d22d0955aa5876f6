"""What the centre says of an alarm is in the figures of the month: asked, stored and told."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from heimvakt.cli.root import app
from heimvakt.demo.receiver import Behaviour
from heimvakt.demo.scene import GATEWAY_ID
from tests.support.home import Home, home

RUNNER = CliRunner()
LATE = datetime(2026, 11, 30, 22, 0, tzinfo=UTC)
"""An hour before the month ends in Oslo."""
DECEMBER = datetime(2026, 11, 30, 23, 10, tzinfo=UTC)
WITHIN_S = 60.0
"""Until a test gives up waiting, on a machine that has other things to do."""


async def report(*words: str | Path, month: str = "2026-11") -> Result:
    """What the command says, as somebody types it."""
    arguments = ["report", "--month", month, *map(str, words)]
    return await asyncio.to_thread(RUNNER.invoke, app, arguments)


def wants_months(h: Home) -> None:
    file = h.command.configuration
    file.write_text(file.read_text().replace('kind = "mqtt"', 'kind = "mqtt"\nmonthly = true'))


def of_buttons(figures: dict[str, Any]) -> dict[str, Any]:
    (found,) = (alarm for alarm in figures["alarms"] if alarm["kind"] == "button")
    assert isinstance(found, dict)
    return found


async def test_a_false_alarm_is_in_the_report_and_in_what_the_centre_is_told_of_the_month() -> None:
    async with home(behaviour=Behaviour(accept_after_s=0.0, receipts=False)) as h:
        wants_months(h)
        config = ("--config", h.command.configuration)
        asked = (*config, "--socket", h.command.control)
        async with h.running(driven_from=LATE) as service, service.link() as (_, watched):
            await h.pendant.press()
            await watched.event("alarm-acknowledged")
            alarm = await h.centre.alarm("button")
            h.centre.receiver.answer(
                GATEWAY_ID, alarm["alarm_id"], "closed", by="operator-1", outcome="false"
            )
            await watched.event("alarm-closed")
            said = await report("--json", *asked)
            none = await report(*asked, month="2026-09")
        assert said.exit_code == 0, said.output
        figures = json.loads(said.stdout)
        button = of_buttons(figures)
        assert (button["raised"], button["accepted"], button["closed_false"]) == (1, 1, 1)
        assert (figures["gateway"], figures["is_over"]) == (GATEWAY_ID, False)
        assert none.exit_code == 1
        assert "nothing is counted of 2026-09\n  counted: 2026-11" in none.output

        off = await report("--csv", *config, "--state", h.command.state)
        rows = {row["figure"]: row["value"] for row in csv.DictReader(io.StringIO(off.stdout))}
        assert off.exit_code == 0, off.output
        assert rows["alarms.button.button.high.closed_false"] == "1"

        async with h.start(driven_from=DECEMBER) as service:
            await service.ready()
            async with service.link() as (_, watched):
                await h.centre.until(lambda: "month" in received(h), WITHIN_S)
                data = received(h)["month"]
                h.centre.receiver.give_receipt(GATEWAY_ID, data["batch_id"])
                await watched.event("summary-delivered")
            later, shown = await report("--json", *asked), await report(*asked)
        assert data.pop("batch_id") == f"{GATEWAY_ID}/month-2026-11"
        assert data == {k: v for k, v in json.loads(later.stdout).items() if k != "gateway"}
        assert (data["is_over"], of_buttons(data)["closed_false"]) == (True, 1)
        assert "2026-11-30" in shown.stdout.splitlines()[0]
        assert any(
            line.split()[:3] == ["high", "button", "1"] for line in shown.stdout.splitlines()
        )


def received(h: Home) -> dict[str, dict[str, Any]]:
    """The last message of each kind."""
    return {each.kind: each.message["data"] for each in h.centre.received}
