"""Our AT driver sends SMS and reads those that come, over a network as real ones are."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from heimvakt.core.modem import (
    DeliveryReport,
    IncomingSms,
    Outcome,
    Registration,
    Sim,
    SmsNotNow,
    SmsRefused,
)
from heimvakt.net.modem.at_modem import Pace
from heimvakt_drivers.virtual.modem import Report, VirtualModem, VirtualSim
from heimvakt_drivers.virtual.modem import network as net
from heimvakt_drivers.virtual.modem.ends import PtyEnd
from tests.support.modem import NUMBER, WITHIN_S, at_modem, running
from tests.support.registered_modem import TEXT, ready


async def test_an_sms_is_shown_as_written_and_reported(tmp_path: Path) -> None:
    async with VirtualModem(PtyEnd()) as far, ready(tmp_path, far) as (modem, heard):
        references = await modem.send_sms(NUMBER, TEXT)
        assert far.network.texts() == [(NUMBER, TEXT)]
        reports = await heard.first(DeliveryReport)
        assert [(one.number, one.reference) for one in reports] == [(NUMBER, references[0])]
        assert reports[0].outcome is Outcome.DELIVERED


async def test_a_long_one_goes_in_parts_that_belong_together(tmp_path: Path) -> None:
    text = " ".join([TEXT] * 6) + " 🚨"
    async with VirtualModem(PtyEnd()) as far, ready(tmp_path, far) as (modem, heard):
        first = await modem.send_sms(NUMBER, text)
        second = await modem.send_sms(NUMBER, text)
        assert far.network.texts() == [(NUMBER, text)] * 2
        reports = await heard.first(DeliveryReport, len(first) + len(second))
        assert [one.reference for one in reports] == [*first, *second]


async def test_the_state_is_what_the_modem_says(tmp_path: Path) -> None:
    async with VirtualModem(PtyEnd()) as far:
        far.network.operator, far.network.rssi = "Telenor", 31
        async with ready(tmp_path, far) as (modem, heard):
            state = modem.state()
            assert (state.sim, state.registration) == (Sim.READY, Registration.HOME)
            assert (state.operator, state.technology, state.trouble) == ("Telenor", "4g", None)
            assert state.signal is not None
            assert (state.signal.dbm, state.signal.percent) == (-51, 100)
            far.network.rssi = 2
            weak = await heard.state(lambda now: now.signal is not None and now.signal.dbm == -109)
            assert weak.signal is not None
            assert weak.signal.percent == 6
            await far.register(net.ROAMING, net.GSM)
            await heard.state(
                lambda now: (now.registration, now.technology) == (Registration.ROAMING, "2g")
            )
            assert modem.state().can_send


async def test_a_lost_network_is_known_at_once_and_when_it_is_back(tmp_path: Path) -> None:
    slow = Pace(look_s=600.0, look_s_searching=600.0)  # nothing is found by looking
    async with VirtualModem(PtyEnd()) as far, ready(tmp_path, far, pace=slow) as (modem, heard):
        await far.lose_network()
        await heard.state(lambda state: state.registration is Registration.SEARCHING)
        with pytest.raises(SmsNotNow, match="no network"):
            await modem.send_sms(NUMBER, TEXT)
        await far.register()
        await heard.state(lambda state: state.can_send)
        await modem.send_sms(NUMBER, TEXT)


async def test_a_modem_that_tells_nothing_by_itself_is_looked_at(tmp_path: Path) -> None:
    far = VirtualModem(PtyEnd(), unknown=frozenset({"+CEREG", "+CNMI", "+CPMS", "+COPS"}))
    async with far:
        modem = at_modem(far, tmp_path)
        async with running(modem) as heard:
            await heard.state(lambda state: state.can_send)
            far.network.registration = net.DENIED
            await heard.state(lambda state: state.registration is Registration.DENIED)
            far.network.registration = net.HOME
            await heard.state(lambda state: state.can_send)


@pytest.mark.parametrize(
    ("code", "error", "said"),
    [
        (331, SmsNotNow, "there is no network"),
        (42, SmsNotNow, "congested"),
        (500, SmsNotNow, r"\+CMS ERROR: 500"),
        (1, SmsRefused, "the number does not exist"),
        (50, SmsRefused, "no subscription"),
    ],
)
async def test_an_sms_that_is_refused(
    tmp_path: Path, code: int, error: type[Exception], said: str
) -> None:
    async with VirtualModem(PtyEnd()) as far, ready(tmp_path, far) as (modem, _):
        far.network.refuse_next.append(code)
        with pytest.raises(error, match=said):
            await modem.send_sms(NUMBER, TEXT)
        await modem.send_sms(NUMBER, TEXT)
        assert far.network.texts() == [(NUMBER, TEXT)]


async def test_what_can_never_be_sent_is_refused_without_asking(tmp_path: Path) -> None:
    async with VirtualModem(PtyEnd()) as far, ready(tmp_path, far) as (modem, _):
        with pytest.raises(SmsRefused, match="a number is written as"):
            await modem.send_sms("90000000", TEXT)
        with pytest.raises(SmsRefused, match="messages"):
            await modem.send_sms(NUMBER, "a" * 2_000)
        assert not far.network.taken


async def test_what_the_network_tries_and_gives_up(tmp_path: Path) -> None:
    async with VirtualModem(PtyEnd()) as far, ready(tmp_path, far) as (modem, heard):
        far.report_status = None
        await modem.send_sms(NUMBER, TEXT)
        for status in (Report.TRYING, Report.EXPIRED):
            await far.report(far.network.taken[0], status)
        reports = await heard.first(DeliveryReport, 2)
        assert [one.outcome for one in reports] == [Outcome.TRYING, Outcome.FAILED]


async def test_reports_that_are_kept_on_the_modem_are_fetched(tmp_path: Path) -> None:
    async with VirtualModem(PtyEnd()) as far, ready(tmp_path, far) as (modem, heard):
        far.keep_reports()
        await modem.send_sms(NUMBER, TEXT)
        assert len(await heard.first(DeliveryReport)) == 1
        await far.wait_heard("AT+CMGD")
        assert 'AT+CPMS="SR"' in far.heard


# --- incoming -------------------------------------------------------------------------------------


async def test_an_sms_that_comes_is_told_and_erased(tmp_path: Path) -> None:
    sim = VirtualSim()
    async with VirtualModem(PtyEnd(), sim=sim) as far, ready(tmp_path, far) as (_, heard):
        await far.text(NUMBER, "Jeg kommer nå")
        await far.text("+4790000001", "🙂")
        told = await heard.first(IncomingSms, 2)
        assert [(one.number, one.text) for one in told] == [
            (NUMBER, "Jeg kommer nå"),
            ("+4790000001", "🙂"),
        ]
        await far.until(lambda: not sim.kept)


async def test_what_came_while_nobody_listened_is_told_at_the_start(tmp_path: Path) -> None:
    sim = VirtualSim()
    async with VirtualModem(PtyEnd(), sim=sim) as far:
        await far.text(NUMBER, "OK")
        sim.keep(b"\x00\xff\xff")  # what nobody can read must not fill the SIM for ever
        async with ready(tmp_path, far) as (_, heard):
            assert [one.text for one in await heard.first(IncomingSms)] == ["OK"]
            await far.until(lambda: not sim.kept)


async def test_an_sms_is_not_erased_before_it_is_taken(tmp_path: Path) -> None:
    sim = VirtualSim()
    async with VirtualModem(PtyEnd(), sim=sim) as far:
        await far.text(NUMBER, "OK")
        modem = at_modem(far, tmp_path)

        async def power_cut(news: object) -> None:
            if isinstance(news, IncomingSms):
                raise ConnectionAbortedError

        with modem.listen(power_cut), pytest.raises(ConnectionAbortedError):
            async with asyncio.timeout(WITHIN_S):
                await modem.run()
        assert len(sim.kept) == 1
