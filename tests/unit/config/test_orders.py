"""`[orders]`: public keys, roles, and what a home allows; never a private key."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.config.configuration import Configuration
from heimvakt.config.public_keys import _is_point, raw_key
from heimvakt.core.orders import MAY, KeyRole, OrderVerb
from tests.support.orders import CENTRE, TECHNICIAN
from tests.unit.config.homes import GOOD, check

PUBLIC = CENTRE.private.public_key().public_bytes_raw()
PEM = CENTRE.private.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def section(key: str = CENTRE.public, role: str = "operator", name: str = "centre-2026") -> str:
    return f'[orders.keys.{name}]\nrole = "{role}"\nkey = """{key}"""\n'


def loaded(tmp_path: Path, text: str) -> Configuration:
    found = check(tmp_path, GOOD + text)
    assert found.configuration is not None, found.findings
    return found.configuration


def told(tmp_path: Path, text: str) -> list[str]:
    """What is wrong, and what to do."""
    found = check(tmp_path, GOOD + text)
    assert found.configuration is None
    return [f"{each.what} | {'; '.join(each.hints)}" for each in found.findings]


def test_without_the_section_nobody_orders_anything(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").orders.keys == {}


@pytest.mark.parametrize("key", [CENTRE.public, CENTRE.public + "=", PEM.decode()])
def test_a_public_key_is_taken_however_it_is_written(tmp_path: Path, key: str) -> None:
    orders = loaded(tmp_path, section(key)).orders
    assert orders.keys["centre-2026"].public == PUBLIC
    assert orders.keys["centre-2026"].role is KeyRole.OPERATOR
    assert orders.may == MAY


def test_several_keys_may_be_there_at_once(tmp_path: Path) -> None:
    more = section() + section(TECHNICIAN.public, "technician", "technician-1")
    assert set(loaded(tmp_path, more).orders.keys) == {"centre-2026", "technician-1"}


@pytest.mark.parametrize(("text", "hours"), [("", 12), ('[orders]\nunlock_within = "90m"\n', 1.5)])
def test_an_alarm_is_a_reason_to_open_a_door_for_so_long(
    tmp_path: Path, text: str, hours: float
) -> None:
    orders = loaded(tmp_path, text + section()).orders.to_keys()
    assert orders.unlock_within == timedelta(hours=hours)


def test_a_limit_that_is_none_is_told_at_its_place(tmp_path: Path) -> None:
    (wrong,) = told(tmp_path, '[orders]\nunlock_within = "30m"\n')
    assert "from 1h to 7d" in wrong
    (misspelt,) = told(tmp_path, '[orders]\nunlock_wihtin = "2h"\n')
    assert 'did you mean "unlock_within"?' in misspelt


def test_a_home_may_allow_less(tmp_path: Path) -> None:
    may = '[orders.may]\noperator = ["lock", "outstanding"]\n'
    configuration = loaded(tmp_path, section() + may)
    allowed = configuration.to_home().orders.may
    assert allowed["operator"] == {OrderVerb.LOCK, OrderVerb.OUTSTANDING}
    assert allowed["technician"] == MAY["technician"]


def test_a_private_key_is_never_taken_and_never_repeated(tmp_path: Path) -> None:
    private = CENTRE.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    secret = private.splitlines()[1]
    said = "\n".join(told(tmp_path, section(private)))
    assert "this is a private key" in said
    assert secret not in said
    jwk = '{"kty":"OKP","d":"abc"}'.replace('"', '\\"')
    assert "this is a private key" in "\n".join(told(tmp_path, section(jwk)))


@pytest.mark.parametrize("key", ["", "hello", CENTRE.public[:-4], "AQAB", "\u00e5" * 43])
def test_what_is_no_key_is_told_with_how_to_make_one(tmp_path: Path, key: str) -> None:
    (said,) = told(tmp_path, section(key))
    assert "no public key of Ed25519" in said
    assert "heimvakt order keygen" in said


@given(st.binary(min_size=32, max_size=32))
def test_every_true_key_is_a_point(seed: bytes) -> None:
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    assert _is_point(public)


def test_points_for_which_signatures_can_be_made_up_are_no_keys() -> None:
    small_order = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ]
    assert [text for text in small_order if _is_point(bytes.fromhex(text))] == []
    assert raw_key("A" * 43) == bytes(32)


def test_mistakes_are_told_at_their_place(tmp_path: Path) -> None:
    said = "\n".join(
        told(
            tmp_path,
            section()
            + section(name="again")
            + section(TECHNICIAN.public, "janitor", "third")
            + '[orders.may]\nfleet = ["unlock"]\noperator = ["unlok"]\njanitor = []\n'
            + "technician = 1\n[orders.rights]\n",
        )
    )
    assert "orders.keys.centre-2026 is this key already" in said
    assert "orders.keys.third.role" in said
    assert "a key of role fleet may never order" in said
    assert 'did you mean "unlock"?' in said
    assert "is no role of a key" in said
    assert "this must be a list" in said
    assert "there is no such section" in said
