"""Alarms as messages: the id is for ever, and what is not known is left out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.alarms import Alarm, AlarmState, Move, Priority, move
from heimvakt.core.events import ClockQuality
from heimvakt.core.heard import Asked, Question
from heimvakt.core.ledger import Stored
from heimvakt.core.uplink import ReportBatch, Sending
from heimvakt.core.words import Words
from heimvakt.uplinks import batches, render
from heimvakt.uplinks.alarm_messages import AlarmMessage, OutstandingMessage
from heimvakt.uplinks.envelope import to_bytes
from heimvakt.uplinks.gateway_messages import ReportsMessage
from tests.support.uplinks import GATEWAY, NIGHT, alarm, batch, door_opened, heartbeat, sending

times = st.integers(0, 4_000_000_000).map(lambda s: datetime.fromtimestamp(s / 7, UTC))
texts = st.text(max_size=30)
alarms = st.builds(
    Alarm,
    alarm_id=texts,
    number=st.integers(min_value=0),
    kind=texts,
    priority=st.sampled_from(Priority),
    began_at=times,
    raised_at=times,
    clock=st.sampled_from(ClockQuality),
    rule_id=texts,
    rule_version=st.integers(0, 99),
    key=texts,
    text=st.builds(Words, nb=texts, en=texts),
    state=st.sampled_from(AlarmState),
    revision=st.integers(0, 9),
)
sendings = st.builds(
    Sending, sent_at=times, clock=st.sampled_from(ClockQuality), attempt=st.integers(1, 99)
)


def rendered(one: Alarm, at: Sending) -> dict[str, object]:
    message = render.alarm_message(one, at, gateway_id=GATEWAY)
    decoded: dict[str, object] = json.loads(to_bytes(message))
    return decoded


@given(alarms, sendings, sendings)
def test_the_id_depends_on_the_alarm_and_its_revision_alone(
    one: Alarm, at: Sending, later: Sending
) -> None:
    first, again = rendered(one, at), rendered(one, later)
    assert (first["source"], first["id"]) == (again["source"], again["id"])
    assert first["time"] == again["time"]
    assert rendered(replace(one, revision=one.revision + 1), at)["id"] != first["id"]


@given(alarms, sendings)
def test_what_is_sent_can_be_read_again_and_holds_no_null(one: Alarm, at: Sending) -> None:
    message = render.alarm_message(one, at, gateway_id=GATEWAY)
    wire = to_bytes(message)
    assert AlarmMessage.model_validate_json(wire) == message
    assert "null" not in _values(json.loads(wire))


def _values(value: object) -> set[str]:
    if isinstance(value, dict):
        return {kind for one in value.values() for kind in _values(one)}
    if isinstance(value, list):
        return {kind for one in value for kind in _values(one)}
    return {"null"} if value is None else set()


def test_how_late_it_is_says_seconds_from_raised_to_sent() -> None:
    data = render.alarm_message(alarm(), sending(after_s=61.25), gateway_id=GATEWAY).data
    assert data.late_s == 61.25
    assert data.sent_at - data.raised_at == timedelta(seconds=61.25)


def test_a_clock_that_was_set_back_shows() -> None:
    data = render.alarm_message(alarm(), sending(after_s=-3600), gateway_id=GATEWAY).data
    assert data.late_s == -3600


def test_the_time_of_a_revision_is_when_it_was_made() -> None:
    cancelled_at = NIGHT + timedelta(hours=1)
    cancelled = move(alarm(), Move.CANCEL, at=cancelled_at, by="resident")
    message = render.alarm_message(cancelled, sending(), gateway_id=GATEWAY)
    assert message.time == cancelled_at
    assert message.id == f"{GATEWAY}-1/1"
    assert [(s.state, s.by) for s in message.data.history][-1] == ("cancelled", "resident")


def test_a_last_will_has_no_time_since_nobody_knows_it() -> None:
    will = render.state_message(
        gateway_id=GATEWAY, token="1", at=None, reason="lost", version="0.1.0", started_at=NIGHT
    )
    assert "time" not in json.loads(to_bytes(will))
    assert will.data.online is False


def test_two_heartbeats_have_two_ids() -> None:
    later = replace(heartbeat(), at=NIGHT + timedelta(minutes=1))
    first = render.heartbeat_message(heartbeat(), gateway_id=GATEWAY)
    assert render.heartbeat_message(later, gateway_id=GATEWAY).id != first.id


# --- reports and questions ------------------------------------------------------------------------


def reports(one: ReportBatch, bytes_max: int | None = None) -> bytes:
    return batches.reports_bytes(
        one, gateway_id=GATEWAY, sent_at=NIGHT, path="broadband", bytes_max=bytes_max
    )


bodies = st.lists(st.dictionaries(st.text(), st.text() | st.integers()), min_size=1, max_size=9)


@given(bodies)
def test_a_batch_holds_the_events_as_they_are_stored(events: list[dict[str, object]]) -> None:
    stored = tuple(
        Stored(seq=seq, body=json.dumps(event, ensure_ascii=False))
        for seq, event in enumerate(events, start=5)
    )
    wire = reports(replace(batch(), events=stored))
    message = ReportsMessage.model_validate_json(wire)
    assert list(message.data.events) == events
    assert (message.data.first, message.data.last) == (5, 4 + len(events))
    for one in stored:
        assert one.body.encode() in wire, "not decoded and encoded again"


def test_a_batch_sent_again_has_the_same_id() -> None:
    first, again = (json.loads(reports(batch(3, 4))) for _ in range(2))
    assert first["id"] == again["id"] == "reports/telemetry-3-6"


def test_one_event_that_is_longer_than_the_broker_takes_is_said_to_be_left_out() -> None:
    """Else its receiver would never hear of anything that comes after it."""
    one = replace(batch(), events=(Stored(seq=9, body=door_opened(9, size=5000)),))
    whole = json.loads(reports(one))["data"]["events"]
    cut = reports(one, bytes_max=4000)
    assert whole[0]["kind"] == "door-opened"
    assert json.loads(cut)["data"]["events"] == [{"seq": 9, "omitted": True}]
    assert len(cut) <= 4000


def outstanding(alarms: list[Alarm], bytes_max: int | None = None) -> OutstandingMessage:
    asked = Asked(
        receiver="centre", question=Question.OUTSTANDING, question_id="q-1", by="operator-1"
    )
    return render.outstanding_message(asked, alarms, NIGHT, gateway_id=GATEWAY, bytes_max=bytes_max)


def test_open_alarms_are_told_the_most_urgent_first() -> None:
    told = outstanding([alarm(3, priority=Priority.LOW), alarm(2), alarm(1)]).data
    assert [one.number for one in told.alarms] == [1, 2, 3]
    assert (told.question_id, told.total) == ("q-1", 3)


def test_however_many_are_open_the_answer_fits_and_says_how_many_there_are() -> None:
    many = [alarm(number) for number in range(1000)]
    assert len(outstanding(many).data.alarms) == render.OUTSTANDING_MAX
    short = outstanding(many, bytes_max=10_000)
    assert short.data.total == 1000
    assert len(to_bytes(short)) <= 10_000


def test_a_shortened_alarm_says_so_and_keeps_what_an_operator_needs() -> None:
    whole = render.alarm_message(alarm(), sending(), gateway_id=GATEWAY)
    short = render.alarm_message(alarm(), sending(), gateway_id=GATEWAY, shortened=True)
    assert short.id == whole.id
    assert short.data.shortened
    assert (short.data.evidence, short.data.thresholds, short.data.history) == ((), {}, ())
    assert short.data.text == whole.data.text
    assert AlarmMessage.model_validate_json(to_bytes(short)) == short


def test_a_technicians_alarm_is_marked_and_others_say_nothing_of_it() -> None:
    data = rendered(alarm(), sending())["data"]
    assert isinstance(data, dict)
    assert "test" not in data
    assert render.alarm_message(alarm(test=True), sending(), gateway_id=GATEWAY).data.test
    (told,) = outstanding([alarm(test=True)]).data.alarms
    assert told.test


def test_what_was_kept_back_tells_since_when_and_by_what() -> None:
    kept = move(alarm(state=AlarmState.PENDING), Move.SUPPRESS, at=NIGHT, by="visit")
    later = move(kept, Move.RELEASE, at=NIGHT + timedelta(hours=2))
    history = render.alarm_message(later, sending(), gateway_id=GATEWAY).data.history
    assert [(one.state, one.by) for one in history[-2:]] == [
        ("suppressed", "visit"),
        ("raised", None),
    ]
