"""What becomes of bundles in a home, with the real updater and a model of the gateway."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from heimvakt.core.events import ChangeOf
from heimvakt.updates import state_file
from heimvakt.updates.change import Stage
from heimvakt.updates.handover import Wish, ask, ask_back
from tests.support.model_box import BASE, CRASHES, DEAD, IN_MEMORY, Box, Killed, home_text
from tests.support.updates import (
    FLEET,
    FOREIGN,
    KEYS,
    NEW_ROOT,
    ROOT_KEY,
    a_program,
    configuration_bundle,
    key_table,
    program_bundle,
)

GOOD, OTHER = home_text("# another room"), home_text("# yet another room")
LOCKED_OUT = home_text(keys=key_table(FLEET, "configuration", "program"))
ORDERS = f'[orders.keys.thief]\nrole = "operator"\nkey = "{NEW_ROOT.public}"\n'


@pytest.fixture
def box() -> Iterator[Box]:
    with TemporaryDirectory(dir=IN_MEMORY) as folder:
        yield Box(Path(folder))


def outcomes(box: Box) -> list[str]:
    return [str(one.outcome) for one in box.told]


async def given(box: Box, bundle: bytes, order_id: str = "order-1") -> str:
    """Hand a bundle over and let it come to its end; the reason that was told last."""
    box.hand_over(bundle, order_id)
    assert await box.live()
    return box.told[-1].reason


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: configuration_bundle(GOOD, 5, FOREIGN), "not that of the key"),
        (lambda: configuration_bundle(GOOD, 5, NEW_ROOT), "knows no such key"),
        (lambda: configuration_bundle(GOOD.replace("no-1", "no-2"), 5), "for no-2"),
        (
            lambda: configuration_bundle(GOOD.replace("no-1", "no-2"), 5, for_="no-1"),
            "the file in it is of no-2",
        ),
        (lambda: configuration_bundle(home_text(ORDERS), 5), "may not change who"),
        (lambda: configuration_bundle(LOCKED_OUT, 5), "may not change who"),
        (lambda: configuration_bundle(LOCKED_OUT, 5, ROOT_KEY), "no key that may change keys"),
        (lambda: configuration_bundle(GOOD + "[updates]\nmay = 1\n", 5), "has mistakes"),
        (lambda: configuration_bundle(home_text("# a mistake"), 5), "does not take it"),
        (lambda: configuration_bundle(GOOD, 5)[:900], "cut off"),
        (lambda: b"", "cut off"),
        (lambda: os.urandom(2_000), "it is no bundle"),
    ],
)
async def test_what_is_not_to_be_trusted_touches_nothing(
    box: Box, make: Callable[[], bytes], why: str
) -> None:
    assert why in await given(box, make())
    assert outcomes(box) == ["refused"]
    assert (box.file.read_text(), box.told[0].order_id) == (home_text(), "order-1")
    assert not (box.state / "update" / "wanted.json").exists()


async def test_keys_are_changed_by_who_may(box: Box) -> None:
    both = home_text(keys=KEYS + key_table(NEW_ROOT, "configuration", "keys"))
    assert await given(box, configuration_bundle(both, 5, ROOT_KEY)) == ""
    only_new = home_text(keys=key_table(NEW_ROOT, "configuration", "keys"))
    assert await given(box, configuration_bundle(only_new, 6, NEW_ROOT), "order-2") == ""
    assert box.file.read_text() == only_new
    assert "knows no such key" in await given(box, configuration_bundle(both, 7, ROOT_KEY), "o3")


async def test_a_number_is_used_once_also_by_what_was_returned(box: Box) -> None:
    bad = configuration_bundle(home_text(DEAD), 5)
    assert "no heartbeat was confirmed within 15 min by: centre" in await given(box, bad)
    assert outcomes(box) == ["applied", "returned"]
    assert "serial 5 was used up" in await given(box, bad, "order-2")
    assert "serial 4 was used up" in await given(box, configuration_bundle(GOOD, 4), "order-3")
    assert await given(box, configuration_bundle(GOOD, 6), "order-4") == ""


async def test_it_waits_until_no_alarm_is_open(box: Box) -> None:
    box.alarms = ("no-1-7",)
    box.hand_over(configuration_bundle(GOOD, 5))

    def look() -> None:
        if box.looks == 100:
            assert box.file.read_text() == home_text()
            box.alarms = ()

    box.on_look = look
    assert await box.live()
    assert outcomes(box) == ["applied", "kept"]


async def test_a_newer_one_takes_the_place_of_one_that_waits_and_a_forged_one_does_not(
    box: Box,
) -> None:
    box.alarms = ("no-1-7",)
    box.hand_over(configuration_bundle(GOOD, 5))

    def look() -> None:
        if box.looks == 10:
            box.hand_over(configuration_bundle(OTHER, 6, FOREIGN), "order-forged")
        if box.looks == 20:
            box.hand_over(configuration_bundle(OTHER, 7), "order-newer")
        if box.looks == 30:
            box.alarms = ()

    box.on_look = look
    assert await box.live()
    assert [(str(one.outcome), one.order_id) for one in box.told] == [
        ("refused", "order-forged"),
        ("refused", "order-1"),
        ("applied", "order-newer"),
        ("kept", "order-newer"),
    ]
    assert box.file.read_text() == OTHER


async def test_one_that_waits_for_a_week_is_given_up(box: Box) -> None:
    box.alarms = ("no-1-7",)
    box.hand_over(configuration_bundle(GOOD, 5))
    box.on_look = lambda: box.clock.wait(6 * 3600.0)
    assert await box.live()
    assert box.told[0].reason == "no quiet moment came in 7 days"


async def test_a_file_that_is_changed_while_a_bundle_waits_is_looked_at_anew(box: Box) -> None:
    box.alarms = ("no-1-7",)
    box.hand_over(configuration_bundle(GOOD, 5))

    def look() -> None:
        if box.looks == 10:  # the technician takes the key away
            box.file.write_text(home_text(keys=key_table(ROOT_KEY, "configuration", "keys")))

    box.on_look = look
    assert await box.live()
    assert "knows no such key" in box.told[0].reason


async def test_a_file_that_is_changed_by_hand_in_a_trial_has_to_prove_itself(box: Box) -> None:
    by_hand = home_text(DEAD) + "# a device was paired\n"

    def look() -> None:
        if DEAD in box.file.read_text() and box.file.read_text() != by_hand:
            box.file.write_text(by_hand)
            box.begin()

    box.on_look = look
    assert "no heartbeat" in await given(box, configuration_bundle(home_text(DEAD), 5))
    assert box.file.read_text() == home_text()
    assert box.file.with_name("home.toml.returned").read_text() == by_hand


async def test_a_boot_in_a_trial_is_no_harm_and_the_fourth_ends_it(box: Box) -> None:
    def look() -> None:
        on = state_file.look(box.updates).change
        if on is not None and on.stage is Stage.TRYING:
            box.clock.wait(600.0)  # of the fifteen minutes, which are counted anew
            raise Killed

    box.on_look = look
    box.hand_over(configuration_bundle(home_text(DEAD), 5))
    for boots in range(4):
        assert not await box.live()
        on = state_file.look(box.updates).change
        assert on is not None
        assert (on.stage, on.boots) == (Stage.TRYING, boots)
        box.power_cut()
    assert await box.live()
    assert box.told[-1].reason == "the box started 4 times while it was on trial"
    assert box.file.read_text() == home_text()


async def test_a_program_is_kept_and_taken_back_by_hand(box: Box, tmp_path: Path) -> None:
    first, second = a_program(tmp_path / "1", "1.1.0"), a_program(tmp_path / "2", "1.2.0")
    assert await given(box, program_bundle(first, 5)) == ""
    assert (box.slots.active, box.runs) == ("a", "1.1.0")
    assert await given(box, program_bundle(second, 6), "order-2") == ""
    assert (box.slots.active, box.runs) == ("b", "1.2.0")

    older = await given(box, program_bundle(first, 7), "order-3")
    assert older == "1.1.0 is older than 1.2.0, which is in use"

    state = state_file.look(box.updates)
    wish = Wish(do="back", what=ChangeOf.PROGRAM, by="on-site", mark="1")
    ask_back(box.updates, wish, state.kept[ChangeOf.PROGRAM].change_id)
    assert await box.live()
    assert (box.slots.active, box.runs) == ("a", "1.1.0")
    assert (box.told[-1].outcome, box.told[-1].reason) == ("returned", "taken back by hand")


async def test_nobody_goes_back_to_a_slot_that_was_written_over(box: Box, tmp_path: Path) -> None:
    for serial, version in ((5, "1.1.0"), (6, "1.2.0")):
        tree = a_program(tmp_path / version, version)
        assert await given(box, program_bundle(tree, serial), f"order-{serial}") == ""
    # It fills the slot of 1.1.0, and does not stay.
    assert await given(box, program_bundle(a_program(tmp_path / "3", CRASHES), 7), "order-7")
    assert (box.slots.active, box.runs) == ("b", "1.2.0")

    kept = state_file.look(box.updates).kept[ChangeOf.PROGRAM]
    ask_back(box.updates, Wish(do="back", what=ChangeOf.PROGRAM, mark="1"), kept.change_id)
    assert await box.live()
    assert (box.slots.active, box.runs) == ("", BASE)


async def test_a_program_for_which_the_home_is_wrong_is_refused_and_leaves_no_trace(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def takes(program: Path, file: Path) -> str:
        return "it does not know bed mats" if program.name == "a" else ""

    monkeypatch.setattr(box, "takes", takes)
    why = await given(box, program_bundle(a_program(tmp_path / "1", "1.1.0"), 5))
    assert why == "this program does not take the file of the home: it does not know bed mats"
    assert (box.slots.active, box.runs, outcomes(box)) == ("", BASE, ["refused"])


async def test_an_installed_package_ends_the_trial_of_a_program(box: Box, tmp_path: Path) -> None:
    def look() -> None:
        if box.slots.active:
            box.slots.switch("")
            box.restarts = 0
            box.begin()

    box.on_look = look
    why = await given(box, program_bundle(a_program(tmp_path / "1", CRASHES), 5))
    assert "another program was put in its place" in why
    assert (box.slots.active, box.runs) == ("", BASE)


async def test_a_service_that_went_on_without_beginning_anew_is_hurried(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its receivers heard it just before the change, and will not for a quarter of an hour."""

    async def reload() -> None:
        box.in_use = box.file.read_bytes()

    real = box.facts

    async def facts() -> Any:
        found = await real()
        if found is not None and box.clock.monotonic() - box.began_s > 30.0:
            found = type(found)(
                uptime_s=found.uptime_s, digest=found.digest, confirmed_ago_s={"centre": 20_000.0}
            )
        return found

    box.clock.wait(40.0)
    monkeypatch.setattr(box, "reload", reload)
    monkeypatch.setattr(box, "facts", facts)
    assert await given(box, configuration_bundle(GOOD, 5)) == ""
    assert outcomes(box) == ["applied", "kept"]


