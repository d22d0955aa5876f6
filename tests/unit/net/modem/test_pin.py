"""A SIM is never locked by us: whatever happens between a try and its end, and in any order."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.net.modem.pin import FILE, SIMS_MAX, PinMemory
from heimvakt_drivers.virtual.modem import VirtualSim

PINS = ["1111", "2222", "3333", "4444"]


def test_what_was_refused_is_not_tried_again_after_a_restart(tmp_path: Path) -> None:
    memory = PinMemory(tmp_path)
    memory.begin("sim", "1111")
    memory.refused("sim", "1111")
    for again in (memory, PinMemory(tmp_path)):
        assert "refused this PIN" in (again.refuses("sim", "1111", 2) or "")
        assert again.refuses("sim", "2222", 2) is None
        assert again.refuses("another", "1111", None) is None


def test_a_try_without_an_end_counts_as_one_and_may_be_made_again_once(tmp_path: Path) -> None:
    PinMemory(tmp_path).begin("sim", "1111")  # and the power went
    again = PinMemory(tmp_path)
    assert again.refuses("sim", "1111", None) is None
    again.begin("sim", "1111")
    assert "third" in (PinMemory(tmp_path).refuses("sim", "1111", None) or "")


def test_what_the_sim_never_saw_does_not_count(tmp_path: Path) -> None:
    memory = PinMemory(tmp_path)
    memory.begin("sim", "1111")
    memory.withdrawn("sim", "1111")
    assert not PinMemory(tmp_path).holds_any


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "1234\r", "١٢٣٤"])
def test_what_is_no_pin_is_not_tried(tmp_path: Path, pin: str) -> None:
    assert "4 to 8 digits" in (PinMemory(tmp_path).refuses("sim", pin, 3) or "")


def test_the_last_try_is_a_persons(tmp_path: Path) -> None:
    assert "one try left" in (PinMemory(tmp_path).refuses("sim", "1111", 1) or "")
    assert PinMemory(tmp_path).refuses("sim", "1111", 0) is not None


@pytest.mark.parametrize("content", ["", "{", "[[1]]", "[1]", "7", "\udcff"])
def test_an_unreadable_file_makes_it_careful(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_bytes(content.encode("utf-8", "surrogateescape"))
    memory = PinMemory(tmp_path)
    if content:
        assert memory.refuses("sim", "1111", None) is not None
        assert memory.refuses("sim", "1111", 2) is not None
    assert memory.refuses("sim", "1111", 3) is None


def test_only_its_owner_reads_the_file_and_no_pin_is_in_it(tmp_path: Path) -> None:
    memory = PinMemory(tmp_path)
    memory.begin("sim", "1111")
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    assert "1111" not in (tmp_path / FILE).read_text()


def test_the_file_is_bounded(tmp_path: Path) -> None:
    memory = PinMemory(tmp_path)
    for number in range(3 * SIMS_MAX):
        memory.begin(f"sim-{number}", "1111")
        memory.refused(f"sim-{number}", "1111")
    assert (tmp_path / FILE).stat().st_size < 3_000
    assert PinMemory(tmp_path).refuses(f"sim-{3 * SIMS_MAX - 1}", "1111", None) is not None


@given(
    right=st.sampled_from(PINS),
    lives=st.lists(
        st.tuples(st.sampled_from(PINS), st.sampled_from(["whole", "before", "after"])),
        max_size=20,
    ),
    tells=st.booleans(),
)
def test_no_life_story_locks_a_sim(right: str, lives: list[tuple[str, str]], tells: bool) -> None:
    """Restarts with any PIN in the configuration, with the power cut at any place of a try."""
    sim = VirtualSim(pin=right)
    with tempfile.TemporaryDirectory() as directory:
        for pin, cut in lives:
            sim.power()
            memory = PinMemory(Path(directory))
            if memory.refuses("sim", pin, sim.pin_tries if tells else None) is not None:
                continue
            memory.begin("sim", pin)
            if cut == "before":
                continue
            opened = sim.enter(pin)
            if cut == "after":
                continue
            if opened:
                memory.accepted("sim")
            else:
                memory.refused("sim", pin)
            assert sim.pin_tries >= 1
    assert sim.pin_tries >= 1
