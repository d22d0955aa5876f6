"""SIGKILL of the real daemon around doses and presses: each dose and each press is told once, and
what is told is true.

The dispenser, the radio, the broker and the centre go on. HEIMVAKT_DOSE_KILLS says how often (2
without it), HEIMVAKT_SEED when. Of a dispenser that is killed itself: `test_dispenser_killed`.
"""

from __future__ import annotations

import os
import random
import time

import pytest

from heimvakt.demo.receiver import Behaviour
from tests.support.dose_kills import DoseKills, medicine
from tests.support.home import PENDANT, home

KILLS = int(os.environ.get("HEIMVAKT_DOSE_KILLS", "2"))
SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))

pytestmark = pytest.mark.fault


@pytest.mark.timeout(600 + 30 * KILLS)
async def test_killed_around_doses_and_presses_each_is_told_once_and_as_it_was() -> None:
    began = time.monotonic()
    behaviour = Behaviour(accept_after_s=0.0, keep_events=True)
    async with home(things=(PENDANT,), rules="", behaviour=behaviour) as h, medicine(h) as device:
        kills = DoseKills(h, device, random.Random(SEED))
        for number in range(KILLS):
            await kills.one(number)
        await kills.live_on_until_settled()
        print(f"seed {SEED}, {time.monotonic() - began:.0f} s, {kills.check()}")
