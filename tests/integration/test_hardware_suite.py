"""The technician's suite cannot rot: it is whole on virtual devices, and says why it skips."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import pytest

from hardware_tests.bench import turned_both_ways
from hardware_tests.rig import NoRig, read_rig
from tests.support.broker import needs_mosquitto

ROOT = Path(__file__).parents[2]
RIGS = ROOT / "hardware_tests" / "rigs"


async def suite(*arguments: str, within_s: float = 110.0) -> tuple[int, str]:
    """Run it to its end: its exit code, and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "hardware_tests", "-q", "-p", "no:cacheprovider"),
        *arguments,
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(within_s):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, said.decode()


@needs_mosquitto
@pytest.mark.timeout(240)
async def test_it_is_whole_on_virtual_devices() -> None:
    code, said = await suite("--rig", "virtual", "-rs", within_s=230.0)
    assert code == 0, said
    found = re.search(r"(\d+) passed(?:, (\d+) skipped)?", said)
    assert found is not None, said
    assert int(found[1]) >= 20
    assert int(found[2] or 0) <= 4, said


async def test_without_a_rig_all_is_skipped_and_says_why() -> None:
    code, said = await suite()
    assert code == 0, said
    assert "no rig: say what is connected with --rig FILE" in said
    assert "passed" not in said


def test_a_rig_with_mistakes_says_them(tmp_path: Path) -> None:
    wrong, home = tmp_path / "rig.toml", RIGS / "desk-home.toml"
    wrong.write_text(f'title = "wrong"\nhome = "{home}"\n[devices.attic]\non = "open it"\n')
    with pytest.raises(NoRig, match=r"devices\.attic"):
        read_rig(wrong)
    wrong.write_text('title = "wrong"\nhome = "x.toml"\nhands = 2\n')
    with pytest.raises(NoRig, match="Extra inputs"):
        read_rig(wrong)


def test_the_rig_of_the_desk_is_one() -> None:
    rig = read_rig(RIGS / "desk.toml")
    assert set(rig.devices) == set(rig.configuration.devices) == {"sensor", "button"}
    assert turned_both_ways(rig) == ["sensor"]
    assert rig.centre_port == 18830
