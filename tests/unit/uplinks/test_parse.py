"""Answers from the wire: exact in what is known, blind to what is more, never an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.events import Feedback
from heimvakt.core.heard import (
    Acknowledgement,
    Answer,
    Asked,
    Heard,
    MonthReceipt,
    Question,
    ReportReceipt,
)
from heimvakt.uplinks.parse import BYTES_MAX, Reason, Refused, parse_answer, parse_question
from tests.support.uplinks import GATEWAY

DATA: dict[str, Any] = {"alarm_id": f"{GATEWAY}-12", "answer": "accepted", "by": "operator-1"}
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "7f",
    "source": "/centre",
    "type": "heimvakt.acknowledgement.v1",
    "data": DATA,
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def parse(payload: bytes) -> Heard | Refused:
    return parse_answer(payload, gateway_id=GATEWAY, receiver="centre")


def event(**changed: Any) -> bytes:
    return json.dumps({**EVENT, **changed}).encode()


def data(**changed: Any) -> bytes:
    return event(data={**DATA, **changed})


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_never_raise(payload: bytes) -> None:
    assert isinstance(parse(payload), Refused)


@given(st.dictionaries(st.sampled_from([*EVENT, "x"]), json_values))
def test_any_json_in_the_envelope_never_raises(changed: dict[str, Any]) -> None:
    parse(json.dumps({**EVENT, **changed}).encode())


@given(st.dictionaries(st.sampled_from([*DATA, "revision", "at", "x"]), json_values))
def test_any_json_in_the_data_never_raises(changed: dict[str, Any]) -> None:
    answer = parse(event(data={**DATA, **changed}))
    if isinstance(answer, Acknowledgement):
        assert answer.alarm_id.startswith(f"{GATEWAY}-")
        assert answer.by.isprintable()


@given(st.integers(0, len(event()) - 1), st.integers(0, 255))
def test_one_byte_changed_never_raises(place: int, byte: int) -> None:
    payload = event()
    parse(payload[:place] + bytes([byte]) + payload[place + 1 :])
    parse(payload[:place])


def test_the_smallest_answer_is_enough() -> None:
    assert parse(event()) == Acknowledgement(
        alarm_id=f"{GATEWAY}-12",
        answer=Answer.ACCEPTED,
        receiver="centre",
        by="operator-1",
        revision=None,
    )


def test_revision_and_time_may_be_told() -> None:
    answer = parse(data(revision=3, at="2026-11-05T01:15:00.5+01:00"))
    assert isinstance(answer, Acknowledgement)
    assert answer.revision == 3


def test_what_is_more_is_ignored() -> None:
    """A field of years to come, or one of the middleware, must not make us deaf."""
    payload = json.dumps({**EVENT, "traceparent": "00-1", "data": {**DATA, "colour": 1}}).encode()
    assert isinstance(parse(payload), Acknowledgement)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        pytest.param(b"", Reason.NOT_JSON, id="empty"),
        pytest.param(b"\xef\xbb\xbf" + event(), Reason.NOT_JSON, id="byte-order-mark"),
        pytest.param(event().decode().encode("utf-16"), Reason.NOT_JSON, id="utf-16"),
        pytest.param(b"[" * 60_000, Reason.NOT_JSON, id="deep"),
        pytest.param(event(), None, id="good"),
        pytest.param(event() + b" " * BYTES_MAX, Reason.TOO_LARGE, id="large"),
        pytest.param(json.dumps(DATA).encode(), Reason.WRONG_SHAPE, id="no-envelope"),
        pytest.param(event(id=None), Reason.WRONG_SHAPE, id="no-id"),
        pytest.param(event(id=7), Reason.WRONG_SHAPE, id="id-a-number"),
        pytest.param(event(data="x"), Reason.WRONG_SHAPE, id="data-a-text"),
        pytest.param(data(answer="ACCEPTED"), Reason.WRONG_SHAPE, id="capitals"),
        pytest.param(data(answer=True), Reason.WRONG_SHAPE, id="answer-true"),
        pytest.param(data(by=""), Reason.WRONG_SHAPE, id="by-nobody"),
        pytest.param(data(by="a\nb"), Reason.WRONG_SHAPE, id="by-two-lines"),
        pytest.param(data(by="a\u202eb"), Reason.WRONG_SHAPE, id="by-a-trick"),
        pytest.param(data(by=" a"), Reason.WRONG_SHAPE, id="by-a-blank-first"),
        pytest.param(data(by="x" * 65), Reason.WRONG_SHAPE, id="by-a-novel"),
        pytest.param(data(revision="1"), Reason.WRONG_SHAPE, id="revision-a-text"),
        pytest.param(data(revision=-1), Reason.WRONG_SHAPE, id="revision-below-0"),
        pytest.param(data(at="yesterday"), Reason.WRONG_SHAPE, id="at-no-time"),
        pytest.param(event(specversion="0.3"), Reason.WRONG_VERSION, id="old-cloudevents"),
        pytest.param(
            event(type="heimvakt.acknowledgement.v2"), Reason.WRONG_VERSION, id="newer-answer"
        ),
        pytest.param(event(type="heimvakt.alarm.v1"), Reason.WRONG_KIND, id="our-own-alarm"),
        pytest.param(data(alarm_id="no-2-12"), Reason.OTHER_GATEWAY, id="other"),
        pytest.param(data(alarm_id=f"{GATEWAY}-9-12"), Reason.OTHER_GATEWAY, id="longer-name"),
        pytest.param(data(alarm_id=f"{GATEWAY}-"), Reason.OTHER_GATEWAY, id="no-number"),
        pytest.param(data(alarm_id=f"{GATEWAY}-½"), Reason.OTHER_GATEWAY, id="no-digit"),
    ],
)
def test_each_mistake_has_its_reason(payload: bytes, reason: Reason | None) -> None:
    answer = parse(payload)
    assert (answer.reason if isinstance(answer, Refused) else None) == reason
    if isinstance(answer, Refused):
        assert len(answer.detail) < 300


RECEIPT: dict[str, Any] = {
    **EVENT,
    "type": "heimvakt.receipt.v1",
    "data": {"batch_id": f"{GATEWAY}/telemetry-1-50", "by": "centre"},
}


def receipt(**changed: Any) -> bytes:
    return json.dumps({**RECEIPT, "data": {**RECEIPT["data"], **changed}}).encode()


def test_a_receipt_names_the_batch_as_it_was_sent() -> None:
    assert parse(receipt()) == ReportReceipt(
        receiver="centre", batch_id="telemetry-1-50", by="centre"
    )


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        pytest.param(receipt(batch_id="no-2/telemetry-1-50"), Reason.OTHER_GATEWAY, id="other"),
        pytest.param(receipt(batch_id="telemetry-1-50"), Reason.OTHER_GATEWAY, id="nobody's"),
        pytest.param(receipt(batch_id=f"{GATEWAY}/"), Reason.OTHER_GATEWAY, id="no-batch"),
        pytest.param(receipt(batch_id=7), Reason.WRONG_SHAPE, id="a-number"),
        pytest.param(receipt(by=""), Reason.WRONG_SHAPE, id="by-nobody"),
        pytest.param(
            receipt().replace(b"receipt.v1", b"receipt.v2"), Reason.WRONG_VERSION, id="v2"
        ),
    ],
)
def test_each_mistake_in_a_receipt_has_its_reason(payload: bytes, reason: Reason) -> None:
    said = parse(payload)
    assert isinstance(said, Refused)
    assert said.reason is reason


@given(st.dictionaries(st.sampled_from(["batch_id", "by", "x"]), json_values))
def test_any_json_in_a_receipt_never_raises(changed: dict[str, Any]) -> None:
    assert isinstance(parse(receipt(**changed)), ReportReceipt | Refused)


QUESTION: dict[str, Any] = {
    **EVENT,
    "type": "heimvakt.question.v1",
    "data": {"question": "outstanding", "question_id": "q-1", "by": "operator-1"},
}


def question(**changed: Any) -> Asked | Refused:
    data = {**QUESTION["data"], **changed}
    return parse_question(json.dumps({**QUESTION, "data": data}).encode(), receiver="centre")


def test_a_question_is_heard() -> None:
    assert question() == Asked(
        receiver="centre", question=Question.OUTSTANDING, question_id="q-1", by="operator-1"
    )


@pytest.mark.parametrize(
    "changed", [{"question": "who"}, {"question_id": ""}, {"question_id": None}, {"by": "a\nb"}]
)
def test_a_question_with_a_mistake_is_refused(changed: dict[str, Any]) -> None:
    said = question(**changed)
    assert isinstance(said, Refused)
    assert said.reason is Reason.WRONG_SHAPE


def test_an_answer_is_no_question_and_a_question_no_answer() -> None:
    for said in (
        parse_question(event(), receiver="centre"),
        parse(json.dumps(QUESTION).encode()),
    ):
        assert isinstance(said, Refused)
        assert said.reason is Reason.WRONG_KIND


@given(st.dictionaries(st.sampled_from([*QUESTION["data"], "x"]), json_values))
def test_any_json_in_a_question_never_raises(changed: dict[str, Any]) -> None:
    assert isinstance(question(**changed), Asked | Refused)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        *((word, Feedback(word)) for word in Feedback),
        (True, Feedback.TRUE),
        (False, Feedback.FALSE),
        ("FALSE", Feedback.FALSE),
        ("pet", Feedback.UNKNOWN),
        (None, Feedback.UNKNOWN),
        (["true"], Feedback.UNKNOWN),
    ],
)
def test_what_an_alarm_turned_out_to_be_keeps_none_open(said: object, outcome: Feedback) -> None:
    answer = parse(data(answer="closed", outcome=said))
    assert isinstance(answer, Acknowledgement)
    assert (answer.answer, answer.outcome) == (Answer.CLOSED, outcome)


def test_a_receipt_may_be_for_a_month() -> None:
    heard = parse(receipt(batch_id=f"{GATEWAY}/month-2026-10"))
    assert heard == MonthReceipt(receiver="centre", month="2026-10", by="centre")
    for other in ("month-2026-13", "month-1-2"):
        assert isinstance(parse(receipt(batch_id=f"{GATEWAY}/{other}")), ReportReceipt)
