"""`heimvakt generate` makes up a life that `heimvakt replay` can read, and the truth beside it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command import heimvakt

HOME = """\
version = 1
[gateway]
id = "no-1505-004711"
[drivers.zigbee]
port = "auto"
[devices.bed]
role = "bed"
driver = "zigbee"
address = "00:15:8d:00:02:3a:4b:01"
room = "bedroom"
[devices.hall-motion]
role = "motion"
driver = "zigbee"
address = "00:15:8d:00:02:3a:4b:02"
room = "hall"
[rules.bed-exit]
bed = "bed"
[receivers.centre]
kind = "mqtt"
brokers = ["mqtts://in1.centre.example"]
"""


async def test_a_month_is_made_up_and_replayed(tmp_path: Path) -> None:
    home, out = tmp_path / "home.toml", tmp_path / "month.jsonl"
    home.write_text(HOME)
    said = await heimvakt("generate", "--config", home, "--seed", 3, "--out", out)
    assert said.code == 0, said.err
    events = out.read_text().splitlines()
    truths = [
        json.loads(line) for line in (tmp_path / "month.jsonl.truth.jsonl").read_text().splitlines()
    ]
    assert said.out == f"{out}: 30 days, {len(events):,} events; " + (
        f"month.jsonl.truth.jsonl: {len(truths)} truths\n"
    )
    assert all(truth.keys() >= {"what", "begin", "end"} for truth in truths)
    again = await heimvakt("replay", "--config", home, "--json", out)
    told = json.loads(again.out)
    assert (told["events"], told["unread"], told["strangers"]) == (len(events), 0, {})


async def test_what_cannot_be_is_said_in_a_line_and_leaves_no_file(tmp_path: Path) -> None:
    home = tmp_path / "home.toml"
    home.write_text(HOME)
    nowhere = tmp_path / "nowhere" / "month.jsonl"
    said = await heimvakt("generate", "--config", home, "--out", nowhere)
    assert said.code == 1
    assert "No such file" in said.err
    month = tmp_path / "month.jsonl"
    for begin, told in (("soon", '"soon" is no day'), ("9999-12-31", "no life begins in 9999")):
        wrong = await heimvakt("generate", "--config", home, "--from", begin, "--out", month)
        assert (wrong.code, told in wrong.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["home.toml"]  # noqa: ASYNC240
