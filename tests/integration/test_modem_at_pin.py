"""A PIN is tried once, and never so often that a person could not open the SIM any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from heimvakt.core.modem import Sim
from heimvakt_drivers.virtual.modem import VirtualModem, VirtualSim
from heimvakt_drivers.virtual.modem.ends import PtyEnd
from tests.support.modem import PIN, at_modem, running
from tests.support.registered_modem import ready


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
