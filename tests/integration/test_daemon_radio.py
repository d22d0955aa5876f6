"""The real daemon while its radio is pulled out, put back, or was never there."""

from __future__ import annotations

from datetime import timedelta

from tests.support.home import home

LIMIT = timedelta(minutes=1)
"""After this a lost radio is told."""
ALL_SILENT = timedelta(days=3)
"""Every device would have been told as silent by then."""


async def test_a_radio_that_is_back_in_time_is_journalled_and_not_told() -> None:
    async with (
        home() as h,
        h.running(driven_from=h.scene.start) as service,
        service.link() as (link, watched),
    ):
        await h.radio.unplug()
        assert (await watched.event("radio-lost"))["driver"] == "zigbee"
        await link.advance(h.scene.start + LIMIT / 2)
        await h.radio.replug()
        await watched.event("radio-back")
        await service.hears()
        await link.advance(h.scene.start + 3 * LIMIT)
        await h.pendant.press()
        await h.centre.alarm("button")
        assert h.centre.kinds() == ["button"]


async def test_a_radio_that_stays_away_is_one_alarm_and_no_device_is_silent_for_it() -> None:
    async with (
        home() as h,
        h.running(driven_from=h.scene.start) as service,
        service.link() as (link, watched),
    ):
        now = h.scene.start
        await h.radio.unplug()
        await watched.event("radio-lost")
        await link.advance(now := now + LIMIT + timedelta(seconds=1))
        await h.centre.alarm("radio")
        await link.advance(now := now + ALL_SILENT)
        lost = (await link.ask("status"))["drivers"]["zigbee"]
        assert lost["lost_since"] is not None
        assert not lost["armed"]
        deaf = await service.status_when(lambda status: status["sign"] == "not-heard")
        assert deaf["rules"]["button"]["blind_without"]

        await h.radio.replug()
        await watched.event("radio-back")
        await service.hears()
        await link.advance(now + timedelta(minutes=30))
        await h.pendant.press()
        await h.centre.alarm("button")
        assert h.centre.kinds() == ["radio", "button"]
        status = await link.ask("status")
        assert not [i for i, device in status["devices"].items() if device["silent"]]
        radio = next(a for a in (await link.ask("alarms"))["alarms"] if a["kind"] == "radio")
        assert radio["state"] == "reset"
        await service.status_when(lambda status: status["sign"] != "not-heard")


async def test_without_a_radio_it_starts_says_so_and_comes_alive_when_plugged() -> None:
    async with home(plugged=False) as h, h.start() as service:
        await service.ready()
        async with service.link() as (link, watched):
            status = await service.status_when(
                lambda s: s["drivers"]["zigbee"]["lost_since"] is not None
            )
            assert not status["drivers"]["zigbee"]["armed"]
            await h.radio.replug()
            await watched.event("radio-back")
            await service.hears()
            await h.join(service)
            await h.pendant.press()
            await h.centre.alarm("button")
            zigbee = (await link.ask("status"))["drivers"]["zigbee"]
            assert zigbee["lost_since"] is None
            assert zigbee["armed"]
        await service.stop()


async def test_sensors_that_the_gateway_forgot_are_got_to_know_again_when_they_are_heard() -> None:
    async with home() as h:
        async with h.running() as service:
            await service.stop()
        for part in (h.command.state / "zigbee").glob("zigbee.db*"):
            part.unlink()
        async with h.running() as service, service.link() as (_, watched):
            await h.pendant.press()  # of this frame nobody knows whose it is
            await watched.event("device-seen")
            await h.pendant.release()
            await h.pendant.press()
            pressed = await watched.event("button-pressed")
            assert pressed["device_id"] == "pendant"
            await h.centre.alarm("button")
