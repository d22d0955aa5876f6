"""Each fault of the virtual radio does to an unmodified host what it says."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from zigpy.exceptions import DeliveryError

from heimvakt_drivers.virtual.zigbee import FACES, Face, OnOffButton, Outcome, VirtualRadio
from heimvakt_drivers.virtual.zigbee.ezsp.ash_frame import AshFrame, Kind, encode
from tests.support import zigpy_host
from tests.support.zigpy_host import Host

ADDRESS = "00:11:22:33:44:55:66:01"
ON, OFF, TOGGLE = 1, 0, 2
both = pytest.mark.parametrize("speaks", FACES)
ezsp = pytest.mark.parametrize("speaks", ["ezsp"])


class Scene:
    """A host with one remote that it knows."""

    def __init__(self, radio: VirtualRadio, host: Host, remote: OnOffButton) -> None:
        self.radio, self.host, self.remote = radio, host, remote

    async def heard(self) -> int:
        """The next command the host hears of the remote."""
        async with asyncio.timeout(30):
            _device, _cluster, command, _arguments = await self.host.commands.get()
        return command

    async def still_hears(self) -> None:
        """What is sent now is heard, and nothing was heard before it."""
        assert await self.remote.off()
        assert await self.heard() == OFF


@pytest.fixture
def speaks() -> Face:
    """What a test is about that does not say otherwise."""
    return "znp"


@pytest.fixture
def radio(speaks: Face) -> VirtualRadio:
    radio = VirtualRadio(seed=7, asleep_s=0.01, speaks=speaks)
    radio.coordinator.start()
    radio.coordinator.reset()
    return radio


@pytest.fixture
async def scene(radio: VirtualRadio, tmp_path: Path) -> AsyncIterator[Scene]:
    async with (
        radio.serve_pty(link=tmp_path / "radio") as port,
        zigpy_host.running(port, speaks=radio.speaks) as host,
    ):
        remote = radio.add(OnOffButton(ADDRESS))
        await host.app.permit(60)
        await remote.join()
        await host.interviewed(ADDRESS)
        yield Scene(radio, host, remote)
        radio.faults.clear()


@both
async def test_unplugging_hangs_up_and_replugging_is_the_same_port(
    radio: VirtualRadio, tmp_path: Path, speaks: Face
) -> None:
    remote = radio.add(OnOffButton(ADDRESS))
    database = tmp_path / "zigbee.db"
    async with radio.serve_pty(link=tmp_path / "radio") as port:
        async with zigpy_host.running(port, speaks=speaks, database=database) as host:
            await host.app.permit(60)
            await remote.join()
            await host.interviewed(ADDRESS)
            await radio.unplug()
            async with asyncio.timeout(30):
                await host.lost.get()
            assert not (tmp_path / "radio").exists()
            assert (await remote.toggle()).outcome is Outcome.NO_HOST
        await radio.replug()
        async with zigpy_host.running(port, speaks=speaks, database=database) as host:
            assert await remote.toggle()
            *_, command, _ = await host.commands.get()
            assert command == TOGGLE


async def test_unplugging_refuses_connections_and_replugging_is_the_same_port(
    radio: VirtualRadio,
) -> None:
    async with radio.serve_tcp() as port:
        number = int(port.rpartition(":")[2])
        async with zigpy_host.running(port) as host:
            await radio.unplug()
            async with asyncio.timeout(30):
                await host.lost.get()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", number)
        await radio.replug()
        async with zigpy_host.running(port):
            assert radio.host_present


@both
async def test_a_deaf_radio_answers_nothing(scene: Scene) -> None:
    scene.radio.faults.deaf = True
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await scene.host.app.permit(5)
    await scene.still_hears()
    scene.radio.faults.clear()
    await scene.host.app.permit(0)


@both
async def test_a_mute_radio_sends_nothing(scene: Scene) -> None:
    scene.radio.faults.mute = True
    assert (await scene.remote.on()).outcome is Outcome.MUTE
    scene.radio.faults.clear()
    await scene.still_hears()


async def test_a_proportion_is_dropped(scene: Scene) -> None:
    scene.radio.faults.drop, scene.radio.faults.indications_only = 0.5, True
    sent = [await scene.remote.on() for _ in range(60)]
    arrived = sum(map(bool, sent))
    assert 15 < arrived < 45
    assert scene.radio.faults.counts["drop"] == 60 - arrived
    assert {s.outcome for s in sent} == {Outcome.WRITTEN, Outcome.DROPPED}
    scene.radio.faults.clear()
    assert [await scene.heard() for _ in range(arrived)] == [ON] * arrived
    await scene.still_hears()


async def test_faults_are_the_same_for_the_same_seed() -> None:
    def struck(seed: int) -> list[bytes | None]:
        faults = VirtualRadio(seed=seed).faults
        faults.drop, faults.garble = 0.3, 0.3
        return [faults.distort(bytes(range(10)), answer=False)[1] for _ in range(50)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)


async def test_garbled_frames_are_not_heard_and_the_line_recovers(scene: Scene) -> None:
    scene.radio.faults.garble, scene.radio.faults.indications_only = 1.0, True
    for _ in range(20):
        assert await scene.remote.on()
    scene.radio.faults.clear()
    # A changed length makes the host take what follows for its rest: it needs some to recover.
    for _ in range(10):
        assert await scene.remote.toggle()
    assert await scene.remote.off()
    heard = [await scene.heard()]
    while heard[-1] != OFF:
        heard.append(await scene.heard())
    assert ON not in heard


@ezsp
@pytest.mark.parametrize("fault", ["drop", "garble"])
async def test_what_was_lost_or_spoilt_is_sent_again(scene: Scene, fault: str) -> None:
    faults = scene.radio.faults
    setattr(faults, fault, 1.0)
    faults.indications_only = True
    sending = asyncio.gather(*(scene.remote.on() for _ in range(5)))
    async with asyncio.timeout(30):
        while faults.counts[fault] < 5:  # noqa: ASYNC110 - nobody tells of what was lost
            await asyncio.sleep(0)
    faults.clear()
    assert all(await sending)
    assert [await scene.heard() for _ in range(5)] == [ON] * 5
    await scene.still_hears()


@both
async def test_a_delayed_frame_comes_late_and_says_when(scene: Scene) -> None:
    scene.radio.faults.delay, scene.radio.faults.delay_s = 1.0, 0.05
    scene.radio.faults.indications_only = True
    before = time.monotonic_ns()
    sent = await scene.remote.on()
    assert sent.written_ns - before >= 50_000_000
    assert await scene.heard() == ON


@both
async def test_rubbish_is_overheard(scene: Scene) -> None:
    assert await scene.radio.send_rubbish(500)
    assert await scene.radio.send_raw(b"\x00" * 10)
    await scene.still_hears()


@both
async def test_an_oversized_frame_is_overheard(scene: Scene) -> None:
    assert await scene.radio.send_oversized()
    await scene.still_hears()


@both
async def test_a_stranger_is_not_believed(scene: Scene) -> None:
    assert await scene.radio.send_from_stranger()
    await scene.still_hears()


@both
async def test_a_silent_device_neither_sends_nor_answers(scene: Scene) -> None:
    scene.remote.silent = True
    assert (await scene.remote.on()).outcome is Outcome.SILENT
    device = await scene.host.interviewed(ADDRESS)
    with pytest.raises((DeliveryError, TimeoutError)):
        await device.endpoints[1].basic.read_attributes(["model"])
    scene.remote.silent = False
    await scene.still_hears()


async def test_a_reset_radio_has_no_network_until_the_host_starts_it(scene: Scene) -> None:
    assert await scene.radio.power_cycle()
    assert (await scene.remote.on()).outcome is Outcome.NETWORK_DOWN
    await scene.host.start_network()
    await scene.still_hears()


@ezsp
async def test_a_reset_stick_is_lost_to_a_host_that_did_not_ask_for_it(scene: Scene) -> None:
    assert await scene.radio.power_cycle()
    async with asyncio.timeout(30):
        await scene.host.lost.get()
    assert (await scene.remote.on()).outcome is Outcome.NETWORK_DOWN


async def test_without_a_host_the_frame_is_lost(radio: VirtualRadio) -> None:
    remote = radio.add(OnOffButton(ADDRESS))
    async with radio.serve_pty() as port:
        async with zigpy_host.running(port) as host:
            await host.app.permit(60)
            await remote.join()
            await host.interviewed(ADDRESS)
        await radio.wait_no_host()
        assert (await remote.on()).outcome is Outcome.NO_HOST
    assert (await remote.on()).outcome is Outcome.NO_HOST


async def test_nothing_is_echoed_and_nothing_kept_for_the_next_host(radio: VirtualRadio) -> None:
    async with radio.serve_pty() as port:
        for _ in range(2):
            fd = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            await radio.wait_host()
            with pytest.raises(BlockingIOError):
                os.read(fd, 100)
            before = radio.link.requests
            assert await radio.send_rubbish(100)
            os.close(fd)
            await radio.wait_no_host()
            assert radio.link.requests == before


async def test_a_link_never_replaces_a_file(radio: VirtualRadio, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    with pytest.raises(FileExistsError, match="something else"):
        async with radio.serve_pty(link=tmp_path / "precious"):
            pass
    assert (tmp_path / "precious").read_text() == "precious"
    with pytest.raises(FileNotFoundError):
        async with radio.serve_pty(link=tmp_path / "nowhere" / "radio"):
            pass
    async with radio.serve_pty(link=tmp_path / "radio") as port:
        assert await asyncio.to_thread(Path(port).is_char_device)
    assert not (tmp_path / "radio").is_symlink()


def _ezsp_start() -> bytes:
    """Reset; the version, in both forms; endpoint 1; and the network is to come up."""
    commands = ("00000004", "010001 0000 0d", "020001 0200 01 0401 0500 00 00 00", "030001 1700 00")
    frames = [AshFrame(Kind.RST)] + [
        AshFrame(Kind.DATA, number, ack=number, data=bytes.fromhex(command))
        for number, command in enumerate(commands)
    ]
    return b"".join(map(encode, frames))


STARTS = {
    # Start the network, register endpoint 1.
    "znp": bytes.fromhex("fe012f05042f fe0924000104010500000000002c"),
    "ezsp": _ezsp_start(),
}


@pytest.mark.parametrize(("speaks", "end"), [("znp", "pty"), ("znp", "tcp"), ("ezsp", "pty")])
async def test_pulling_the_plug_under_a_burst_ends_every_send(
    radio: VirtualRadio, end: str
) -> None:
    remotes = [radio.add(OnOffButton(f"00:11:22:33:44:55:66:{n:02x}")) for n in range(40)]
    async with radio.serve_pty() if end == "pty" else radio.serve_tcp() as port:
        for _ in range(3):
            descriptor = _open(port)
            os.write(descriptor, STARTS[radio.speaks])  # and read nothing
            await radio.wait_ready()
            for remote in remotes:
                radio.coordinator.admit(remote, rejoin=True)
            # More than any buffer of the kernel holds.
            burst = asyncio.gather(*(radio.send_raw(bytes(50_000)) for _ in range(400)))
            await asyncio.sleep(0.05)
            assert not burst.done()
            late = asyncio.gather(*(remote.toggle() for remote in remotes))
            await asyncio.sleep(0)
            await radio.unplug()
            async with asyncio.timeout(30):
                outcomes = {sent.outcome for sent in await burst}
                assert {sent.outcome for sent in await late} == {Outcome.NO_HOST}
            assert Outcome.NO_HOST in outcomes <= {Outcome.WRITTEN, Outcome.NO_HOST}
            os.close(descriptor)
            await radio.replug()
            port = radio.link.port


def _open(port: str) -> int:
    if not port.startswith("socket://"):
        return os.open(port, os.O_RDWR | os.O_NOCTTY)
    host, _, number = port.removeprefix("socket://").partition(":")
    return socket.create_connection((host, int(number))).detach()
