"""`docs/orders.md` is what the software does, and another language's library agrees.

To write the token of the document anew: `HEIMVAKT_WRITE_EXAMPLES=1 pytest` this file.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from heimvakt.core.audit import Entry
from heimvakt.core.audit_chain import BEGINNING, linked
from heimvakt.core.events import ClockQuality
from heimvakt.core.heard import Ordered
from heimvakt.core.orders import MAY, KeyRole, OrderKey, OrderVerb, Refusal
from heimvakt.orders.claims import Claims
from heimvakt.orders.signing import SigningKey
from heimvakt.orders.verify import Verifier
from heimvakt.tokens.keys import write_key
from heimvakt.uplinks.parse import parse_order
from tests.support.homes import EVENING, GATEWAY
from tests.support.orders import CENTRE, STRANGER, claims

DOCUMENT = Path(__file__).parents[3] / "docs" / "orders.md"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")
EXAMPLE_KEY = SigningKey(
    "centre-2026",
    # Of RFC 8037, appendix A.1: everybody knows it.
    Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    ),
)


def verifier(key: SigningKey) -> Verifier:
    """Of a home that knows this key."""
    public = key.private.public_key().public_bytes_raw()
    return Verifier(GATEWAY, {key.name: OrderKey(KeyRole.OPERATOR, public)})


def text() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def block(kind: str, name: str) -> str:
    """What stands in the document under this name."""
    found = re.search(rf"<!-- {kind}: {re.escape(name)} -->\n```\w+\n(.*?)```\n", text(), re.DOTALL)
    assert found, f"docs/orders.md has no {kind} {name}"
    return found[1]


def node(folder: Path, name: str, *words: object) -> subprocess.CompletedProcess[str]:
    """Run the code of the document."""
    file = folder / name
    file.write_text(block("code", name), encoding="utf-8")
    assert NODE is not None
    return subprocess.run(
        [NODE, file, *map(str, words)], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_token_of_the_document_is_the_one_that_is_made() -> None:
    said = block("example", "claims").strip()
    token = EXAMPLE_KEY.sign_any(said.encode())
    if os.environ.get("HEIMVAKT_WRITE_EXAMPLES"):
        before = block("example", "token")
        DOCUMENT.write_text(text().replace(before, token + "\n"), encoding="utf-8")
    assert block("example", "token").strip() == token
    event = verifier(EXAMPLE_KEY)(token, "centre")
    assert (event.refused, event.order_id) == ("", "0b7a4f0e-4711")
    assert EXAMPLE_KEY.public in text()


@needs_node
def test_what_node_signs_is_taken(tmp_path: Path) -> None:
    write_key(CENTRE, tmp_path / "centre.jwk")
    said = claims(OrderVerb.UNLOCK, device="front-lock", alarm=f"{GATEWAY}-1")
    words = said.model_dump_json(exclude_none=True)
    done = node(tmp_path, "sign.mjs", tmp_path / "centre.jwk", words)
    assert done.returncode == 0, done.stderr
    event = verifier(CENTRE)(done.stdout.strip(), "centre")
    assert (event.refused, event.order_id, event.device_id) == ("", said.jti, "front-lock")


@needs_node
def test_what_we_sign_node_takes_and_what_another_signs_it_does_not(tmp_path: Path) -> None:
    said = claims(OrderVerb.OUTSTANDING)
    done = node(tmp_path, "verify.mjs", CENTRE.public, CENTRE.sign(said))
    assert done.returncode == 0, done.stderr
    assert Claims.model_validate_json(done.stdout) == said
    forged = SigningKey(CENTRE.name, STRANGER.private).sign(said)
    assert node(tmp_path, "verify.mjs", CENTRE.public, forged).returncode == 1


@needs_node
def test_the_log_can_be_followed_in_node(tmp_path: Path) -> None:
    rows, previous = [], BEGINNING
    for number in range(1, 6):
        entry = Entry(
            what="lock",
            at=EVENING + timedelta(seconds=number),
            clock=ClockQuality.SYNCHRONISED,
            seq=number,
            about={"device": "ytterdør", "is": "unlocked", "rows": number},
        )
        rows.append(linked(number, previous, entry))
        previous = rows[-1].hash
    lines = [json.dumps({"hash": r.hash, "body": r.body}, ensure_ascii=False) for r in rows]
    file = tmp_path / "audit.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert node(tmp_path, "follow.mjs", file).stdout == "whole up to 5\n"
    file.write_text("\n".join([*lines[:2], *lines[3:]]), encoding="utf-8")
    broken = node(tmp_path, "follow.mjs", file)
    assert (broken.returncode, broken.stdout) == (1, "broken at 4\n")


def test_every_reason_verb_and_role_is_in_the_document() -> None:
    written = text()
    for word in [*Refusal, *OrderVerb, *KeyRole]:
        assert f"`{word}`" in written, word
    for role, rights in MAY.items():
        (row,) = re.findall(rf"^\| `{role}` \|.*\| (.*) \|$", written, re.MULTILINE)
        assert set(re.findall(r"`([^`]+)`", row)) == set(map(str, rights))


def test_the_message_of_the_document_is_taken() -> None:
    heard = parse_order(block("example", "order").encode(), receiver="centre", path="default")
    assert heard == Ordered(receiver="centre", path="default", token="eyJhbGci...")
