"""An alarm by SMS: the uplink, our AT driver and a virtual modem with the telephones behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.heard import Acknowledgement, Answer, Heard
from heimvakt.core.modem import SmsNotNow
from heimvakt.core.uplink import NotConnected, NotNeeded
from heimvakt.net.modem.kept import KeptFile
from heimvakt.runtime.clock import SystemClock
from heimvakt.uplinks.sms import SmsUplink
from heimvakt.uplinks.sms_settings import SmsReceiverSettings
from heimvakt_drivers.virtual.modem import Report, VirtualModem
from heimvakt_drivers.virtual.modem.ends import PtyEnd
from tests.support.modem import NUMBER, WITHIN_S, at_modem, running
from tests.support.uplinks import GATEWAY, alarm, sending, until

OTHER = "+4790000099"


@dataclass(slots=True)
class Line:
    """All from the uplink to the telephones."""

    uplink: SmsUplink
    far: VirtualModem
    heard: asyncio.Queue[Heard]

    async def send(self, one: Alarm, attempt: int = 1) -> None:
        async with asyncio.timeout(WITHIN_S):
            await self.uplink.send(one, sending(attempt))

    async def answer(self) -> tuple[str, Answer, str]:
        """The alarm, what was said of it, by whom."""
        async with asyncio.timeout(WITHIN_S):
            heard = await self.heard.get()
        assert isinstance(heard, Acknowledgement)
        assert heard.receiver == "daughter"
        return heard.alarm_id, heard.answer, heard.by

    def shown(self) -> list[str]:
        """What the daughter's telephone shows."""
        return [text for number, text in self.far.network.texts() if number == NUMBER]


@asynccontextmanager
async def line(
    directory: Path, far: VirtualModem | None = None, **settings: Any
) -> AsyncIterator[Line]:
    """A life of the gateway's part of it; the telephone network may outlive it."""
    async with far or VirtualModem(PtyEnd()) as network:
        modem = at_modem(network, directory)
        uplink = SmsUplink(
            "daughter",
            SmsReceiverSettings(kind="sms", number=NUMBER, **settings),
            gateway_id=GATEWAY,
            language="nb",
            zone=ZoneInfo("Europe/Oslo"),
            clock=SystemClock(),
            modem=modem,
            kept=KeptFile(directory / "sms-daughter.json"),
        )
        heard: asyncio.Queue[Heard] = asyncio.Queue()
        async with running(modem), asyncio.TaskGroup() as group:
            task = group.create_task(uplink.run(heard.put))
            try:
                async with asyncio.timeout(WITHIN_S):
                    await uplink.wait_connected()
                yield Line(uplink, network, heard)
            finally:
                task.cancel()


async def test_an_alarm_is_read_received_and_accepted(tmp_path: Path) -> None:
    async with line(tmp_path) as home:
        await home.send(alarm())
        assert home.shown() == [
            "ALARM: Ute av sengen 02:10, ytterdør åpnet 02:14. Rom: hall. 5.11. kl. 02:14. "
            "no-1505-004711. Svar OK hvis du tar den."
        ]
        assert await home.answer() == (alarm().alarm_id, Answer.RECEIVED, "sms")
        await home.far.text(NUMBER, " ok ")
        assert await home.answer() == (alarm().alarm_id, Answer.ACCEPTED, "daughter")


async def test_the_receivers_language_goes_before_the_homes(tmp_path: Path) -> None:
    async with line(tmp_path, language="en") as home:
        await home.send(alarm())
        assert home.shown()[0].startswith("ALARM: Out of bed")


async def test_a_retry_sends_nothing_while_the_network_has_it(tmp_path: Path) -> None:
    async with line(tmp_path) as home:
        home.far.report_status = None  # the telephone is off
        for attempt in range(1, 20):
            await home.send(alarm(), attempt)
        assert len(home.shown()) == 1
        await home.far.report(home.far.network.taken[0], Report.EXPIRED)
        await until(home.uplink, "reports-failed")
        await home.send(alarm(), 20)
        assert len(home.shown()) == 2
        await home.far.report(home.far.network.taken[1], Report.DELIVERED)
        assert (await home.answer())[1] is Answer.RECEIVED
        await home.send(alarm(), 21)
        assert len(home.shown()) == 2
        assert (await home.answer())[1] is Answer.RECEIVED  # whoever asks again is told again


async def test_what_has_changed_is_told(tmp_path: Path) -> None:
    async with line(tmp_path) as home:
        await home.send(alarm())
        await home.send(alarm(revision=1, accepted_by="centre"))
        assert len(home.shown()) == 2
        assert "OK" not in home.shown()[1]


