"""No secret of a gateway is in its bundle: wherever it stood, in whatever way it was written.

What is planted is known here; how the bundle is searched is not how the product searches: all that
looks encoded is decoded, and looked through.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import random
import re
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

import pytest

from heimvakt.app import catalogue
from heimvakt.diagnostics import machine
from heimvakt.diagnostics.bundle import Part, manifest, write
from heimvakt.diagnostics.known import known_here
from heimvakt.diagnostics.parts import Wanted, parts
from heimvakt.diagnostics.redaction import Redactor
from tests.support.homes import EVENING

PLACES = ("login", "password", "key", "file", "code", "environment", "state", "loose")
"""Where a secret is; `loose` is a credential that the file does not name."""

LETTERS = (
    "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789+/=%&\"'\\<>æøåÆ€ß漢-_.:@#!?~(){}"
)
"""What people and programs make passwords of, with all that is escaped somewhere."""


def secrets_of(seed: int) -> dict[str, str]:
    """One for each place, of 10 to 40 characters, and a key of a network."""
    chance = random.Random(seed)

    def one() -> str:
        middle = "".join(chance.choices(LETTERS, k=chance.randint(8, 38)))
        return f"{chance.choice('abcXYZ')}{middle}{chance.choice('123')}"

    return {place: one() for place in PLACES} | {"key": chance.randbytes(16).hex()}


@pytest.fixture(autouse=True)
def _no_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is the same on each machine, and slow to ask."""
    monkeypatch.setattr(machine, "unit", lambda: "ActiveState=active")
    monkeypatch.setattr(machine, "versions", lambda: {"heimvakt": "0"})


def written(secret: str) -> Iterator[str]:
    """All ways in which one may get into a line of a log."""
    octets = secret.encode()
    yield from (secret, json.dumps(secret), json.dumps({"a": json.dumps(secret)}), repr(secret))
    yield from (quote(secret), quote(secret, safe=""), quote_plus(secret))
    for around in (octets, b"u:" + octets, b"user:" + octets + b"!", b"x" + octets + b"yz"):
        yield base64.b64encode(around).decode()
        yield base64.urlsafe_b64encode(around).decode().rstrip("=")
    yield from (octets.hex(), octets.hex().upper(), octets.hex(":"), octets.hex(" "))
    yield "".join(f"%{octet:02x}" for octet in octets)
    yield base64.b64encode(secret.encode("utf-16-le")).decode()


