"""Whose order it is: only a token of EdDSA, by a key of this home, for this gateway."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.alarms import Priority
from heimvakt.core.events import Mode
from heimvakt.core.orders import KeyRole, OrderKey, OrderVerb, Refusal
from heimvakt.orders.claims import OF_A_VERB, Claims, read_claims
from heimvakt.orders.signing import SigningKey
from heimvakt.orders.verify import TOKEN_MAX, TYPE, Verifier
from tests.support.homes import EVENING, GATEWAY
from tests.support.orders import CENTRE, STRANGER, TECHNICIAN, claims


def public(key: SigningKey) -> bytes:
    return key.private.public_key().public_bytes_raw()


KEYS = {
    CENTRE.name: OrderKey(KeyRole.OPERATOR, public(CENTRE)),
    TECHNICIAN.name: OrderKey(KeyRole.TECHNICIAN, public(TECHNICIAN)),
}
VERIFY = Verifier(GATEWAY, KEYS)
UNLOCK = claims(OrderVerb.UNLOCK, device="front-lock", alarm=f"{GATEWAY}-1", jti="0000-4711")
TOKEN = CENTRE.sign(UNLOCK)


def why(token: str) -> str:
    return VERIFY(token, "centre").refused.partition(": ")[0]


def test_what_a_token_says_becomes_the_event() -> None:
    event = VERIFY(TOKEN, "centre")
    assert event.refused == ""
    assert (event.order_id, event.verb, event.role) == ("0000-4711", "unlock", "operator")
    assert (event.by, event.receiver, event.device_id) == ("op-7", "centre", "front-lock")
    assert (event.issued_at, event.expires_at) == (EVENING, EVENING + timedelta(minutes=5))
    assert event.alarm_id == f"{GATEWAY}-1"


def test_the_key_says_the_role() -> None:
    assert VERIFY(TECHNICIAN.sign(UNLOCK), "centre").role == "technician"


def test_a_stranger_is_refused_by_whatever_name() -> None:
    assert why(STRANGER.sign(UNLOCK)) == Refusal.UNKNOWN_KEY
    assert why(SigningKey(CENTRE.name, STRANGER.private).sign(UNLOCK)) == Refusal.BAD_SIGNATURE
    other = SigningKey(TECHNICIAN.name, CENTRE.private)
    assert why(other.sign(UNLOCK)) == Refusal.BAD_SIGNATURE


def test_an_order_for_another_gateway_is_refused() -> None:
    event = VERIFY(CENTRE.sign(UNLOCK.model_copy(update={"aud": "no-1505-000001"})), "centre")
    assert (event.refused, event.role) == (Refusal.OTHER_GATEWAY, "operator")


def encoded(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_token_does_not_choose_how_it_is_verified() -> None:
    _, payload, signature = TOKEN.split(".")
    words = {"kid": CENTRE.name, "typ": TYPE}
    for algorithm in ("none", "HS256", "ES256", "eddsa", None):
        made = f"{encoded({**words, 'alg': algorithm})}.{payload}.{signature}"
        assert why(made) in (Refusal.WRONG_ALGORITHM, Refusal.MALFORMED), algorithm
    for secret in (public(CENTRE), CENTRE.public.encode()):
        # The public key, which everybody may know, as the secret of a hash.
        forged = jwt.encode({"a": 1}, secret, "HS256", headers=words)
        assert why(forged) == Refusal.WRONG_ALGORITHM
    pem = CENTRE.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert pem.startswith(b"-----BEGIN PUBLIC KEY")
    assert why(f"{encoded({**words, 'alg': 'none'})}.{payload}.") == Refusal.MALFORMED


@pytest.mark.parametrize(
    "more",
    [
        {"typ": "JWT"},
        {"crit": ["exp"], "exp": 1},
        {"b64": False, "crit": ["b64"]},
        {"jwk": {"kty": "OKP"}},
        {"jku": "https://example.org"},
    ],
)
def test_a_header_with_more_in_it_is_refused(more: dict[str, object]) -> None:
    payload = UNLOCK.model_dump_json(exclude_none=True).encode()
    assert why(CENTRE.sign_any(payload, **more)) == Refusal.MALFORMED


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("ABCDEFGHabcdefgh0123-_."))
def test_no_letter_of_a_token_can_be_another(place: int, letter: str) -> None:
    changed = TOKEN[:place] + letter + TOKEN[place + 1 :]
    event = VERIFY(changed, "centre")
    # The last letter of the signature has bits that are not used: another may mean the same.
    assert event.refused or changed == TOKEN or place == len(TOKEN) - 1


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")))
def test_nothing_that_somebody_writes_there_raises(token: str) -> None:
    event = VERIFY(token, "centre")
    assert (event.refused.partition(": ")[0], event.order_id) == (Refusal.MALFORMED, "")


def test_what_is_too_long_is_not_looked_at() -> None:
    assert why("a" * TOKEN_MAX + ".a.a") == Refusal.MALFORMED


# --- what it says ---------------------------------------------------------------------------------


def said(**changed: object) -> dict[str, object]:
    words = UNLOCK.model_dump(mode="json", exclude_none=True)
    return {k: v for k, v in {**words, **changed}.items() if v is not None}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"device": None}, "unlock needs device"),
        ({"mode": "visit"}, "unlock takes no mode"),
        ({"verb": "open"}, "verb"),
        ({"jti": "short"}, "jti"),
        ({"jti": "a/b/c/d/e/f"}, "jti"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": 1e12}, "exp"),
        ({"iat": 4_102_444_800_000}, "iat"),
        ({"aud": ["a", GATEWAY]}, "aud"),
        ({"sub": ""}, "sub"),
        ({"sub": "Kari\nNordmann"}, "sub"),
        ({"nbf": 1}, "nbf"),
        ({"verb": "set-mode", "device": None, "alarm": None, "mode": "party"}, "mode"),
        ({"verb": "siren", "alarm": None, "lasting": 90_000}, "lasting"),
        ({"verb": "release-dose", "alarm": None, "dose": "2026-11-22T08:00:00"}, "dose"),
        ({"verb": "release-dose", "alarm": None, "dose": "0001-01-01T00:00:00+14:00"}, "dose"),
        ({"verb": "release-dose", "alarm": None, "dose": "9999-12-31T23:00:00-14:00"}, "dose"),
    ],
)
def test_what_it_says_must_be_right_and_is_told(changed: dict[str, object], told: str) -> None:
    token = CENTRE.sign_any(json.dumps(said(**changed)).encode())
    event = VERIFY(token, "centre")
    assert event.refused.startswith("malformed: ")
    assert told in event.refused
    assert event.role == "operator", "whose it is was clear"


def test_a_payload_that_is_no_object_is_refused() -> None:
    for payload in (b"[]", b"7", b"\xff\xfe", b"", b'{"aud":', b"null"):
        assert isinstance(read_claims(payload), str)


@pytest.mark.parametrize(
    ("verb", "more", "argument"),
    [
        ("unlock", {"device": "d", "visit": True}, "visit"),
        ("light", {"device": "d", "on": False}, "off"),
        ("light", {"device": "d", "on": True}, "on"),
        ("set-mode", {"mode": Mode.VISIT}, "visit"),
        ("send-test", {"priority": Priority.HIGH}, "high"),
        ("send-test", {}, ""),
        ("release-dose", {"device": "d", "dose": EVENING}, EVENING.isoformat()),
        (
            "release-dose",
            {"device": "d", "dose": EVENING, "travel": True},
            f"{EVENING.isoformat()} travel",
        ),
        ("lock", {"device": "d"}, ""),
    ],
)
def test_what_belongs_to_a_verb_is_its_argument(
    verb: str, more: dict[str, Any], argument: str
) -> None:
    made = claims(OrderVerb(verb), **more)
    event = VERIFY(CENTRE.sign(made), "centre")
    assert (event.refused, event.argument) == ("", argument)


def test_every_word_belongs_to_some_verb() -> None:
    common = {"aud", "iat", "exp", "jti", "sub", "verb"}
    assert set(Claims.model_fields) == common | OF_A_VERB
