"""`heimvakt order` makes keys and orders that a gateway takes."""

from __future__ import annotations

import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from heimvakt.cli import order
from heimvakt.config.public_keys import raw_key
from heimvakt.core.events import Bundle, CommandReceived
from heimvakt.core.orders import KeyRole, OrderKey, OrderVerb
from heimvakt.orders.verify import Verifier
from tests.support.homes import GATEWAY

RUNNER = CliRunner()
EACH: dict[str, tuple[str, ...]] = {
    "unlock": ("--device", "front-lock", "--alarm", f"{GATEWAY}-1"),
    "lock": ("--device", "front-lock"),
    "siren": ("--device", "siren", "--lasting", "60"),
    "silence": ("--device", "siren"),
    "light": ("--device", "lamp", "--off"),
    "identify": ("--device", "lamp"),
    "release-dose": ("--device", "pills", "--dose", "2026-11-22T08:00:00+01:00", "--travel"),
    "set-mode": ("--mode", "visit"),
    "acknowledge": ("--alarm", f"{GATEWAY}-1"),
    "close": ("--alarm", f"{GATEWAY}-1"),
    "outstanding": (),
    "send-test": ("--priority", "high"),
    "self-test": (),
    "configure": ("--url", "https://centre.example/n.heimvakt", "--bundle", __file__),
    "update": ("--url", "https://centre.example/p.heimvakt", "--bundle", __file__),
    "diagnostics": (),
}


class Key:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "centre.jwk"
        self.made = RUNNER.invoke(
            order.group, ["keygen", "--name", "centre-2026", "--key", str(self.file)]
        )
        said = tomllib.loads(self.made.output)["orders"]["keys"]["centre-2026"]
        public = raw_key(said["key"])
        assert public is not None
        self._verify = Verifier(GATEWAY, {"centre-2026": OrderKey(KeyRole(said["role"]), public)})

    def order(self, *words: str) -> CommandReceived:
        """What the order is to a gateway."""
        given = RUNNER.invoke(
            order.group, [*words, "--gateway", GATEWAY, "--key", str(self.file), "--by", "op-3"]
        )
        assert given.exit_code == 0, given.output
        return self._verify(given.output.strip(), "centre")


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return Key(tmp_path)


def test_a_key_is_for_its_owner_alone_and_never_written_over(key: Key, tmp_path: Path) -> None:
    assert key.file.stat().st_mode & 0o777 == 0o600
    before = key.file.read_bytes()
    again = RUNNER.invoke(order.group, ["keygen", "--name", "x", "--key", str(key.file)])
    assert again.exit_code == 1
    assert key.file.read_bytes() == before
    assert '"d"' in before.decode()
    assert key.file.read_text().split('"d": "')[1][:20] not in key.made.output


@pytest.mark.parametrize("verb", OrderVerb)
def test_each_order_is_taken(key: Key, verb: OrderVerb) -> None:
    event = key.order(verb, *EACH[verb])
    assert (event.refused, event.verb, event.by, event.role) == ("", verb, "op-3", "operator")
    assert event.order_id


def test_what_it_says_is_in_it(key: Key) -> None:
    assert key.order("light", *EACH["light"]).argument == "off"
    assert key.order("unlock", "--device", "d", "--visit").argument == "visit"
    dose = key.order("release-dose", *EACH["release-dose"])
    assert dose.argument == "2026-11-22T07:00:00+00:00 travel"
    assert key.order("siren", *EACH["siren"]).lasting_s == 60
    here = Path(__file__).read_bytes()
    assert key.order("configure", *EACH["configure"]).bundle == Bundle(
        url="https://centre.example/n.heimvakt", sha256=sha256(here).hexdigest(), size=len(here)
    )


def test_what_cannot_be_read_as_a_key_is_told(tmp_path: Path) -> None:
    file = tmp_path / "no.jwk"
    file.write_text("{}")
    said = RUNNER.invoke(
        order.group, ["lock", "--gateway", "g", "--key", str(file), "--device", "d"]
    )
    assert said.exit_code == 1
    assert "is no private key of Ed25519" in said.output


def test_what_cannot_be_an_order_is_told(key: Key) -> None:
    words = ["lock", "--gateway", GATEWAY, "--key", str(key.file), "--device", "d", "--by", ""]
    assert RUNNER.invoke(order.group, words).exit_code == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://broker",
        "broker",
        "mqtt://",
        "mqtt://[::1",
        "mqtt://u:secret@broker:99999",
        "mqtt://h:0",
    ],
)
def test_what_is_no_broker_is_told_without_a_password(key: Key, url: str) -> None:
    words = ["outstanding", "--gateway", GATEWAY, "--key", str(key.file), "--send", url]
    said = RUNNER.invoke(order.group, words)
    assert (said.exit_code, "is no broker" in said.output) == (2, True)
    assert "secret" not in said.output