def seen_in(content: bytes) -> Iterator[str]:
    """All that somebody could read out of it with some patience."""
    text = content.decode(errors="replace")
    yield text
    yield from (unquote(text), unquote_plus(text))
    # Escaped once or twice.
    yield re.sub(r'\\(["\\/\'])', r"\1", text)
    yield re.sub(r'\\(["\\/\'])', r"\1", re.sub(r'\\(["\\/\'])', r"\1", text))
    for encoding in ("utf-16-le", "utf-16-be"):
        for shift in (0, 1):
            yield content[shift:].decode(encoding, "ignore")
    for run in re.findall(rb"(?:[0-9a-fA-F]{2}[: -]?){8,}", content):
        yield bytes.fromhex(re.sub(rb"[^0-9a-fA-F]", b"", run).decode()).decode(errors="replace")
    for run in re.findall(rb"[A-Za-z0-9+/_-]{12,}", content):
        plain = run.replace(b"-", b"+").replace(b"_", b"/")
        for cut in range(4):
            piece = plain[cut:]
            octets = base64.b64decode(piece[: len(piece) // 4 * 4])
            yield octets.decode(errors="replace")
            yield octets.decode("utf-16-le", "ignore")
    for run in re.findall(rb"(?:%[0-9a-fA-F]{2}){4,}", content):
        yield unquote(run.decode())


class Box:
    """A gateway with a secret in each place."""

    def __init__(self, folder: Path, secrets: Mapping[str, str], *, broken: bool) -> None:
        self.folder, self.state = folder, folder / "state"
        self.credentials, self.log = folder / "credentials", folder / "service.log"
        self.state.mkdir()
        self.credentials.mkdir()
        (self.state / "backup.json").write_text(json.dumps({"network_key": secrets["state"]}))
        (self.folder / "door.key").write_text(secrets["file"] + "\n")
        for name, place in (("mqtt-key", "key"), ("code-1", "code"), ("old", "loose")):
            (self.credentials / name).write_text(secrets[place] + "\n")
        login = quote(secrets["login"], safe="")
        self.text = f"""version = 1
# the old password was {json.dumps(secrets["loose"], ensure_ascii=False)}
[gateway]
id = "no-1505-004711"
[devices.bed]
role = "bed"
room = "Olas rom"
driver = "osdp.front"
address = 1
key = "file:{folder}/door.key"
[tags.kari-hansen]
card = "26:0004a2f1"
code = "credential:code-1"
[receivers.centre]
kind = "mqtt"
brokers = ["mqtts://gateway:{login}@centre.example:8883"]
password = {json.dumps(secrets["password"], ensure_ascii=False)}
key = "credential:mqtt-key"
[receivers.daughter]
kind = "sms"
number = "+4799887766"
{"[[[" if broken else ""}
"""
        self.config = folder / "home.toml"
        self.config.write_text(self.text, encoding="utf-8")
        lines = [f"what went wrong: {line}" for s in secrets.values() for line in written(s)]
        people = "+47 998 87 766, +4799887766; 01019012345; Kari-Hansen in Olas rom; a@b.example"
        text = "\n".join([*lines, people, f"mqtts://gateway:{login}@centre.example"]).encode()
        wide = "\n".join(secrets.values())
        self.log.write_bytes(
            text + b"\n" + wide.encode("utf-16-le") + b"\n" + wide.encode("utf-16-be")
        )
        self.environment = {"BROKER_PASSWORD": secrets["environment"]}
        self.answers = {
            "trouble": [f"refused for {secret}" for secret in secrets.values()],
            "accepted_by": "Kari",
            "devices": {"bed": {"room": "Olas rom"}},
        }

    def made(self) -> list[Part]:
        known = known_here(
            self.text,
            state=self.state,
            folders=[self.credentials],
            environment=self.environment,
        )
        wanted = Wanted(
            config=self.config,
            text=self.text,
            state=self.state,
            catalogue=catalogue,
            ask=lambda _: self.answers,
            lines=10_000,
            log=self.log,
            events_of_days=None,
            now=EVENING,
            monotonic=lambda: 0.0,
        )
        made = list(parts(wanted, Redactor(known)))
        return [manifest(made, {}), *made]


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize("seed", range(int(os.environ.get("HEIMVAKT_DIAGNOSTICS_SEEDS", "3"))))
def test_no_secret_is_in_a_bundle_wherever_it_stood_and_however_it_was_written(
    seed: int, broken: bool, tmp_path: Path
) -> None:
    planted = secrets_of(seed)
    box = Box(tmp_path, planted, broken=broken)
    before = list(seen_in(box.log.read_bytes()))
    for place, secret in planted.items():
        assert any(secret in seen for seen in before), f"the search would not find {place}"
    made = box.made()
    assert {p.name for p in made} >= {"configuration.txt", "service.log", "status.json"}
    for part in made:
        for seen in seen_in(part.content):
            for place, secret in planted.items():
                assert secret not in seen, (place, part.name)
            for person in ("Olas rom", "Kari", "998 87 766", "99887766", "01019012345", "0004a2f1"):
                assert person.casefold() not in seen.casefold(), (person, part.name)


def test_what_helps_is_left(tmp_path: Path) -> None:
    box = Box(
        tmp_path, {place: f"secret-of-{place}-{n}" for n, place in enumerate(PLACES)}, broken=False
    )
    made = {part.name: part.content.decode() for part in box.made()}
    home = json.loads(made["configuration.txt"])
    assert home["gateway"]["id"] == "no-1505-004711"
    assert home["devices"]["bed"] | {"key": ""} == {
        "role": "bed",
        "room": "room-1",
        "driver": "osdp.front",
        "address": 1,
        "key": "",
    }
    assert home["receivers"]["centre"]["brokers"] == ["mqtts://centre.example:8883"]
    assert home["receivers"]["centre"]["key"] == "credential:mqtt-key"
    assert home["receivers"]["daughter"] == {"kind": "sms", "number": "(left out)"}
    assert list(home["tags"]) == ["key-1"]
    assert "what went wrong: (secret)" in made["service.log"]
    assert json.loads(made["status.json"])["accepted_by"] == "(person)"


def test_a_part_that_still_holds_a_secret_is_kept_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Box(
        tmp_path, {place: f"secret-of-{place}-{n}" for n, place in enumerate(PLACES)}, broken=False
    )
    monkeypatch.setattr(Redactor, "text", lambda _, text: text)
    monkeypatch.setattr(Redactor, "octets", lambda _, octets: octets)
    made = {part.name: part for part in box.made()}
    assert made["service.log"].content.startswith(b"left out: a secret was still found in it")
    assert not made["service.log"].complete


def test_the_archive_is_for_nobody_else_and_never_in_the_place_of_another(tmp_path: Path) -> None:
    made = [Part(name="a.txt", what="a", content=b"hello")]
    file = tmp_path / "bundle.tar.gz"
    write(file, "bundle", made, EVENING)
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(file.read_bytes()))) as archive:
        (entry,) = archive.getmembers()
        inside: Any = archive.extractfile(entry)
        assert (entry.name, inside.read()) == ("bundle/a.txt", b"hello")
    with pytest.raises(FileExistsError):
        write(file, "bundle", made, EVENING)
