"""What is connected, and who is there to lend a hand: `--rig FILE` or `virtual`, `--no-hands`."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from hardware_tests.bench import RigBench, pair_missing, turned_both_ways
from hardware_tests.examined import examine, parts_of
from hardware_tests.hands import Hands, Nobody, Person
from hardware_tests.rig import NoRig, Rig, read_rig
from hardware_tests.world import World, write_rig
from heimvakt.core.checks import Result
from tests.support.ports import HeldPort

VIRTUAL = "virtual"
NONE = "no rig: say what is connected with --rig FILE (see hardware_tests/README.md)"

_RIG = pytest.StashKey[Rig]()
_HELD = pytest.StashKey[ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of this suite."""
    group = parser.getgroup("heimvakt hardware")
    group.addoption("--rig", help="the file that says what is connected, or: virtual")
    group.addoption("--no-hands", action="store_true", help="nobody is here: skip what needs one")


def pytest_configure(config: pytest.Config) -> None:
    """Read the rig before the tests are collected: they are made from it."""
    if hasattr(config.option, "randomly_reorganize"):
        config.option.randomly_reorganize = False  # a person works through them in their order
    named = config.getoption("--rig")
    if named is None:
        return
    file = Path(named)
    if named == VIRTUAL:
        config.stash[_HELD] = held = ExitStack()
        folder = held.enter_context(tempfile.TemporaryDirectory(prefix="hv-"))
        file = write_rig(Path(folder), held.enter_context(HeldPort()).number)
    try:
        config.stash[_RIG] = read_rig(file)
    except NoRig as error:
        raise pytest.UsageError(str(error)) from error


def pytest_unconfigure(config: pytest.Config) -> None:
    """The virtual rig goes."""
    if (held := config.stash.get(_HELD, None)) is not None:
        held.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each part, and the contract for each device that can be turned both ways."""
    rig = metafunc.config.stash.get(_RIG, None)
    if "part" in metafunc.fixturenames:
        _parametrize(metafunc, "part", parts_of(rig.configuration) if rig else [], rig)
    if "turned" in metafunc.fixturenames:
        _parametrize(metafunc, "turned", turned_both_ways(rig) if rig else [], rig)
    if "named" in metafunc.fixturenames:
        _parametrize(metafunc, "named", list(rig.devices) if rig else [], rig)


def _parametrize(metafunc: pytest.Metafunc, name: str, values: list[str], rig: Rig | None) -> None:
    reason = NONE if rig is None else "the rig has none"
    nothing = [pytest.param("", marks=pytest.mark.skip(reason=reason), id="none")]
    metafunc.parametrize(name, values or nothing, scope="session")


@pytest.fixture(scope="session")
def rig(request: pytest.FixtureRequest) -> Rig:
    """What is connected."""
    found = request.config.stash.get(_RIG, None)
    if found is None:
        pytest.skip(NONE)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def hands(request: pytest.FixtureRequest, rig: Rig) -> AsyncIterator[Hands]:
    """Who helps; every device of the rig is in its network when this is there."""
    if request.config.getoption("--rig") == VIRTUAL:
        async with World(rig.home_file.parent).served() as virtual:
            await pair_missing(rig, virtual)
            yield virtual
        return
    someone: Hands = Nobody()
    if not request.config.getoption("--no-hands"):
        capture = request.config.pluginmanager.getplugin("capturemanager")
        assert capture is not None
        someone = Person(capture.global_and_fixture_disabled)
    await pair_missing(rig, someone)
    yield someone


@pytest_asyncio.fixture(loop_scope="session")
async def bench(rig: Rig, hands: Hands, turned: str) -> RigBench:
    """A driver with one of its devices, which is off."""
    one = RigBench(rig, hands, rig.configuration.devices[turned])
    await one.rest()
    return one


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def examined(rig: Rig, hands: Hands) -> list[Result]:
    """What the self-tests of the service have found."""
    return await examine(rig, hands)


@pytest.fixture
def is_virtual(request: pytest.FixtureRequest) -> bool:
    """Whether nothing here is real."""
    return bool(request.config.getoption("--rig") == VIRTUAL)
