"""TLS against a real mosquitto: verified, both ways, and never given up for clear text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.support.broker import Security, broker, needs_mosquitto
from tests.support.certificates import Authority
from tests.support.proxy import proxy
from tests.support.uplinks import alarm, hand_over, mqtt_uplink, running, sending, until

pytestmark = needs_mosquitto


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def refusal(uplink: Any) -> str:
    """What an installer reads when the uplink does not connect."""
    with capture_logs() as logs:
        async with running(uplink):
            await until(uplink, "attempts-failed")
    assert not uplink.counts().get("connections")
    (entry,) = (entry for entry in logs if entry["event"] == "broker-not-connected")
    return f"{entry['reason']}; {entry['hint']}"


async def test_a_verified_broker_is_spoken_to(authority: Authority) -> None:
    async with broker("mosquitto", security=Security(server=authority.issue("server"))) as one:
        uplink = mqtt_uplink(one.url, ca=f"file:{authority.ca}")
        async with running(uplink):
            await uplink.wait_connected()
            for number in range(50):
                await hand_over(uplink, alarm(number), sending())


async def test_a_broker_that_another_authority_vouches_for_is_refused(
    authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "another authority")
    async with broker("mosquitto", security=Security(server=other.issue("server"))) as one:
        said = await refusal(mqtt_uplink(one.url, ca=f"file:{authority.ca}"))
    assert "not to be trusted" in said


async def test_without_ca_only_what_the_system_trusts_is_accepted(authority: Authority) -> None:
    async with broker("mosquitto", security=Security(server=authority.issue("server"))) as one:
        assert "not to be trusted" in await refusal(mqtt_uplink(one.url))


async def test_an_expired_broker_is_refused(authority: Authority) -> None:
    server = authority.issue("server", days=(-10, -1))
    async with broker("mosquitto", security=Security(server=server)) as one:
        said = await refusal(mqtt_uplink(one.url, ca=f"file:{authority.ca}"))
    assert "expired" in said
    assert "clock" in said


async def test_a_broker_of_another_name_is_refused(authority: Authority) -> None:
    server = authority.issue("server", hosts=("centre.example",))
    async with broker("mosquitto", security=Security(server=server)) as one:
        said = await refusal(mqtt_uplink(one.url, ca=f"file:{authority.ca}"))
    assert "127.0.0.1" in said


async def test_a_broker_in_clear_text_is_never_spoken_to_instead(authority: Authority) -> None:
    async with broker("mosquitto") as one, proxy(one.port) as line:
        uplink = mqtt_uplink(f"mqtts://127.0.0.1:{line.port}", ca=f"file:{authority.ca}")
        async with running(uplink):
            await until(uplink, "attempts-failed", 4)
    assert line.heard
    assert all(first[:1] == b"\x16" for first in line.heard), "each began with a TLS handshake"


async def test_the_gateway_shows_its_certificate(authority: Authority) -> None:
    security = Security(server=authority.issue("server"), client_ca=authority.ca)
    mine = authority.issue("gateway", client=True)
    async with broker("mosquitto", security=security) as one:
        uplink = mqtt_uplink(
            one.url,
            ca=f"file:{authority.ca}",
            certificate=f"file:{mine.certificate}",
            key=f"file:{mine.key}",
        )
        async with running(uplink):
            await uplink.wait_connected()
            await hand_over(uplink, alarm(), sending())


async def test_a_gateway_without_the_certificate_is_told_why(authority: Authority) -> None:
    security = Security(server=authority.issue("server"), client_ca=authority.ca)
    async with broker("mosquitto", security=security) as one:
        said = await refusal(mqtt_uplink(one.url, ca=f"file:{authority.ca}"))
    assert "certificate" in said


async def test_a_key_that_everybody_can_read_is_not_used(authority: Authority) -> None:
    mine = authority.issue("gateway", client=True)
    mine.key.chmod(0o644)
    async with broker("mosquitto", security=Security(server=authority.issue("server"))) as one:
        said = await refusal(
            mqtt_uplink(
                one.url,
                ca=f"file:{authority.ca}",
                certificate=f"file:{mine.certificate}",
                key=f"file:{mine.key}",
            )
        )
    assert "everybody" in said
    assert f"chmod o= {mine.key}" in said


async def test_renewed_certificates_are_taken_at_the_next_connection(authority: Authority) -> None:
    security = Security(server=authority.issue("server"), client_ca=authority.ca)
    mine = authority.issue("gateway", client=True, days=(-10, -1))
    async with broker("mosquitto", security=security) as one:
        uplink = mqtt_uplink(
            one.url,
            ca=f"file:{authority.ca}",
            certificate=f"file:{mine.certificate}",
            key=f"file:{mine.key}",
        )
        async with running(uplink):
            await until(uplink, "attempts-failed")
            authority.issue("gateway", client=True)
            await uplink.wait_connected()
