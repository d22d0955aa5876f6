"""The documents for response centres are what the software does: schemas and examples alike.

To write the examples into `docs/messages.md` anew: `HEIMVAKT_WRITE_EXAMPLES=1 pytest` this file.
"""

from __future__ import annotations

import importlib
import json
import os
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Move, Priority, move
from heimvakt.core.chain import Told, Why
from heimvakt.core.heard import Acknowledgement, Asked, Question, ReportReceipt
from heimvakt.uplinks import asyncapi, batches, render
from heimvakt.uplinks.change_message import change_message
from heimvakt.uplinks.envelope import Envelope, to_bytes
from heimvakt.uplinks.parse import parse_answer, parse_question
from heimvakt.uplinks.schema import schema_text, schemas
from heimvakt.uplinks.self_test_message import self_test_message
from tests.support.self_test import one_that_was_done
from tests.support.uplinks import GATEWAY, NIGHT, alarm, batch, change, heartbeat, month, sending

DOCS = Path(__file__).parents[3] / "docs"
SCHEMA_OF = {
    "alarm": "alarm.v1",
    "alarm-cancelled": "alarm.v1",
    "state": "state.v1",
    "last-will": "state.v1",
    "heartbeat": "heartbeat.v1",
    "reports": "reports.v1",
    "outstanding": "outstanding.v1",
    "month": "month.v1",
    "change": "change.v1",
    "self-test": "self-test.v1",
    "acknowledgement": "acknowledgement.v1",
    "closing": "acknowledgement.v1",
    "receipt": "receipt.v1",
    "question": "question.v1",
}


ASKED = Asked(
    receiver="centre", question=Question.OUTSTANDING, question_id="q-77", by="operator-17"
)


def examples() -> dict[str, dict[str, Any]]:
    """Every example of the reference, from real values."""
    first = Told(receiver="municipality", at=alarm().raised_at, why=Why.RAISED)
    told = alarm(told=(first,))
    cancelled = move(told, Move.CANCEL, at=NIGHT + timedelta(minutes=6), by="resident")
    state: dict[str, Any] = {
        "gateway_id": GATEWAY,
        "version": "0.1.0",
        "started_at": NIGHT - timedelta(days=3),
        "path": "broadband",
    }
    sent: dict[str, Envelope] = {
        "alarm": render.alarm_message(told, sending(), gateway_id=GATEWAY),
        "alarm-cancelled": render.alarm_message(
            cancelled, sending(after_s=90.6), gateway_id=GATEWAY
        ),
        "state": render.state_message(
            token="5f0c1e2a9b7d4c38", at=NIGHT, reason="connected", **state
        ),
        "last-will": render.state_message(
            token="c8e4a1907b3d2f65", at=None, reason="lost", **state
        ),
        "heartbeat": render.heartbeat_message(
            replace(heartbeat(), path="broadband", beat=4320, on_mains=True), gateway_id=GATEWAY
        ),
        "outstanding": render.outstanding_message(
            ASKED, [told], NIGHT + timedelta(minutes=7), gateway_id=GATEWAY
        ),
        "month": batches.month_message(month(), NIGHT, gateway_id=GATEWAY),
        "change": change_message(change(), NIGHT + timedelta(seconds=4), gateway_id=GATEWAY),
        "self-test": self_test_message(one_that_was_done(), NIGHT + timedelta(seconds=13)),
    }
    made = {name: json.loads(to_bytes(message)) for name, message in sent.items()}
    reports = batches.reports_bytes(
        batch(8105), gateway_id=GATEWAY, sent_at=NIGHT, path="broadband", bytes_max=None
    )
    return {
        **made,
        "reports": json.loads(reports),
        "acknowledgement": said(
            "acknowledgement",
            {
                "alarm_id": f"{GATEWAY}-1",
                "answer": "accepted",
                "by": "operator-17",
                "revision": 0,
            },
            number=809,
        ),
        "closing": said(
            "acknowledgement",
            {
                "alarm_id": f"{GATEWAY}-1",
                "answer": "closed",
                "by": "operator-17",
                "outcome": "false",
            },
            number=810,
        ),
        "receipt": said(
            "receipt",
            {"batch_id": f"{GATEWAY}/telemetry-8105-8106", "by": "centre-3"},
            number=812,
        ),
        "question": said(
            "question",
            {"question": "outstanding", "question_id": "q-77", "by": "operator-17"},
            number=811,
        ),
    }


