"""The real daemon while its radio is pulled out, put back, or was never there."""

from __future__ import annotations

from tests.support.home import home


async def test_smoke() -> None:
    async with home() as h, h.running() as service, service.link() as (link, watched):
        await h.pendant.press()
        await h.centre.alarm("button")
        await h.door.open()
        await h.centre.alarm("night-door")
        await h.centre.until(lambda: len(h.centre.alarms) == 2)
        print(watched.alarms())
