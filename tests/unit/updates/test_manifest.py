"""What a bundle says of itself: exact, signed by a key that may, for this home and this moment."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.events import ChangeOf
from heimvakt.core.updates import UpdateKey, UpdateRight
from heimvakt.tokens.keys import SigningKey
from heimvakt.updates.fitting import Box, must_fit
from heimvakt.updates.making import sign
from heimvakt.updates.manifest import TYPE, claimed, order_of, parse, read_manifest
from heimvakt.updates.refusing import Refused
from tests.support.orders import CENTRE
from tests.support.updates import FLEET, FOREIGN, MADE_AT, a_manifest

R = UpdateRight
PROGRAM = {"kind": "program", "version": "1.4.0", "arch": "arm64", "unpacked": 10, "for": "*"}
NOW = datetime.fromtimestamp(MADE_AT, UTC)
BOX = Box(gateway_id="no-1", arch="arm64", base="1.2.0", version="1.3.0")


def trusted(key: SigningKey, *may: UpdateRight) -> dict[str, UpdateKey]:
    return {key.name: UpdateKey(key.private.public_key().public_bytes_raw(), frozenset(may))}


KEYS = trusted(FLEET, R.CONFIGURATION)


def test_what_a_known_key_has_signed_is_read() -> None:
    manifest = a_manifest(note="spring: a new room, så fint")
    assert read_manifest(sign(manifest, FLEET), KEYS) == (manifest, FLEET.name)


def why(token: str, keys: dict[str, UpdateKey] = KEYS) -> str:
    with pytest.raises(Refused) as refused:
        read_manifest(token, keys)
    return str(refused.value)


def test_who_signs_must_be_known_and_may_sign_this() -> None:
    good = sign(a_manifest(), FLEET)
    assert "its signature is not that of the key" in why(sign(a_manifest(), FOREIGN))
    assert "knows no such key" in why(good, {})
    assert "may not sign a program" in why(sign(a_manifest(**PROGRAM), FLEET))
    assert "may not sign a configuration" in why(good, trusted(FLEET, R.PROGRAM, R.KEYS))


def test_a_token_that_was_made_for_something_else_is_no_manifest() -> None:
    payload = a_manifest().model_dump_json(by_alias=True, exclude_none=True).encode()
    as_order = FLEET.sign_as("heimvakt-order+jwt", payload)
    assert "header" in why(as_order)
    keys = {CENTRE.name: UpdateKey(CENTRE.private.public_key().public_bytes_raw(), frozenset(R))}
    assert "header" in why(CENTRE.sign_any(payload), keys)
    assert "header" in why(FLEET.sign_as(TYPE, payload, jku="https://example.test"))
    assert "cannot be read" in why("a" * 20_000)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"more": 1}, "more"),
        ({"serial": 0}, "serial"),
        ({"serial": "7"}, "serial"),
        ({"serial": 7.0}, "serial"),
        ({"sha256": "0" * 63}, "sha256"),
        ({"size": (1 << 20) + 1}, "at most 1048576"),
        ({"for": "*"}, "for one gateway"),
        ({"kind": "kernel"}, "kind"),
        ({"back": True}, "takes no back"),
        ({"version": ""}, "version"),
        ({"note": "a\nb"}, "note"),
        ({**PROGRAM, "arch": None}, "needs arch and unpacked"),
        ({**PROGRAM, "version": "spring"}, "begins with numbers"),
        ({**PROGRAM, "back": False}, "back"),
        ({**PROGRAM, "unpacked": 1 << 31}, "unpacked"),
    ],
)
def test_what_is_not_exactly_a_manifest_is_refused(changed: dict[str, Any], said: str) -> None:
    fields = {**json.loads(a_manifest().model_dump_json(by_alias=True, exclude_none=True))}
    with pytest.raises(Refused, match=said):
        parse(json.dumps({**fields, **changed}).encode())


@given(st.binary(max_size=300))
def test_no_payload_does_harm(payload: bytes) -> None:
    with pytest.raises(Refused):
        parse(payload)


@given(st.text(max_size=300))
def test_what_anybody_wrote_there_claims_nothing_or_something(token: str) -> None:
    assert claimed(token) is None


def test_what_it_claims_is_for_words_only() -> None:
    said = claimed(sign(a_manifest(), FOREIGN))
    assert said is not None
    assert (said.kind, said.version) == (ChangeOf.CONFIGURATION, "winter")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"for": "no-2"}, "it is for no-2, and this is no-1"),
        ({"serial": 6}, "serial 6 was used up: the last that was taken is 6"),
        ({"serial": MADE_AT + 100_000}, "too high"),
        ({**PROGRAM, "arch": "amd64"}, "it is for amd64, and this box is arm64"),
        ({**PROGRAM, "base_min": "1.2.1"}, "wants a package of 1.2.1 or newer"),
        ({**PROGRAM, "version": "1.2.9"}, "1.2.9 is older than 1.3.0"),
    ],
)
def test_what_is_for_another_home_box_or_time_is_refused(
    changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        must_fit(a_manifest(**changed), BOX, highest=6, now=NOW)


def test_what_fits_is_taken() -> None:
    for changed in (
        {},
        PROGRAM,
        {**PROGRAM, "for": "no-1", "base_min": "1.2"},
        {**PROGRAM, "version": "1.2.9", "back": True},
        {**PROGRAM, "version": "1.3.0"},
        {"serial": MADE_AT + 80_000},
    ):
        must_fit(a_manifest(**changed), BOX, highest=6, now=NOW)
    # Nobody knows the time: a number is only a number.
    must_fit(a_manifest(serial=MADE_AT + 10_000_000), BOX, highest=6, now=None)


def test_versions_are_compared_by_their_numbers() -> None:
    older = ["0.9", "0.10", "1.0", "1.0.1", "1.9.0", "1.10.0", "2"]
    assert sorted(sorted(older), key=order_of) == older
    assert order_of("1.2") == order_of("1.2.0") == order_of("1.2.0~beta1")