def said(kind: str, data: dict[str, Any], *, number: int) -> dict[str, Any]:
    """What a receiver says."""
    return {
        "specversion": "1.0",
        "id": f"centre-3-{number:06}",
        "source": "/centre/3",
        "type": f"heimvakt.{kind}.v1",
        "data": data,
    }


@pytest.mark.parametrize("name", schemas())
def test_the_schemas_that_are_published_are_those_of_the_models(name: str) -> None:
    path = DOCS / "messages" / name
    assert path.read_text(encoding="utf-8") == schema_text(schemas()[name]), (
        f"{path} is not what the models say; type: heimvakt schema --write docs/messages"
    )


def test_no_schema_is_published_that_the_software_does_not_know() -> None:
    published = {path.name for path in (DOCS / "messages").glob("*.json")}
    assert published == {*schemas(), asyncapi.FILE}


@pytest.mark.parametrize("name", examples())
def test_the_examples_of_the_reference_are_real_messages(name: str) -> None:
    path = DOCS / "messages.md"
    text = path.read_text(encoding="utf-8")
    block = re.compile(rf"(<!-- example: {name} -->\n```json\n)(.*?)(```\n)", re.DOTALL)
    made = json.dumps(examples()[name], indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("HEIMVAKT_WRITE_EXAMPLES"):
        text = block.sub(lambda found: found[1] + made + found[3], text)
        path.write_text(text, encoding="utf-8")
    found = block.search(text)
    assert found, f"docs/messages.md has no example {name}"
    assert found[2] == made, "the example is old; run this test with HEIMVAKT_WRITE_EXAMPLES=1"


@pytest.mark.parametrize("name", examples())
def test_the_examples_keep_the_schemas_and_so_does_a_field_of_years_to_come(name: str) -> None:
    validator: Any = importlib.import_module("jsonschema").Draft202012Validator
    schema = schemas()[f"{SCHEMA_OF[name]}.schema.json"]
    validator.check_schema(schema)
    example = examples()[name]
    validator(schema).validate(example)
    validator(schema).validate({**example, "new": 1, "data": {**example["data"], "new": 1}})
    without = {key: value for key, value in example.items() if key != "id"}
    assert not validator(schema).is_valid(without)


@pytest.mark.parametrize("name", ["acknowledgement", "closing", "receipt"])
def test_the_answers_of_the_reference_are_taken(name: str) -> None:
    payload = json.dumps(examples()[name]).encode()
    heard = parse_answer(payload, gateway_id=GATEWAY, receiver="centre")
    assert isinstance(heard, Acknowledgement | ReportReceipt)


def test_the_question_of_the_reference_is_taken() -> None:
    payload = json.dumps(examples()["question"]).encode()
    assert parse_question(payload, receiver="centre") == ASKED


def test_every_field_is_described() -> None:
    for name, schema in schemas().items():
        for part in (schema, *schema.get("$defs", {}).values()):
            for field, said in part.get("properties", {}).items():
                assert said.get("description"), f"{name}: {part['title']}.{field}"


def test_the_reference_explains_every_state_priority_and_cause() -> None:
    text = (DOCS / "messages.md").read_text(encoding="utf-8")
    words = {*AlarmState, *Priority, *Why} - {AlarmState.PENDING}  # which nobody is told of
    assert {word for word in words if f"`{word}`" not in text} == set()
