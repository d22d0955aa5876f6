"""The broker of the demo: there when asked for, quiet, and gone when nobody needs it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

import pytest

from heimvakt.demo.broker import NoBroker, embedded_broker
from tests.support.broker import AMQTT

needs_amqtt = pytest.mark.parametrize("kind", [AMQTT])


async def refused(url: str) -> bool:
    """Nobody listens: refused, or reset, when the listener went while we knocked."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    except (ConnectionRefusedError, ConnectionResetError):
        return True
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return False


@needs_amqtt
async def test_it_listens_on_loopback_while_it_lasts_and_says_nothing(
    kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with embedded_broker() as url:
        assert url.startswith("mqtt://127.0.0.1:")
        assert not await refused(url)
    assert await refused(url)
    assert capfd.readouterr() == ("", "")


@needs_amqtt
async def test_it_does_not_outlive_a_demo_that_is_killed(kind: str) -> None:
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", DEMO), stdout=asyncio.subprocess.PIPE
    )
    assert demo.stdout is not None
    url = (await demo.stdout.readline()).decode().strip()
    assert not await refused(url)
    demo.send_signal(signal.SIGKILL)
    await demo.wait()
    async with asyncio.timeout(30):
        while not await refused(url):  # noqa: ASYNC110 - nobody is left who could tell
            await asyncio.sleep(0.01)


DEMO = """
import asyncio
from heimvakt.demo.broker import embedded_broker
async def demo():
    async with embedded_broker() as url:
        print(url, flush=True)
        await asyncio.Event().wait()
asyncio.run(demo())
"""


async def test_without_amqtt_it_says_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "amqtt.py"
    missing.write_text("raise ModuleNotFoundError(\"No module named 'amqtt'\")\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(NoBroker, match=r'pip install "heimvakt\[demo\]"'):
        async with embedded_broker():
            pass


async def test_a_mosquitto_that_is_not_there_or_does_not_start_is_told() -> None:
    with pytest.raises(NoBroker, match="is mosquitto there"):
        async with embedded_broker(Path("/nonexistent/mosquitto")):
            pass
    with pytest.raises(NoBroker, match="ended at once"):
        async with embedded_broker(Path("/bin/false")):
            pass