async def test_sent_at_once_by_several_it_goes_once(tmp_path: Path) -> None:
    async with line(tmp_path) as home, asyncio.TaskGroup() as group:
        for attempt in range(1, 6):
            group.create_task(home.send(alarm(), attempt))
    assert len(home.shown()) == 1


async def test_a_restart_sends_nothing_again_and_hears_what_came_meanwhile(tmp_path: Path) -> None:
    far = VirtualModem(PtyEnd())
    far.report_status = None
    async with line(tmp_path, far) as home:
        await home.send(alarm())
    await far.plug()
    assert await far.text(NUMBER, "JA")
    async with line(tmp_path, far) as home:
        assert await home.answer() == (alarm().alarm_id, Answer.ACCEPTED, "daughter")
        await home.send(alarm(), 2)
        assert len(home.shown()) == 1
        await far.report(far.network.taken[0])
        assert (await home.answer())[1] is Answer.RECEIVED


async def test_an_answer_that_was_acted_on_and_not_erased_accepts_no_other(tmp_path: Path) -> None:
    at = datetime(2026, 11, 5, 2, 20, tzinfo=UTC)
    async with line(tmp_path) as home:
        for number in (1, 2):
            await home.send(alarm(number))
            await home.answer()
        await home.far.text(NUMBER, "OK", at)
        assert (await home.answer())[0] == alarm(2).alarm_id
        await home.far.text(NUMBER, "OK", at)
        await until(home.uplink, "sms-heard-again")
        await home.far.text(NUMBER, "OK", at + timedelta(seconds=30))
        assert await home.answer() == (alarm(1).alarm_id, Answer.ACCEPTED, "daughter")


async def test_strangers_and_other_words_accept_nothing(tmp_path: Path) -> None:
    async with line(tmp_path) as home:
        await home.far.text(NUMBER, "OK")
        await until(home.uplink, "sms-without-alarm")
        await home.send(alarm())
        await home.answer()
        for number, text in ((OTHER, "OK"), ("Telenor", "OK"), (NUMBER, "Hva skjer?")):
            await home.far.text(number, text)
        await until(home.uplink, "sms-from-others", 2)
        await until(home.uplink, "sms-not-understood")
        assert home.heard.empty()


# --- limits ---------------------------------------------------------------------------------------


async def test_beyond_the_limit_alarms_wait_and_that_is_told(tmp_path: Path) -> None:
    async with line(tmp_path, at_most=4) as home:
        low = [alarm(number, priority=Priority.MEDIUM) for number in (1, 2, 3)]
        high = [alarm(number) for number in (4, 5, 6, 7)]
        async with asyncio.TaskGroup() as group:
            waiting = [group.create_task(home.send(one)) for one in (*low, *high)]
            await until(home.uplink, "alarms-sent", 4)
            await until(home.uplink, "high-waits-for-allowance")
            for task in waiting:
                task.cancel()
        heads = [text.split(":")[0] for text in home.shown()]
        assert heads in (["ALARM"] * 4, ["Varsel", "ALARM", "ALARM", "ALARM"])
        assert "grensen for denne timen" in home.shown()[-1]
        assert "grensen" not in "".join(home.shown()[:-1])
    async with line(tmp_path, at_most=4) as home:  # a restart gives no new allowance
        async with asyncio.TaskGroup() as group:
            task = group.create_task(home.send(alarm(9)))
            await until(home.uplink, "high-waits-for-allowance")
            task.cancel()
        assert not home.shown()


async def test_what_ended_in_the_middle_of_an_sms_has_used_the_limit(tmp_path: Path) -> None:
    far = VirtualModem(PtyEnd())
    async with line(tmp_path, far, at_most=1) as home:
        far.swallow_next.append("AT+CMGS")
        async with asyncio.TaskGroup() as group:
            task = group.create_task(home.uplink.send(alarm(), sending()))
            await far.until(lambda: bool(far.network.taken))
            task.cancel()
    async with line(tmp_path, far, at_most=1) as home, asyncio.TaskGroup() as group:
        task = group.create_task(home.uplink.send(alarm(), sending(2)))
        await until(home.uplink, "high-waits-for-allowance")
        task.cancel()


async def test_low_alarms_leave_half_of_the_limit(tmp_path: Path) -> None:
    async with line(tmp_path, at_most=4) as home, asyncio.TaskGroup() as group:
        for number in (1, 2):
            await home.send(alarm(number, priority=Priority.LOW))
        third = group.create_task(home.send(alarm(3, priority=Priority.LOW)))
        await until(home.uplink, "waits-for-allowance")
        await home.send(alarm(4))
        assert [text.split(":")[0] for text in home.shown()] == ["Varsel", "Varsel", "ALARM"]
        third.cancel()


