"""Our AT driver on a line that is slow, silent, pulled out, full of strays, or no modem's."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from heimvakt.core.modem import DeliveryReport, IncomingSms, SmsNotNow, StateChanged
from heimvakt.net.modem.at_modem import AtModem, Pace
from heimvakt_drivers.virtual.modem import VirtualModem, VirtualSim
from heimvakt_drivers.virtual.modem.ends import PtyEnd
from tests.support.modem import NUMBER, PIN, at_modem, running
from tests.support.registered_modem import TEXT, ready


async def test_strays_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    async with VirtualModem(PtyEnd()) as far, ready(tmp_path, far) as (modem, heard):
        for _ in range(5):
            far.chatter += ["RING", "^RSSI:17", '+CREG: 1,"00A1","000001B2",7', "+CIEV: 2,3"]
            await modem.send_sms(NUMBER, TEXT)
        assert len(far.network.texts()) == 5
        assert modem.state().can_send
        assert len(await heard.first(DeliveryReport, 5)) == 5


async def test_slow_answers_are_waited_for(tmp_path: Path) -> None:
    async with VirtualModem(PtyEnd()) as far, ready(tmp_path, far) as (modem, _):
        far.answers_after_s = 0.3
        await modem.send_sms(NUMBER, TEXT)
        assert far.network.texts() == [(NUMBER, TEXT)]


async def test_a_modem_that_is_slow_with_one_thing_stays(tmp_path: Path) -> None:
    pace = Pace(look_s=0.05, answer_s=0.2, resync_s=0.1)
    async with VirtualModem(PtyEnd()) as far, ready(tmp_path, far, pace=pace) as (modem, heard):
        far.swallow_next += ["AT+COPS?"] * 2
        await far.until(lambda: not far.swallow_next)
        await modem.send_sms(NUMBER, TEXT)
        assert all(one.state.present for one in heard.of(StateChanged))


async def test_a_modem_that_answers_at_and_nothing_else_is_opened_afresh(tmp_path: Path) -> None:
    pace = Pace(look_s=0.05, look_s_searching=0.05, reopen_s=0.05, answer_s=0.1, resync_s=0.1)
    async with VirtualModem(PtyEnd()) as far, ready(tmp_path, far, pace=pace) as (_, heard):
        far.swallow_next += ["AT+CPIN?"] * 4
        await heard.was(lambda state: not state.present)
        await heard.state(lambda state: state.can_send)


async def test_a_lost_answer_ends_the_waiting_and_the_next_command_works(tmp_path: Path) -> None:
    pace = Pace(look_s=600.0, send_s=0.3)
    async with VirtualModem(PtyEnd()) as far, ready(tmp_path, far, pace=pace) as (modem, _):
        far.swallow_next.append("AT+CMGS")
        with pytest.raises(SmsNotNow, match="did not answer"):
            await modem.send_sms(NUMBER, "en")
        await modem.send_sms(NUMBER, "to")
        assert [text for _, text in far.network.texts()] == ["en", "to"]


async def test_a_modem_that_falls_silent_is_lost_and_found_again(tmp_path: Path) -> None:
    pace = Pace(look_s=0.1, reopen_s=0.05, answer_s=0.3, resync_s=0.1)
    async with VirtualModem(PtyEnd()) as far, ready(tmp_path, far, pace=pace) as (modem, heard):
        far.silent = True
        lost = await heard.state(lambda state: not state.present)
        assert lost.trouble is not None
        with pytest.raises(SmsNotNow):
            await modem.send_sms(NUMBER, TEXT)
        far.silent = False
        await heard.state(lambda state: state.can_send)
        await modem.send_sms(NUMBER, TEXT)


async def test_unplugged_in_the_middle_of_an_sms_and_plugged_in_again(tmp_path: Path) -> None:
    link = tmp_path / "modem"
    far = VirtualModem(PtyEnd(link), sim=VirtualSim(pin=PIN))
    async with far, ready(tmp_path, far, pin=PIN) as (modem, heard):
        far.answers_after_s = 600.0
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(_raises_not_now(modem))
            await far.wait_heard("AT+CMGS")
            await far.unplug()
            await sending
        await heard.state(lambda state: "is not there" in (state.trouble or ""))
        far.answers_after_s = 0.0
        await far.plug()
        await heard.state(lambda state: state.can_send)
        await modem.send_sms(NUMBER, TEXT)
        assert far.sim is not None
        assert far.sim.tried == [PIN, PIN]  # it was the right one


async def _raises_not_now(modem: AtModem) -> None:
    with pytest.raises(SmsNotNow):
        await modem.send_sms(NUMBER, TEXT)


async def test_a_modem_that_starts_again_is_told_all_again(tmp_path: Path) -> None:
    far = VirtualModem(PtyEnd(), sim=VirtualSim(pin=PIN))
    async with far, ready(tmp_path, far, pin=PIN) as (modem, heard):
        await far.restart()
        await heard.was(lambda state: not state.present)
        await heard.state(lambda state: state.can_send)
        await far.text(NUMBER, "OK")
        assert await heard.first(IncomingSms)
        await modem.send_sms(NUMBER, TEXT)


async def test_a_port_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    async with VirtualModem(PtyEnd()) as far:
        first, second = at_modem(far, tmp_path), at_modem(far, tmp_path)
        async with running(first) as heard:
            await heard.state(lambda state: state.can_send)
            async with running(second) as refused:
                state = await refused.state(lambda state: state.trouble is not None)
                assert "is in use" in (state.trouble or "")
                assert first.state().can_send


async def test_a_port_that_is_none(tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_text("")
    for port, said in ((os.devnull, "AT port"), (str(tmp_path / "x"), "is not there")):
        async with VirtualModem(PtyEnd()) as far:
            modem = at_modem(far, tmp_path)
            modem._port = port
            async with running(modem) as heard:
                state = await heard.state(lambda state: state.trouble is not None)
                assert said in (state.trouble or "")
