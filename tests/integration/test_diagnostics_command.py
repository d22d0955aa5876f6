"""`heimvakt diagnostics` beside the real daemon, and of what is left when nothing of it works."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

from tests.support.command import heimvakt
from tests.support.home import home

PASSWORD = "Not-To-Be-Found-2931"


def unpacked(file: Path) -> dict[str, str]:
    found = {}
    with tarfile.open(file) as archive:
        for entry in archive:
            inside = archive.extractfile(entry)
            assert inside is not None
            found[entry.name.partition("/")[2]] = inside.read().decode()
    return found


async def test_a_bundle_of_a_gateway_that_works_and_of_one_of_which_all_is_broken() -> None:
    async with home() as h:
        places: tuple[object, ...] = (
            *("--config", h.command.configuration, "--state", h.command.state),
            *("--socket", h.command.control),
        )
        async with h.running() as service:
            await h.pendant.press()
            await h.centre.alarm("button")
            out = h.folder / "works.tar.gz"
            said = await heimvakt(
                "diagnostics", *places, "--out", out, "--log", service.log, "--json", within_s=150
            )
            assert said.code == 0
            assert out.stat().st_mode & 0o777 == 0o600
            told = json.loads(said.out)
            found = unpacked(out)
            assert [part["name"] for part in told["parts"]] == list(found)
            status = json.loads(found["status.json"])
            assert status["gateway_id"]
            assert set(json.loads(found["devices.json"])["devices"]) == set(h.devices)
            assert json.loads(found["store.json"])["integrity"] == ["ok"]
            assert "armed" in found["service.log"]
            assert "events.jsonl" not in found

        file, database = h.command.configuration, h.database
        file.write_text(f'{file.read_text()}\npassword = "{PASSWORD}"\n[[[')
        database.write_bytes(database.read_bytes()[:5000] + b"\0" * 20_000)
        log = h.folder / "other.log"
        log.write_text(f"the broker refused {PASSWORD}\n")
        out = h.folder / "broken.tar.gz"
        said = await heimvakt("diagnostics", *places, "--out", out, "--log", log, within_s=150)
        assert said.code == 0
        assert "no service answers" in said.out
        assert "taken out:" in said.out
        found = unpacked(out)
        assert json.loads(found["findings.json"])
        assert json.loads(found["store.json"])["integrity"] != ["ok"]
        assert found["service.log"] == "the broker refused (secret)\n"
        assert all(PASSWORD not in content for content in found.values())