async def test_a_bundle_from_a_stick_is_taken_like_one_that_was_ordered(box: Box) -> None:
    stick = box.folder / "stick.heimvakt"
    stick.write_bytes(configuration_bundle(GOOD, 5))
    number = ask(box.updates, Wish(bundle="asked.heimvakt", by="on-site", mark="1"), stick)
    assert await box.live()
    assert {one.change_id for one in box.told} == {number}
    assert (outcomes(box), box.told[0].order_id) == (["applied", "kept"], "")
    assert not (box.updates / "asked.heimvakt").exists()


async def test_an_order_for_one_kind_is_not_obeyed_with_the_other(box: Box) -> None:
    box.hand_over(configuration_bundle(GOOD, 5))
    wanted = box.state / "update" / "wanted.json"
    wanted.write_text(json.dumps({"order_id": "order-1", "what": "program"}))
    assert await box.live()
    assert box.told[0].reason == "a program was ordered, and it is a configuration"


async def test_a_damaged_state_is_set_aside_and_nothing_is_lost_of_the_file(box: Box) -> None:
    (box.updates / "state.json").write_text('{"format": 1, "change": 7')
    assert await given(box, configuration_bundle(GOOD, 5)) == ""
    assert (box.updates / "state.json.damaged").exists()


async def test_a_change_on_trial_makes_the_next_one_wait(box: Box) -> None:
    def look() -> None:
        on = state_file.look(box.updates).change
        if on is not None and on.stage is Stage.TRYING and not box.alarms:
            box.alarms = ("only to remember",)
            box.hand_over(configuration_bundle(GOOD, 6), "order-2")
        if on is None:
            box.alarms = ()

    box.on_look = look
    box.hand_over(configuration_bundle(home_text(DEAD), 5))

    real = box.facts

    async def facts() -> Any:
        found = await real()
        return found and type(found)(
            uptime_s=found.uptime_s,
            digest=found.digest,
            version=found.version,
            confirmed_ago_s=found.confirmed_ago_s,
        )

    box.facts = facts  # type: ignore[method-assign]
    assert await box.live()
    assert [(str(one.outcome), one.order_id) for one in box.told] == [
        ("applied", "order-1"),
        ("returned", "order-1"),
        ("applied", "order-2"),
        ("kept", "order-2"),
    ]
