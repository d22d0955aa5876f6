"""`[updates]`: keys and what they may sign; what a new file needs of the signature that it has."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.config.configuration import Configuration
from heimvakt.config.orders import NO_ORDERS, OrderSettings
from heimvakt.config.update_rights import Trust, locked_out, needed
from heimvakt.config.updates import NO_UPDATES, UpdateSettings
from heimvakt.core.orders import KeyRole, OrderKey
from heimvakt.core.updates import UpdateKey, UpdateRight
from tests.support.orders import CENTRE, TECHNICIAN
from tests.unit.config.homes import GOOD, check

CONFIGURATION, PROGRAM, KEYS = UpdateRight
FLEET = f'[updates.keys.fleet]\nkey = "{CENTRE.public}"\nmay = ["configuration", "keys"]\n'
MAKER = f'[updates.keys.maker]\nkey = "{TECHNICIAN.public}"\nmay = ["program"]\n'


def loaded(tmp_path: Path, text: str) -> Configuration:
    found = check(tmp_path, GOOD + text)
    assert found.configuration is not None, found.findings
    return found.configuration


def test_without_the_section_no_signature_is_good_for_anything(tmp_path: Path) -> None:
    updates = loaded(tmp_path, "").updates
    assert updates == NO_UPDATES
    assert updates.keys == {}
    assert updates.confirm_within == timedelta(minutes=15)


def test_each_key_has_its_rights(tmp_path: Path) -> None:
    limits = '[updates]\nconfirm_within = "1h"\ndownload_megabytes = 30\n'
    updates = loaded(tmp_path, limits + FLEET + MAKER).updates
    assert {name: key.may for name, key in updates.keys.items()} == {
        "fleet": {CONFIGURATION, KEYS},
        "maker": {PROGRAM},
    }
    assert updates.keys["maker"].public == TECHNICIAN.private.public_key().public_bytes_raw()
    assert (updates.confirm_within, updates.download_max) == (timedelta(hours=1), 30_000_000)


@pytest.mark.parametrize(
    ("before", "after", "rights"),
    [
        ("", '[page]\nlisten = "127.0.0.1:8380"\n', {CONFIGURATION}),
        ("", '[updates]\nconfirm_within = "1h"\n', {CONFIGURATION, KEYS}),
        (FLEET, FLEET + MAKER, {CONFIGURATION, KEYS}),
        (FLEET + MAKER, FLEET, {CONFIGURATION, KEYS}),
        (FLEET, FLEET.replace('"keys"]', '"keys", "program"]'), {CONFIGURATION, KEYS}),
        (FLEET, FLEET.replace(CENTRE.public, TECHNICIAN.public), {CONFIGURATION, KEYS}),
        ("", '[orders]\nunlock_within = "7d"\n', {CONFIGURATION, KEYS}),
        ("", f'[orders.keys.x]\nrole = "operator"\nkey = "{CENTRE.public}"\n', None),
        ("", '[orders.may]\noperator = ["lock"]\n', {CONFIGURATION, KEYS}),
    ],
)
def test_what_a_change_of_the_file_needs(
    before: str, after: str, rights: set[UpdateRight] | None, tmp_path: Path
) -> None:
    read = [loaded(tmp_path, text) for text in (before, after)]
    one, other = (Trust(each.updates, each.orders) for each in read)
    assert needed(one, other) == (rights or {CONFIGURATION, KEYS})


NAMES = st.sampled_from(["a", "b", "c"])
TRUST = st.builds(
    Trust,
    st.builds(
        UpdateSettings,
        st.dictionaries(
            NAMES,
            st.builds(
                UpdateKey,
                st.sampled_from([b"1" * 32, b"2" * 32]),
                st.frozensets(st.sampled_from(UpdateRight)),
            ),
        ),
    ),
    st.just(NO_ORDERS)
    | st.builds(
        OrderSettings,
        st.dictionaries(NAMES, st.builds(OrderKey, st.sampled_from(KeyRole), st.just(b"3" * 32))),
    ),
)


@given(TRUST, TRUST)
def test_whoever_may_not_change_keys_gives_nobody_a_right(before: Trust, after: Trust) -> None:
    if needed(before, after) <= {CONFIGURATION}:
        assert after.updates == before.updates
        assert after.orders == before.orders
    assert CONFIGURATION in needed(before, after)


@given(TRUST, TRUST)
def test_a_home_whose_keys_can_be_changed_stays_one(before: Trust, after: Trust) -> None:
    can, could = (
        any({CONFIGURATION, KEYS} <= key.may for key in one.updates.keys.values())
        for one in (after, before)
    )
    assert bool(locked_out(before, after)) == (could and not can)
