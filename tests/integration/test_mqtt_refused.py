"""A broker that is there and does not want us, or not all of us."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from heimvakt.core.uplink import NotConnected
from tests.support.broker import broker, needs_mosquitto
from tests.support.uplinks import (
    SHORT,
    SURE,
    alarm,
    hand_over,
    mqtt_uplink,
    running,
    sending,
    until,
)

pytestmark = needs_mosquitto


@pytest.fixture
def passwords(tmp_path: Path) -> Path:
    path = tmp_path / "passwords"
    words = ["mosquitto_passwd", "-b", "-c", str(path), "no-1505-004711", "correct horse"]
    subprocess.run(words, check=True, capture_output=True)
    return path


def secret(tmp_path: Path, text: str) -> str:
    path = tmp_path / "password"
    path.write_text(text)
    path.chmod(0o600)
    return f"file:{path}"


async def test_name_and_password_open_the_door(tmp_path: Path, passwords: Path) -> None:
    lines = ("allow_anonymous false", f"password_file {passwords}")
    password = secret(tmp_path, "correct horse\n")
    async with broker("mosquitto", more=lines) as one:
        uplink = mqtt_uplink(one.url, username="no-1505-004711", password=password)
        async with running(uplink):
            await uplink.wait_connected()
            await hand_over(uplink, alarm(), sending())


async def test_a_wrong_password_is_told_once_and_a_renewed_one_is_taken(
    tmp_path: Path, passwords: Path
) -> None:
    lines = ("allow_anonymous false", f"password_file {passwords}")
    password = secret(tmp_path, "wrong")
    async with broker("mosquitto", more=lines) as one:
        uplink = mqtt_uplink(one.url, patience=SURE, username="no-1505-004711", password=password)
        with capture_logs() as logs:
            async with running(uplink):
                await until(uplink, "attempts-failed", 3)
                trouble = uplink.trouble or ""
                assert trouble.startswith(f"{one.url}: the broker refused us")
                assert "check username, password" in trouble
                secret(tmp_path, "correct horse")
                await uplink.wait_connected()
                assert uplink.trouble is None
    (told,) = (entry for entry in logs if entry["event"] == "broker-not-connected")
    assert "refused" in told["reason"]
    assert "password" in told["hint"]
    assert "wrong" not in str(told)


async def test_a_broker_that_takes_no_alarm_of_ours_is_left_for_the_next(tmp_path: Path) -> None:
    acl = tmp_path / "acl"
    acl.write_text("topic read heimvakt/#\ntopic write heimvakt/v1/+/state\n")
    async with (
        broker("mosquitto", more=(f"acl_file {acl}",)) as first,
        broker("mosquitto") as second,
    ):
        uplink = mqtt_uplink(first.url, second.url)
        async with running(uplink):
            await uplink.wait_connected()
            with pytest.raises(NotConnected, match="refuses what is published"):
                await hand_over(uplink, alarm(), sending())
            await uplink.wait_connected()
            await hand_over(uplink, alarm(), sending())


async def test_a_broker_behind_which_nobody_answers_is_left_if_there_is_another() -> None:
    async with broker("mosquitto") as first, broker("mosquitto") as second:
        uplink = mqtt_uplink(first.url, second.url)
        with capture_logs() as logs:
            async with running(uplink):
                await uplink.wait_connected()
                uplink.doubt()
                await uplink.wait_lost()
                await uplink.wait_connected()
                await hand_over(uplink, alarm(), sending())
        assert [e["address"] for e in logs if e["event"] == "broker-connected"] == [
            first.url,
            second.url,
        ]
        alone = mqtt_uplink(first.url)
        async with running(alone):
            await alone.wait_connected()
            alone.doubt()
            assert alone.connected


@pytest.mark.parametrize(
    ("suback", "said"),
    [
        pytest.param(b"\x90\x04\x00\x01\x00\x87", "refuses to let us hear", id="refuses"),
        pytest.param(b"", "nothing was confirmed", id="says nothing"),
    ],
)
async def test_a_broker_that_lets_us_hear_no_answers_is_left_for_the_next(
    suback: bytes, said: str
) -> None:
    """A fake: mosquitto's own access list takes every subscription and lets nothing through."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(b"\x20\x03\x00\x00\x00")
        await reader.read(4096)
        writer.write(suback)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    fake = f"mqtt://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with broker("mosquitto") as second:
        uplink = mqtt_uplink(fake, second.url, patience=SHORT)
        with capture_logs() as logs:
            async with running(uplink):
                await uplink.wait_connected()
                await hand_over(uplink, alarm(), sending())
    server.close()
    await server.wait_closed()
    (lost,) = (entry for entry in logs if entry["event"] == "broker-lost")
    assert said in lost["reason"]
    assert [e["address"] for e in logs if e["event"] == "broker-connected"] == [second.url]


async def test_no_more_is_under_way_than_the_broker_wants_to_take() -> None:
    async with broker("mosquitto", more=("max_inflight_messages 2",)) as one:
        uplink = mqtt_uplink(one.url, patience=SURE)
        async with running(uplink):
            await uplink.wait_connected()
            async with asyncio.TaskGroup() as group:
                for number in range(50):
                    group.create_task(hand_over(uplink, alarm(number), sending()))
        assert uplink.counts() == {"connections": 1, "alarms-sent": 50}


@pytest.mark.parametrize("host", ["x" * 70, "no-such-broker.invalid"])
async def test_a_name_that_nobody_knows_is_told_as_such(host: str) -> None:
    uplink = mqtt_uplink(f"mqtts://{host}")
    with capture_logs() as logs:
        async with running(uplink):
            await until(uplink, "attempts-failed")
    (told,) = (entry for entry in logs if entry["event"] == "broker-not-connected")
    assert "name" in told["reason"]
    assert "spelling" in told["hint"]
