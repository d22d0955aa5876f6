"""Our AT driver and a virtual modem on a pseudo-terminal, with the faults of real ones."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
    StateChanged,
)
from heimvakt.net.modem.at_modem import AtModem, Pace
from heimvakt_drivers.virtual.modem import Report, VirtualModem, VirtualSim
from heimvakt_drivers.virtual.modem import network as net
from heimvakt_drivers.virtual.modem.ends import PtyEnd
from tests.support.modem import NUMBER, PIN, QUICK, WITHIN_S, Heard, at_modem, running

TEXT = "Blåbærsyltetøy på ærfugløya €"


@asynccontextmanager
async def ready(
    directory: Path, far: VirtualModem, *, pin: str | None = None, pace: Pace = QUICK
) -> AsyncIterator[tuple[AtModem, Heard]]:
    """Both, when the network has the modem."""
    modem = at_modem(far, directory, pin=pin, pace=pace)
    async with running(modem) as heard:
        await heard.state(lambda state: state.can_send and state.operator is not None)
        yield modem, heard


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


# --- the line -------------------------------------------------------------------------------------


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


# --- the PIN --------------------------------------------------------------------------------------


async def test_the_right_pin_opens_the_sim(tmp_path: Path) -> None:
    sim = VirtualSim(pin=PIN)
    async with VirtualModem(PtyEnd(), sim=sim) as far, ready(tmp_path, far, pin=PIN):
        assert sim.tried == [PIN]


async def test_no_pin_is_said_and_none_is_tried(tmp_path: Path) -> None:
    sim = VirtualSim(pin=PIN)
    async with VirtualModem(PtyEnd(), sim=sim) as far, running(at_modem(far, tmp_path)) as heard:
        state = await heard.state(lambda state: state.sim is Sim.PIN_NEEDED)
        assert "credential:sim-pin" in (state.trouble or "")
        assert not sim.tried


@pytest.mark.parametrize("tells_tries", [True, False])
async def test_a_wrong_pin_is_tried_once_whatever_happens(
    tmp_path: Path, *, tells_tries: bool
) -> None:
    sim = VirtualSim(pin=PIN)
    async with VirtualModem(PtyEnd(tmp_path / "tty"), sim=sim, tells_tries=tells_tries) as far:
        for _life in range(3):  # restarts of the gateway
            async with running(at_modem(far, tmp_path, pin="9999")) as heard:
                state = await heard.state(lambda state: state.sim is Sim.WRONG_PIN)
                assert "PIN" in (state.trouble or "")
                await far.unplug()
                await heard.state(lambda state: not state.present)
                await far.plug()
                await heard.state(lambda state: state.sim is Sim.WRONG_PIN)
        assert sim.tried == ["9999"]


@pytest.mark.parametrize("tells_tries", [True, False])
async def test_never_a_third_pin(tmp_path: Path, *, tells_tries: bool) -> None:
    sim = VirtualSim(pin=PIN)
    async with VirtualModem(PtyEnd(), sim=sim, tells_tries=tells_tries) as far:
        for pin in ("9999", "8888", "7777", PIN):
            async with running(at_modem(far, tmp_path, pin=pin)) as heard:
                await heard.state(lambda state: state.sim is Sim.WRONG_PIN)
        assert sim.tried == ["9999", "8888"]
        assert sim.pin_tries == 1  # a person can still open it


async def test_a_sim_that_a_person_has_opened_has_its_tries_again(tmp_path: Path) -> None:
    sim = VirtualSim(pin=PIN)
    async with VirtualModem(PtyEnd(), sim=sim) as far:
        async with running(at_modem(far, tmp_path, pin="9999")) as heard:
            await heard.state(lambda state: state.sim is Sim.WRONG_PIN)
            sim.enter(PIN)
            await heard.state(lambda state: state.can_send)
        sim.power()
        async with running(at_modem(far, tmp_path, pin="8888")) as heard:
            await heard.state(lambda state: state.sim is Sim.WRONG_PIN)
        sim.power()
        async with running(at_modem(far, tmp_path, pin=PIN)) as heard:
            await heard.state(lambda state: state.can_send)
        assert sim.tried == ["9999", PIN, "8888", PIN]


async def test_another_sim_may_have_the_pin_that_the_first_refused(tmp_path: Path) -> None:
    async with VirtualModem(PtyEnd(), sim=VirtualSim(pin=PIN)) as far:
        async with running(at_modem(far, tmp_path, pin="9999")) as heard:
            await heard.state(lambda state: state.sim is Sim.WRONG_PIN)
        far.sim = VirtualSim(pin="9999", iccid="89470000000000000025")
        async with running(at_modem(far, tmp_path, pin="9999")) as heard:
            await heard.state(lambda state: state.can_send)


async def test_a_sim_with_one_try_left_is_not_tried(tmp_path: Path) -> None:
    sim = VirtualSim(pin=PIN, pin_tries=1)
    async with VirtualModem(PtyEnd(), sim=sim) as far:
        async with running(at_modem(far, tmp_path, pin=PIN)) as heard:
            state = await heard.state(lambda state: state.sim is Sim.WRONG_PIN)
            assert "one try left" in (state.trouble or "")
        assert not sim.tried


async def test_a_pin_that_cannot_be_written_down_is_not_tried(tmp_path: Path) -> None:
    sim = VirtualSim(pin=PIN)
    blocked = tmp_path / "state"
    blocked.write_text("a file where the directory should be")
    async with VirtualModem(PtyEnd(), sim=sim) as far:
        async with running(at_modem(far, blocked, pin=PIN)) as heard:
            await heard.state(lambda state: state.trouble is not None)
        assert not sim.tried


@pytest.mark.parametrize(
    ("sim", "found", "said"),
    [(VirtualSim(pin=PIN, pin_tries=0), Sim.PUK_NEEDED, "PUK"), (None, Sim.ABSENT, "no SIM")],
)
async def test_what_only_a_person_can_mend(
    tmp_path: Path, sim: VirtualSim | None, found: Sim, said: str
) -> None:
    async with VirtualModem(PtyEnd(), sim=sim) as far:
        far.sim = sim
        async with running(at_modem(far, tmp_path, pin=PIN)) as heard:
            state = await heard.state(lambda state: state.sim is found)
            assert said in (state.trouble or "")


async def test_a_port_that_is_none(tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_text("")
    for port, said in ((os.devnull, "AT port"), (str(tmp_path / "x"), "is not there")):
        async with VirtualModem(PtyEnd()) as far:
            modem = at_modem(far, tmp_path)
            modem._port = port
            async with running(modem) as heard:
                state = await heard.state(lambda state: state.trouble is not None)
                assert said in (state.trouble or "")
