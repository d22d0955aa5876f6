"""What a hand does is heard, by the driver alone and at once."""

from __future__ import annotations

import asyncio

import pytest

from hardware_tests.bench import SAYS, SAYS_ONCE, RigBench
from hardware_tests.hands import Hands
from hardware_tests.rig import Rig
from tests.contract.driver_contract import gateway_of
from tests.support.drivers import running

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

HEARD_S = 2.0
"""Promise 2: from the hand to the first byte upstream."""
GRACE_S = 10.0
"""What is heard later than the promise, but is heard."""


async def test_it_is_heard(rig: Rig, hands: Hands, named: str) -> None:
    """One move of one hand leads to one event, soon."""
    device = rig.configuration.devices[named]
    expected = SAYS_ONCE.get(device.role) or SAYS.get(device.role, (None,))[0]
    if expected is None:
        pytest.skip(f"a {device.role} says nothing that a hand does")
    bench = RigBench(rig, hands, device)
    gateway = gateway_of(bench)
    async with running(bench.driver(), gateway):
        await gateway.wait_armed()
        by_hand = rig.devices[named]
        if by_hand.off is not None:
            await hands.do(by_hand.off)
        before = len(gateway.of(named, expected))
        await hands.do(by_hand.on)
        async with asyncio.timeout(HEARD_S + GRACE_S):
            await gateway.until(lambda: len(gateway.of(named, expected)) > before)
        if by_hand.off is not None:
            await hands.do(by_hand.off)
