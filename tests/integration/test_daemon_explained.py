"""What the real daemon decided can be explained and replayed from what it stored."""

from __future__ import annotations

import json

from tests.support.command import heimvakt
from tests.support.home import home
from tests.support.hours import ANY_HOUR


async def test_an_alarm_is_explained_and_the_journal_gives_every_alarm_again() -> None:
    async with home() as h:
        where = ("--config", h.command.configuration, "--state", h.command.state)
        async with h.running() as service, service.link() as (_, watched):
            await h.bed.occupy()
            await h.bed.leave()
            await h.door.open()
            alarm = await h.centre.alarm("night-wandering")
            await h.centre.alarm("night-door")
            await watched.event("alarm-acknowledged", 2)
            # The service runs on: what is stored is read beside it.
            said = await heimvakt("explain", alarm["alarm_id"].rpartition("-")[2], *where)
        assert said.code == 0, said.err
        first, words, left, opened, *rest = said.out.splitlines()
        assert first.startswith("night-wandering, high, raised ")
        assert words.strip() == alarm["text"]["en"]
        assert left.endswith("bed left (bed)")
        assert opened.endswith("door opened (front-door, outer)")
        assert any(f"rule: night-wandering, between {ANY_HOUR}" in line for line in rest)
        assert any("accepted by " in line for line in rest)

        why_not = await heimvakt("explain", "--why-not", "night-wandering", "--json", *where)
        trace = json.loads(why_not.out)
        assert trace["open"] == [alarm["alarm_id"]]
        assert [step["kind"] for step in trace["moved_by"]][-2:] == ["bed-left", "door-opened"]

        again = await heimvakt(
            "replay", "--config", h.command.configuration, "--as-it-was", h.command.state
        )
        assert again.out.splitlines()[-1].strip() == "as it was, to the letter", again.out
        assert again.code == 0


async def test_what_cannot_be_explained_is_said_in_a_line() -> None:
    async with home() as h:
        where = ("--config", h.command.configuration, "--state", h.command.state)
        nothing = await heimvakt("explain", *where)
        assert nothing.code == 1
        assert "state: No such file" in nothing.err
        no_rule = await heimvakt("explain", "--why-not", "moonlight", *where)
        assert no_rule.code == 2
        assert "there is no rule moonlight" in no_rule.err
        no_time = await heimvakt("explain", "--why-not", "button", "--at", "noon", *where)
        assert no_time.code == 2
        assert '"noon" is no time' in no_time.err
        assert not any("Traceback" in said.err for said in (nothing, no_rule, no_time))
