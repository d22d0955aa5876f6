"""A node of a broker cluster dies in an alarm storm of many gateways: every alarm is answered for.

HEIMVAKT_FLEET says how many gateways (12 without it); `make bench ARGS="fleet"` has 500 of them.
"""

from __future__ import annotations

import os

import pytest

from benchmarks.fleet import fleet
from tests.support.nats import needs_nats

GATEWAYS = int(os.environ.get("HEIMVAKT_FLEET", "12"))

pytestmark = [pytest.mark.fault, needs_nats]


@pytest.mark.timeout(400)
async def test_a_node_that_dies_in_a_storm_costs_no_alarm() -> None:
    result = await fleet(GATEWAYS, 2, storm_s=4.0)
    print(
        f"{GATEWAYS} gateways, {result.thrown_out} of them on the node that was killed: "
        f"{result.alarms} alarms, lost {result.lost}, under two ids {result.doubled}, "
        f"{result.repeats} repeats, all answered for {result.all_delivered_s:.1f} s after the kill"
    )
    assert result.alarms == 2 * GATEWAYS
    assert result.thrown_out > 0, "the node that died served some of them"
    assert (result.lost, result.doubled) == (0, 0)
