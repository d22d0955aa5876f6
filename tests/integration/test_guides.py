"""The guides, as they stand there: each command is typed on a terminal of a virtual box, what is
shown is what stands below it, and what is to be written into the file is good.

To write anew what is shown, with the pictures: `tools/guides`.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.broker import needs_mosquitto
from tests.support.guide import DOCS, Followed, blocks, masked, matches, wrong
from tests.support.guided_home import ROOT, guided_home

GUIDES = ("guides/installer.md", "guides/technician.md")
WHOLE = bool(os.environ.get("HEIMVAKT_GUIDES_WHOLE"))
"""As `tools/guides` does: another radio takes its time, and has a test of its own."""
EXAMPLES = ("console", "toml")

pytestmark = pytest.mark.slow


@needs_mosquitto
async def test_a_home_is_installed_and_then_mended_as_the_guides_say() -> None:
    async with guided_home(driven=True) as home:
        followed = Followed(home, whole=WHOLE)
        for guide in GUIDES:
            await followed.follow(guide)
        await home.stop()
        accepted = [alarm for alarm in home.centre.alarms.values() if alarm[0]["kind"] == "button"]
        assert [bool(alarm[0].get("test")) for alarm in accepted] == [True, False]
    told = [what for done in followed.done if (what := wrong(done)) is not None]
    assert not told, "\n\n".join([*told, "if that is as it should be: tools/guides"])


@pytest.mark.parametrize("guide", GUIDES)
def test_no_example_is_passed_over_in_silence(guide: str) -> None:
    examples = [block for block in blocks(guide) if block.kind in EXAMPLES]
    assert examples
    for block in examples:
        assert block.how in ("run", "write", "read"), f"nothing is said above:\n{block.text}"
        if block.how == "read":
            assert block.said, f"say why nobody can run it:\n{block.text}"
        if (name := block.one("picture")) is not None:
            assert (DOCS / "pictures" / f"{name}.svg").exists()
            assert f"(../pictures/{name}.svg)" in (DOCS / guide).read_text(encoding="utf-8")


def test_the_residents_sheets_to_print_are_those_of_the_text() -> None:
    tool = [sys.executable, str(ROOT / "tools/resident-sheets"), "--check"]
    done = subprocess.run(tool, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_differs_from_one_time_to_the_next_is_no_difference_and_all_else_is() -> None:
    said = ["heard 3 s ago   LQI 180", "...", "2 failed"]
    assert matches(said, ["heard 12 s ago  LQI 38", "more", "and more", "2 failed"])
    assert matches(said, ["heard 1 min ago LQI 38", "2 failed"])
    assert not matches(said, ["heard 3 s ago   LQI 180", "3 failed"])
    assert not matches(said, ["heard 3 s ago   LQI 180", "2 failed", "1 warning"])
    assert masked("37 rules, 2 blind") != masked("40 rules, 3 blind")
