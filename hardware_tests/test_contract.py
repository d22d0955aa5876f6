"""The contract that every driver keeps, held to the hardware that is connected."""

from __future__ import annotations

import pytest

from tests.contract.driver_contract import DriverContract

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(1800)]


class TestDriver(DriverContract):
    """For each device that can be turned both ways, and whose driver can be unplugged."""

    TURNS = 4
