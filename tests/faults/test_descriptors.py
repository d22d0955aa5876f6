"""Not one file can be opened any more, as after a leak: what stands goes on carrying alarms, what
was cut comes back as soon as there is room, and the process never has to."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from typing import Any

import pytest

from heimvakt.demo.link import Link
from tests.support.broker import needs_mosquitto
from tests.support.home import DOOR, PENDANT, home
from tests.support.kept import kept
from tests.support.kills import settled
from tests.support.promises import centre_and_store_agree, no_alarm_has_two_ids
from tests.support.proxy import proxy
from tests.support.restless import tell_all
from tests.support.service import Service

EACH_PRESS = '[rules.button]\none_alarm_within = "0s"\n'
TRIES = 2
STANDARD = 3
"""Input, output and errors: these numbers are never free."""

pytestmark = [pytest.mark.fault, needs_mosquitto]


async def test_without_a_free_descriptor_alarms_go_and_what_was_cut_comes_back() -> None:
    async with home(things=(PENDANT, DOOR), rules=EACH_PRESS) as h, proxy(h.broker.port) as line:
        tell_all(h, line.url)
        async with h.running() as service:
            await service.status_when(lambda s: s["receivers"]["centre"]["connected"])
            async with service.link() as (link, watched):
                before = none_free(service)
                await h.pendant.press()
                await h.centre.alarm("button")
                await h.pendant.release()
                await told(link, lambda s: not s["outbox"]["alarms"])

                line.cut_once()
                await told(link, lambda s: failed(s) >= TRIES)
                pressed = len(watched.events("button-pressed"))
                await h.pendant.press()
                await watched.event("button-pressed", pressed + 1)
                status = await link.ask("status")
                assert not status["receivers"]["centre"]["connected"]
                assert status["outbox"]["alarms"] == 1

                resource.prlimit(service.pid, resource.RLIMIT_NOFILE, before)
                await h.centre.alarm("button", 2)
            await service.status_when(settled)
            assert service.process.returncode is None, "the same process throughout"
            none_free(service)
            await service.stop()
        final = kept(h.database)
        no_alarm_has_two_ids(final)
        centre_and_store_agree(h.centre.alarms, final)


def none_free(service: Service) -> tuple[int, int]:
    """Let it open nothing more, also in place of what it closes; the limits before."""
    before = resource.prlimit(service.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(service.pid, resource.RLIMIT_NOFILE, (STANDARD, before[1]))
    return before


async def told(link: Link, true: Callable[[dict[str, Any]], bool]) -> None:
    """Return when a status says so, asked on a line that stands."""
    async with asyncio.timeout(60):
        while not true(await link.ask("status")):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.05)


def failed(status: dict[str, Any]) -> int:
    """Attempts to connect."""
    counts = status["receivers"]["centre"]["counts"]
    return int(counts.get("attempts-failed", 0))
