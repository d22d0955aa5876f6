"""However often the updater is killed, and the power cut, a change ends where it has to: the good
one stays, the bad one goes, file and program are whole in between, and the gateway is told.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.model_box import BASE, CRASHES, DEAD, IN_MEMORY, UNHEARD, Box, home_text
from tests.support.updates import FOREIGN, a_program, configuration_bundle, program_bundle

EXAMPLES = int(os.environ.get("HEIMVAKT_UPDATE_KILLS", "6"))
"""Of each kind of change."""
GOOD = home_text("# another room")
BAD = home_text(DEAD)


@dataclass(frozen=True, repr=False)
class Case:
    """A bundle, and what has to become of it."""

    bundle: bytes
    outcomes: tuple[str, ...]
    file: str = home_text()
    version: str = BASE


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    with tempfile.TemporaryDirectory() as folder:
        trees = {v: a_program(Path(folder) / v, v) for v in ("1.1.0", CRASHES, UNHEARD)}
        programs = {v: program_bundle(tree, 5) for v, tree in trees.items()}
    stays, goes = ("applied", "kept"), ("applied", "returned")
    return {
        "good file": Case(configuration_bundle(GOOD, 5), stays, file=GOOD),
        "bad file": Case(configuration_bundle(BAD, 5), goes),
        "foreign file": Case(configuration_bundle(GOOD, 5, FOREIGN), ("refused",)),
        "wrong file": Case(configuration_bundle(home_text("# a mistake"), 5), ("refused",)),
        "good program": Case(programs["1.1.0"], stays, version="1.1.0"),
        "program that crashes": Case(programs[CRASHES], goes),
        "program that reaches nobody": Case(programs[UNHEARD], goes),
    }


KINDS = (
    "good file",
    "bad file",
    "foreign file",
    "wrong file",
    "good program",
    "program that crashes",
    "program that reaches nobody",
)
KILLS = st.lists(st.tuples(st.integers(0, 70), st.booleans()), max_size=3)
"""After how many acts on the disk, and whether the power goes with it: three boots are allowed."""


def whole(box: Box, case: Case) -> None:
    """What is so at any moment."""
    assert box.file.read_text() in (home_text(), case.file, GOOD, BAD)
    assert (box.slots.program(box.slots.active) / "bin" / "python3").is_symlink()
    assert box.version, "the active program is not whole"


def ended(box: Box, case: Case) -> None:
    """What is so when nothing is left to do."""
    assert box.file.read_text() == case.file
    assert box.version == case.version
    assert tuple(one.outcome for one in box.told) == case.outcomes
    assert len({one.change_id for one in box.told}) == 1
    assert (box.in_use.decode(), box.runs) == (case.file, case.version)
    left = {path.name for path in box.updates.iterdir()}
    assert not left & {"busy", "incoming.heimvakt", "asked.json"}, left
    assert not [name for name in left if name.startswith("payload-")]
    assert not (box.state / "update" / "wanted.json").exists()


@pytest.mark.parametrize("kind", KINDS)
@given(kills=KILLS)
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_change_ends_where_it_has_to(
    cases: dict[str, Case], kind: str, kills: list[tuple[int, bool]]
) -> None:
    case = cases[kind]
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
        box = Box(Path(folder))
        box.hand_over(case.bundle)
        for after, cut in kills:
            if asyncio.run(box.live(after)):
                break
            whole(box, case)
            if cut:
                box.power_cut()
        assert asyncio.run(box.live())
        ended(box, case)


@pytest.mark.fault
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_each_act_it_ends_where_it_has_to(cases: dict[str, Case], kind: str) -> None:
    case, done = cases[kind], False
    every = max(1, 100 // EXAMPLES)
    for after in range(0, 1_000, every):
        with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
            box = Box(Path(folder))
            box.hand_over(case.bundle)
            done = asyncio.run(box.live(after))
            whole(box, case)
            if not done:
                if after % 2:
                    box.power_cut()
                assert asyncio.run(box.live())
            ended(box, case)
        if done:
            break
    assert done, "it never came to its end"
