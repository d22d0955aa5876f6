"""Our ModemManager driver, the real ModemManager, and a virtual modem that it finds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from heimvakt.core.modem import (
    DeliveryReport,
    IncomingSms,
    ModemState,
    Outcome,
    Registration,
    Sim,
    SmsNotNow,
    SmsRefused,
)
from heimvakt.net.modem.chosen import held_by_modem_manager, open_modem
from heimvakt.net.modem.mm_modem import MmModem, MmPace
from heimvakt_drivers.virtual.modem import AbstractEnd, VirtualModem, VirtualSim
from heimvakt_drivers.virtual.modem import network as net
from tests.support.dbus import SystemBus, needs_dbus, needs_modem_manager, system_bus
from tests.support.modem import NUMBER, PIN, VALIDITY, Heard, running

TEXT = "Blåbærsyltetøy på ærfugløya €"
QUICK = MmPace(look_s=600.0, again_s=0.2)
"""Nothing is found by looking: every change comes as a signal."""


def mm_modem(bus: SystemBus, directory: Path, pin: str | None = None) -> MmModem:
    return MmModem(
        pin=pin,
        state_directory=directory,
        validity=VALIDITY,
        bus_address=bus.address,
        pace=QUICK,
    )


@asynccontextmanager
async def with_manager(
    directory: Path, sim: VirtualSim | None = None
) -> AsyncIterator[tuple[SystemBus, VirtualModem]]:
    """The real ModemManager has found a virtual modem, or is about to."""
    async with system_bus(directory) as bus:
        await bus.start_modem_manager()
        async with VirtualModem(AbstractEnd(bus.port), sim=sim) as far:
            await bus.show_modem()
            yield bus, far


@asynccontextmanager
async def ready(
    directory: Path, sim: VirtualSim | None = None, pin: str | None = None
) -> AsyncIterator[tuple[SystemBus, VirtualModem, MmModem, Heard]]:
    """The network has the modem, and we know."""
    async with with_manager(directory, sim) as (bus, far):
        modem = mm_modem(bus, directory, pin)
        async with running(modem) as heard:
            await heard.state(_is_ready)
            yield bus, far, modem, heard


def _is_ready(state: ModemState) -> bool:
    return state.can_send and state.signal is not None


@needs_modem_manager
async def test_one_day_with_modem_manager(tmp_path: Path) -> None:
    """All that needs no other beginning in one life of it: it takes a second to start."""
    async with ready(tmp_path) as (bus, far, modem, heard):
        state = modem.state()
        assert (state.sim, state.registration) == (Sim.READY, Registration.HOME)
        assert (state.operator, state.technology, state.trouble) == ("Virtuell", "4g", None)
        assert state.signal is not None
        assert state.signal.dbm == -63

        references = await modem.send_sms(NUMBER, TEXT)
        assert far.network.texts() == [(NUMBER, TEXT)]
        assert far.network.taken[0].message.valid_for == VALIDITY
        (report,) = await heard.first(DeliveryReport)
        assert (report.number, report.reference) == (NUMBER, references[0])
        assert report.outcome is Outcome.DELIVERED

        long = " ".join([TEXT] * 6) + " Čáhci 🚨"
        references = await modem.send_sms(NUMBER, long)
        assert far.network.texts()[-1] == (NUMBER, long)
        assert (await heard.first(DeliveryReport, 2))[-1].reference == references[-1]

        await far.text(NUMBER, " ok ")
        (sms,) = await heard.first(IncomingSms)
        assert (sms.number, sms.text) == (NUMBER, " ok ")
        assert sms.sent_at is not None
        await far.until(lambda: far.sim is not None and not far.sim.kept)

        for code, error in ((331, SmsNotNow), (500, SmsNotNow), (304, SmsRefused)):
            far.network.refuse_next.append(code)
            with pytest.raises(error):
                await modem.send_sms(NUMBER, "nei")
        await modem.send_sms(NUMBER, "ja")
        assert far.network.texts()[-1] == (NUMBER, "ja")
        assert await _kept_by_manager(bus) == []  # nothing is left to fill its memory

        await far.lose_network()
        await heard.state(lambda state: state.registration is Registration.SEARCHING)
        with pytest.raises(SmsNotNow, match="no network"):
            await modem.send_sms(NUMBER, TEXT)
        await far.register(net.ROAMING)
        await heard.state(lambda state: state.registration is Registration.ROAMING)

        bus.polkit.allows = False
        with pytest.raises(SmsNotNow) as refused:
            await modem.send_sms(NUMBER, TEXT)
        assert "50-heimvakt-modem.rules" in refused.value.hint
        bus.polkit.allows = True

        assert await held_by_modem_manager(far.port, bus.address) is not None
        assert await held_by_modem_manager("/dev/ttyUSB9", bus.address) is None
        named = open_modem(
            far.port,
            pin=None,
            state_directory=tmp_path,
            chance=Random(1),
            bus_address=bus.address,
        )
        async with running(named) as other:
            trouble = (await other.state(lambda state: state.trouble is not None)).trouble
            assert 'modem = "auto"' in (trouble or "")


async def _kept_by_manager(bus: SystemBus) -> object:
    (objects,) = await bus.call(
        "org.freedesktop.ModemManager1",
        "/org/freedesktop/ModemManager1",
        "org.freedesktop.DBus.ObjectManager",
        "GetManagedObjects",
        "",
    )
    (path,) = objects
    (messages,) = await bus.call(
        "org.freedesktop.ModemManager1",
        path,
        "org.freedesktop.ModemManager1.Modem.Messaging",
        "List",
        "",
    )
    return messages


@needs_modem_manager
async def test_modem_manager_goes_and_comes(tmp_path: Path) -> None:
    async with ready(tmp_path) as (bus, far, modem, heard):
        await bus.stop_modem_manager(kill=True)
        gone = await heard.state(lambda state: not state.present)
        assert gone.trouble is not None
        with pytest.raises(SmsNotNow):
            await modem.send_sms(NUMBER, TEXT)
        await far.text(NUMBER, "OK")  # it waits on the SIM
        await bus.start_modem_manager()
        await bus.show_modem()
        await heard.state(_is_ready)
        assert [one.text for one in await heard.first(IncomingSms)] == ["OK"]
        await modem.send_sms(NUMBER, TEXT)
        assert far.network.texts() == [(NUMBER, TEXT)]


@needs_modem_manager
async def test_the_pin_is_entered_once_and_a_wrong_one_never_again(tmp_path: Path) -> None:
    sim = VirtualSim(pin=PIN)
    async with with_manager(tmp_path, sim) as (bus, _):
        for pin, tried in (("9999", ["9999"]), ("9999", ["9999"]), ("8888", ["9999", "8888"])):
            async with running(mm_modem(bus, tmp_path, pin)) as heard:
                state = await heard.state(lambda state: state.sim is Sim.WRONG_PIN)
                assert "PIN" in (state.trouble or "")
            assert sim.tried == tried
        async with running(mm_modem(bus, tmp_path, PIN)) as heard:  # right, but the third
            await heard.state(lambda state: state.sim is Sim.WRONG_PIN)
        assert sim.tried == ["9999", "8888"]


@needs_modem_manager
async def test_the_right_pin_opens_the_sim(tmp_path: Path) -> None:
    sim = VirtualSim(pin=PIN)
    async with ready(tmp_path, sim, PIN) as (_, _far, modem, _heard):
        assert sim.tried == [PIN]
        await modem.send_sms(NUMBER, TEXT)


@needs_modem_manager
async def test_without_the_right_to_use_it(tmp_path: Path) -> None:
    async with with_manager(tmp_path, VirtualSim(pin=PIN)) as (bus, far):
        bus.polkit.allows = False
        for _ in range(3):  # what the SIM never saw is no try
            async with running(mm_modem(bus, tmp_path, PIN)) as heard:
                state = await heard.state(
                    lambda state: "50-heimvakt-modem.rules" in (state.trouble or "")
                )
                assert state.sim is Sim.PIN_NEEDED
        assert far.sim is not None
        assert not far.sim.tried
        bus.polkit.allows = True
        async with running(mm_modem(bus, tmp_path, PIN)) as heard:
            await heard.state(_is_ready)


@needs_dbus
async def test_without_modem_manager_the_trouble_says_what_to_do(tmp_path: Path) -> None:
    async with system_bus(tmp_path) as bus:
        modem = mm_modem(bus, tmp_path)
        async with running(modem) as heard:
            state = await heard.state(lambda state: state.trouble is not None)
            assert "systemctl enable --now ModemManager" in (state.trouble or "")
        assert await held_by_modem_manager("/dev/ttyUSB0", bus.address) is None


@needs_dbus
async def test_a_bus_that_goes_and_one_that_never_was(tmp_path: Path) -> None:
    async with system_bus(tmp_path) as bus:
        modem = mm_modem(bus, tmp_path)
        async with running(modem) as heard:
            await heard.state(lambda state: "does not run" in (state.trouble or ""))
            await bus.stop()
            await heard.state(lambda state: "no system bus" in (state.trouble or ""))
        assert await held_by_modem_manager("/dev/ttyUSB0", bus.address) is None
