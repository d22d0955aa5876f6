"""The small parts: the plan, what must not be given again, orders, what records mean."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core import commands
from heimvakt.core.commands import Command, CommandFailed
from heimvakt.core.events import (
    DispenserJammed,
    DispenserLow,
    DispenserOpened,
    DispenserRefilled,
    DoseOffered,
    DoseTaken,
    LoggedEvent,
    TakenHow,
)
from heimvakt_drivers.serial.dispenser import ordering
from heimvakt_drivers.serial.dispenser.kept import FORGOTTEN_MIN, Kept, load, save
from heimvakt_drivers.serial.dispenser.orders import ORDERS_MAX, Order, Orders, number_of
from heimvakt_drivers.serial.dispenser.payload import (
    NO_AGE,
    Answer,
    HelloAnswer,
    LogEntry,
    Malformed,
    Result,
    Status,
    Tag,
    Verb,
    read_tlvs,
    tlv,
)
from heimvakt_drivers.serial.dispenser.schedule import (
    ENTRIES_MAX,
    Plan,
    plan_for,
    to_minute,
    to_moment,
)
from heimvakt_drivers.serial.dispenser.translate import Code, event_of
from tests.support.dispenser import MEDICINE, OSLO, dispenser_device, moment, plan
from tests.support.drivers import Gateway

EIGHT = to_minute(moment("02 09:00"))
FREE = Kept(log=1, since=0)


# ---------------------------------------------------------------------------------------- plan


def test_a_plan_is_what_comes_with_its_windows() -> None:
    made = plan_for(plan(("09:00", "60")), OSLO, moment("02 09:30"), FREE)
    assert made.doses[:2] == ((EIGHT, 60), (EIGHT + 24 * 60, 60))
    assert len(made.doses) == ENTRIES_MAX


def test_a_window_that_is_over_is_in_no_plan() -> None:
    made = plan_for(plan(("09:00", "60")), OSLO, moment("02 10:00"), FREE)
    assert made.doses[0] == (EIGHT + 24 * 60, 60)


def test_what_may_not_be_given_is_in_no_plan() -> None:
    kept = Kept(log=1, since=EIGHT - 1, barred=frozenset({EIGHT}))
    made = plan_for(plan(("09:00", "60"), ("21:00", "60")), OSLO, moment("02 08:00"), kept)
    assert made.doses[0][0] == EIGHT + 12 * 60


def test_plans_are_told_apart_by_their_number() -> None:
    assert Plan(((1, 2),)).number != Plan(((1, 3),)).number
    assert Plan(()).octets == b""


@given(st.integers(0, 2**31))
def test_a_dose_keeps_its_minute(minute: int) -> None:
    assert to_minute(to_moment(minute)) == minute


# ---------------------------------------------------------------------------------------- kept


def test_nothing_is_given_before_it_is_known_since_when() -> None:
    assert not Kept(log=1).allows(EIGHT)
    assert Kept(log=1).begun(EIGHT - 1).allows(EIGHT)
    assert not Kept(log=1).begun(EIGHT).allows(EIGHT)
    assert Kept(log=1).begun(5).begun(EIGHT).since == 5


def test_what_was_touched_is_barred_under_the_next_log_and_all_after_it() -> None:
    kept = FREE.touching(EIGHT)
    assert kept.allows(EIGHT)
    for log in (2, 3):
        kept = kept.met(log).begun(0)
        assert not kept.allows(EIGHT)
        assert kept.allows(EIGHT + 1)
    assert kept.met(3) is kept


def test_old_doses_are_forgotten() -> None:
    kept = FREE.touching(EIGHT).met(2).touching(EIGHT + 1)
    kept = kept.touching(EIGHT + FORGOTTEN_MIN + 2)
    assert kept.touched == {EIGHT + FORGOTTEN_MIN + 2}
    assert kept.barred == frozenset()


def test_it_is_on_the_disk_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "medicine.json"
    assert load(file) == Kept()
    kept = Kept(7, EIGHT, frozenset({1, 2}), frozenset({3}))
    save(file, kept)
    save(file, kept.touching(EIGHT))
    assert load(file) == kept.touching(EIGHT)
    assert [each.name for each in tmp_path.iterdir()] == ["medicine.json"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"log": 1, "since": "x"}', "\0"])
def test_a_file_that_is_damaged_is_not_believed(tmp_path: Path, text: str) -> None:
    file = tmp_path / "medicine.json"
    file.write_text(text)
    with pytest.raises(ValueError, match="not what was written"):
        load(file)


# -------------------------------------------------------------------------------------- orders


def order(name: str = "one") -> Order:
    return Order(number_of(name), Verb.BEEP, 0)


def test_what_may_have_been_heard_is_asked_for_and_sent_again_only_if_it_was_not() -> None:
    orders, one = Orders(), order()
    assert orders.give(one)
    assert one.send(log=1) is Verb.BEEP
    assert one.send(log=1) is Verb.ASK
    assert orders.answered(Answer(one.number, Result.UNKNOWN, 0), 0.0) is None
    assert one.send(log=1) is Verb.BEEP


def test_one_that_was_running_and_is_not_known_any_more_is_over() -> None:
    orders, one = Orders(), order()
    orders.give(one)
    one.send(log=1)
    assert orders.answered(Answer(one.number, Result.RUNNING, 0), 0.0) is None
    assert orders.next(0.0) is None, "not at once again"
    assert orders.next(1.0) is one
    assert orders.answered(Answer(one.number, Result.UNKNOWN, 0), 1.0) is one


def test_only_a_few_orders_wait() -> None:
    orders = Orders()
    taken = [orders.give(order(str(number))) for number in range(ORDERS_MAX + 1)]
    assert taken == [True] * ORDERS_MAX + [False]


def test_one_that_is_withdrawn_is_not_sent() -> None:
    orders, one, two = Orders(), order("one"), order("two")
    orders.give(one)
    orders.give(two)
    orders.withdraw(one)
    assert orders.next(0.0) is two
    assert orders.answered(Answer(one.number, Result.DONE, 0), 0.0) is None


def test_a_command_has_the_same_number_each_time() -> None:
    assert number_of("a") == number_of("a") != number_of("b")
    assert number_of("a") < 2**64


class Silent:
    """A dispenser that never says what came of an order; as much of a `Talk` as is needed."""

    def __init__(self, *, sent: bool) -> None:
        self.agenda = SimpleNamespace(status=object(), orders=Orders())
        self._sent = sent

    async def outcome(self, order: Order) -> None:
        order.sent = self._sent
        await asyncio.Event().wait()


@pytest.mark.parametrize(("sent", "why"), [(True, "no answer came"), (False, "no contact")])
async def test_whether_an_order_without_an_answer_was_carried_out_is_said_as_it_is(
    sent: bool, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "OUTCOME_S", 0.01)
    silent: Any = Silent(sent=sent)
    gateway = Gateway([dispenser_device()], "")
    beep = Command(command_id="b", verb=commands.Verb.IDENTIFY, device_id=MEDICINE)
    with pytest.raises(CommandFailed, match=why) as failed:
        await ordering.carry_out(beep, silent, gateway, lambda: None)
    assert failed.value.certain is not sent
    assert silent.agenda.orders.next(0.0) is None


# ------------------------------------------------------------------------------------- records


def entry(code: int, *tlvs: bytes, age_ms: int = 0) -> LogEntry:
    return LogEntry(0xAB, 9, age_ms, code, read_tlvs(b"".join(tlvs)))


DOSE = tlv(Tag.DOSE, EIGHT, 4)
MARK: dict[str, Any] = {"device_id": MEDICINE, "log": "00000000000000ab", "record": 9}


@pytest.mark.parametrize(
    ("code", "tlvs", "event"),
    [
        (Code.DOSE_OFFERED, [DOSE], DoseOffered(dose=to_moment(EIGHT), **MARK)),
        (
            Code.DOSE_TAKEN,
            [DOSE, tlv(Tag.HOW, 2)],
            DoseTaken(dose=to_moment(EIGHT), how=TakenHow.TRAVEL, **MARK),
        ),
        (
            Code.DOSE_TAKEN,
            [DOSE, tlv(Tag.HOW, 9)],
            DoseTaken(dose=to_moment(EIGHT), how=TakenHow.IN_TIME, **MARK),
        ),
        (Code.LOW, [tlv(Tag.COUNT, 3)], DispenserLow(left=3, **MARK)),
        (Code.REFILLED, [tlv(Tag.COUNT, 28)], DispenserRefilled(doses=28, **MARK)),
        (Code.OPENED, [tlv(Tag.FORCED, 1)], DispenserOpened(forced=True, **MARK)),
        (Code.OPENED, [], DispenserOpened(forced=False, **MARK)),
        (Code.JAMMED, [tlv(Tag.REASON, 77)], DispenserJammed(reason="", **MARK)),
        (Code.DOSE_REMINDED, [DOSE], None),
        (0x7777, [], None),
    ],
)
def test_what_records_mean(code: int, tlvs: list[bytes], event: LoggedEvent | None) -> None:
    assert event_of(MEDICINE, entry(code, *tlvs)) == event


def test_how_long_ago_it_was() -> None:
    event = event_of(MEDICINE, entry(Code.TILTED, age_ms=1500))
    assert event is not None
    assert event.ago_s == 1.5
    event = event_of(MEDICINE, entry(Code.TILTED, age_ms=NO_AGE))
    assert event is not None
    assert event.ago_s == 0.0


@pytest.mark.parametrize("code", [Code.DOSE_OFFERED, Code.DOSE_TAKEN, Code.LOW, Code.REFILLED])
def test_a_record_without_what_belongs_to_it_is_not_made_up(code: Code) -> None:
    with pytest.raises(ValueError, match="has no"):
        event_of(MEDICINE, entry(code))


def test_a_dose_in_no_year_is_not_made_up() -> None:
    with pytest.raises(ValueError, match="no year"):
        to_moment(2**63)


@given(st.binary(max_size=60))
def test_payloads_of_any_octets_are_read_or_refused(octets: bytes) -> None:
    for read in (HelloAnswer.read, LogEntry.read, Answer.read, Status.read, read_tlvs):
        with suppress(Malformed):
            read(octets)


def test_a_payload_may_grow_at_its_end() -> None:
    short = Answer.read(bytes(10))
    assert Answer.read(bytes(10) + b"later versions") == short
    with pytest.raises(Malformed):
        Answer.read(bytes(9))


def test_the_span_of_a_plan_is_longer_than_any_window() -> None:
    made = plan_for(plan(("09:00", "1439")), OSLO, moment("03 08:58"), FREE)
    assert made.doses[0][0] == EIGHT
    assert to_moment(EIGHT) + timedelta(minutes=1439) > moment("03 08:58")