# --- somebody else has taken it -------------------------------------------------------------------


def taken(number: int = 1) -> Alarm:
    """The same alarm when the centre has accepted it."""
    return replace(alarm(number), revision=1, state=AlarmState.ACCEPTED, accepted_by="centre: op")


async def test_an_sms_that_waited_for_its_hour_is_not_sent_when_somebody_has_taken_it(
    tmp_path: Path,
) -> None:
    async with line(tmp_path, at_most=1) as home, asyncio.TaskGroup() as group:
        await home.send(alarm(1))
        waiting = group.create_task(home.send(alarm(2)))
        await until(home.uplink, "high-waits-for-allowance")
        home.uplink.superseded(taken(2))
        await waiting  # so that whoever ships sends the newer one
        with pytest.raises(NotNeeded):
            await home.send(taken(2))
        assert len(home.shown()) == 1


async def test_who_was_told_hears_that_somebody_has_taken_it_and_no_alarm_waits_for_that(
    tmp_path: Path,
) -> None:
    async with line(tmp_path, at_most=2) as home, asyncio.TaskGroup() as group:
        await home.send(alarm(1))
        told = group.create_task(home.send(taken(1)))
        await until(home.uplink, "waits-for-allowance")
        await home.send(alarm(2))
        assert [text.split(":")[0] for text in home.shown()] == ["ALARM", "ALARM"]
        told.cancel()
    async with line(tmp_path / "other", at_most=4) as home:
        await home.send(alarm(1))
        await home.send(taken(1))
        assert "Noen har tatt den." in home.shown()[-1]


# --- no network -----------------------------------------------------------------------------------


async def test_without_network_it_is_not_connected_and_says_so(tmp_path: Path) -> None:
    async with line(tmp_path) as home:
        async with asyncio.timeout(WITHIN_S):
            await home.far.lose_network()
            await home.uplink.wait_lost()
        with pytest.raises(NotConnected):
            await home.send(alarm())
        async with asyncio.timeout(WITHIN_S):
            await home.far.register()
            await home.uplink.wait_connected()
        await home.send(alarm())
        assert len(home.shown()) == 1


async def test_after_a_refusal_it_pauses_and_a_hurry_ends_the_pause(tmp_path: Path) -> None:
    async with line(tmp_path) as home:
        home.far.network.refuse_next.append(42)
        with pytest.raises(NotConnected) as why:
            await home.send(alarm())
        assert isinstance(why.value.__cause__, SmsNotNow)
        assert not home.uplink.connected
        home.uplink.hurry()
        async with asyncio.timeout(WITHIN_S):
            await home.uplink.wait_connected()
        await home.send(alarm())
        assert len(home.shown()) == 1


async def test_a_number_that_is_refused_for_good_is_not_hurried(tmp_path: Path) -> None:
    async with line(tmp_path) as home:
        home.far.network.refuse_next.append(1)
        with pytest.raises(NotConnected, match="does not exist"):
            await home.send(alarm())
        home.uplink.hurry()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.2):
                await home.uplink.wait_connected()
        assert home.uplink.counts()["refused"] == 1


async def test_what_was_not_taken_costs_nothing_of_the_limit(tmp_path: Path) -> None:
    async with line(tmp_path, at_most=1) as home:
        home.far.network.refuse_next.append(42)
        with pytest.raises(NotConnected):
            await home.send(alarm())
        home.uplink.hurry()
        async with asyncio.timeout(WITHIN_S):
            await home.uplink.wait_connected()
        await home.send(alarm())
        assert len(home.shown()) == 1


async def test_a_disk_that_takes_nothing_stops_no_alarm(tmp_path: Path) -> None:
    tmp_path.joinpath("sms-daughter.json.new").mkdir()
    async with line(tmp_path) as home:
        await home.send(alarm())
        assert len(home.shown()) == 1
        assert home.uplink.counts()["memory-not-saved"] >= 1


def over(number: int = 1) -> Alarm:
    """The same alarm when the centre has closed it, which nobody had accepted."""
    return replace(alarm(number), revision=1, state=AlarmState.CLOSED)


async def test_who_was_told_hears_that_it_is_closed_unless_it_is_known_that_somebody_has_it(
    tmp_path: Path,
) -> None:
    async with line(tmp_path, at_most=10) as home:
        await home.send(alarm(1))
        await home.send(over(1))
        assert home.shown()[-1].startswith("AVSLUTTET")
        await home.send(alarm(2))
        await home.send(taken(2))
        with pytest.raises(NotNeeded):
            await home.send(replace(taken(2), revision=2, state=AlarmState.CLOSED))
        with pytest.raises(NotNeeded):
            await home.send(over(3))
        assert len(home.shown()) == 4
