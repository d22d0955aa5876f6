"""What every uplink promises, whatever carries it: `heimvakt.core.uplink.Uplink` in words.

A rig brings the uplink, the far end and the line between them; a new uplink adds a rig.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.heard import Answer, Asked, MonthReceipt, Question, ReportReceipt
from heimvakt.core.orders import OrderAnswer
from heimvakt.core.uplink import NotConnected, Uplink, Waits
from heimvakt.demo.receiver import Behaviour, Manners, Receiver
from heimvakt.runtime.clock import SystemClock
from tests.support.broker import AMQTT, MOSQUITTO, broker
from tests.support.proxy import Proxy, proxy
from tests.support.self_test import one_that_was_done
from tests.support.uplinks import (
    GATEWAY,
    alarm,
    batch,
    change,
    heartbeat,
    month,
    mqtt_uplink,
    running,
    sending,
)

CUTS = (0, 1, 2, 40, 200, 700, 1000)
"""Bytes of an alarm that get through before the line is cut; it has some 1,100 in all."""


class Rig(Protocol):
    """An uplink with its world."""

    uplink: Uplink

    async def arrived(self) -> tuple[str, str]:
        """(id of the message, id of the alarm) of the next one that the far end has stored."""

    async def arrived_reports(self) -> list[int]:
        """Numbers of the events in the next batch that the far end has stored."""

    def answer(self, alarm_id: str, answer: Answer, by: str) -> None:
        """The far end answers."""

    def give_receipt(self, batch_id: str) -> None:
        """The far end has stored a batch."""

    def ask(self) -> str:
        """The far end asks which alarms are open; returns the id of the question."""

    async def arrived_month(self) -> str:
        """The next month that the far end has stored the figures of."""

    async def arrived_change(self) -> tuple[str, str, str | None]:
        """(id of the change, outcome, order) of the next one that the far end has stored."""

    async def arrived_outstanding(self) -> tuple[str, list[str]]:
        """(id of the question, ids of the alarms) of the next answer to a question."""

    def say_nonsense(self) -> None:
        """The far end says something that is no answer."""

    def cut_after(self, count: int) -> None:
        """Let so many more bytes through and cut the line."""

    def mend(self) -> None:
        """The line is whole again."""


class MqttRig:
    """A broker, a receiver behind it, and a line that can be cut between us and the broker."""

    def __init__(self, line: Proxy, centre: Receiver) -> None:
        self.uplink: Uplink = mqtt_uplink(line.url)
        self._line = line
        self._centre = centre

    async def arrived(self) -> tuple[str, str]:
        received = await self._centre.next("alarm", duplicates=True)
        return received.message["id"], received.message["data"]["alarm_id"]

    def answer(self, alarm_id: str, answer: Answer, by: str) -> None:
        self._centre.answer(GATEWAY, alarm_id, answer, by=by)

    async def arrived_reports(self) -> list[int]:
        data = (await self._centre.next("reports", duplicates=True)).message["data"]
        return [event["seq"] for event in data["events"]]

    def give_receipt(self, batch_id: str) -> None:
        self._centre.give_receipt(GATEWAY, f"{GATEWAY}/{batch_id}")

    def ask(self) -> str:
        return self._centre.ask_outstanding(GATEWAY)

    async def arrived_month(self) -> str:
        return str((await self._centre.next("month")).message["data"]["month"])

    async def arrived_change(self) -> tuple[str, str, str | None]:
        data = (await self._centre.next("change")).message["data"]
        return data["change_id"], data["outcome"], data.get("order_id")

    async def arrived_outstanding(self) -> tuple[str, list[str]]:
        data = (await self._centre.next("outstanding")).message["data"]
        return data["question_id"], [one["alarm_id"] for one in data["alarms"]]

    def say_nonsense(self) -> None:
        self._centre.say(GATEWAY, b"\x00 yes, thank you")

    def cut_after(self, count: int) -> None:
        self._line.cut_upstream_after(count)

    def mend(self) -> None:
        self._line.mend()


@asynccontextmanager
async def mqtt(kind: str) -> AsyncIterator[Rig]:
    async with broker(kind) as one, proxy(one.port) as line:
        behaviour = Behaviour(manners=Manners.NEVER, keep_events=True)
        async with Receiver(one.url, clock=SystemClock(), behaviour=behaviour).open() as centre:
            yield MqttRig(line, centre)


Make = Callable[[str], AbstractAsyncContextManager[Rig]]
rigs = pytest.mark.parametrize(
    ("make", "kind"),
    [
        pytest.param(mqtt, *MOSQUITTO.values, marks=MOSQUITTO.marks, id="mqtt-mosquitto"),
        pytest.param(mqtt, *AMQTT.values, marks=AMQTT.marks, id="mqtt-amqtt"),
    ],
)


@rigs
async def test_an_alarm_sent_twice_keeps_its_id(make: Make, kind: str) -> None:
    async with make(kind) as rig, running(rig.uplink):
        await rig.uplink.wait_connected()
        await rig.uplink.send(alarm(), sending(1))
        await rig.uplink.send(alarm(), sending(2, after_s=30))
        first, second = await rig.arrived(), await rig.arrived()
    assert first == second


@rigs
async def test_another_revision_is_another_message_about_the_same_alarm(
    make: Make, kind: str
) -> None:
    async with make(kind) as rig, running(rig.uplink):
        await rig.uplink.wait_connected()
        await rig.uplink.send(alarm(), sending())
        await rig.uplink.send(alarm(revision=1, state=AlarmState.CANCELLED), sending())
        first, second = await rig.arrived(), await rig.arrived()
    assert first[0] != second[0]
    assert first[1] == second[1]


@rigs
async def test_only_the_far_end_makes_an_answer(make: Make, kind: str) -> None:
    async with make(kind) as rig, running(rig.uplink) as heard:
        await rig.uplink.wait_connected()
        await rig.uplink.send(alarm(), sending())
        _, alarm_id = await rig.arrived()
        assert heard.empty(), "that it was sent and stored is no answer"
        rig.answer(alarm_id, Answer.RECEIVED, "system")
        rig.answer(alarm_id, Answer.ACCEPTED, "operator-1")
        answers = [await heard.get(), await heard.get()]
    assert [(a.alarm_id, a.answer, a.by, a.receiver) for a in answers] == [
        (alarm().alarm_id, Answer.RECEIVED, "system", rig.uplink.name),
        (alarm().alarm_id, Answer.ACCEPTED, "operator-1", rig.uplink.name),
    ]


@rigs
async def test_a_batch_arrives_whole_and_only_the_far_end_gives_a_receipt(
    make: Make, kind: str
) -> None:
    async with make(kind) as rig, running(rig.uplink) as heard:
        assert rig.uplink.carries_reports
        await rig.uplink.wait_connected()
        await rig.uplink.report(batch(7, 3))
        assert await rig.arrived_reports() == [7, 8, 9]
        assert heard.empty(), "that it was sent and stored is no receipt"
        rig.give_receipt("telemetry-7-9")
        assert await heard.get() == ReportReceipt(
            receiver=rig.uplink.name, batch_id="telemetry-7-9", by="demo-centre"
        )


@rigs
async def test_the_figures_of_a_month_arrive_and_their_receipt_is_heard(
    make: Make, kind: str
) -> None:
    async with make(kind) as rig, running(rig.uplink) as heard:
        await rig.uplink.wait_connected()
        await rig.uplink.tell_month(month(), alarm().raised_at)
        assert await rig.arrived_month() == "2026-10"
        rig.give_receipt("month-2026-10")
        assert await heard.get() == MonthReceipt(
            receiver=rig.uplink.name, month="2026-10", by="demo-centre"
        )


@rigs
async def test_what_became_of_a_change_arrives(make: Make, kind: str) -> None:
    async with make(kind) as rig, running(rig.uplink):
        await rig.uplink.wait_connected()
        await rig.uplink.tell_change(change(), alarm().raised_at)
        assert await rig.arrived_change() == ("change-7", "returned", None)


@rigs
async def test_a_question_is_heard_and_its_answer_carries_its_id(make: Make, kind: str) -> None:
    async with make(kind) as rig, running(rig.uplink) as heard:
        await rig.uplink.wait_connected()
        question_id = rig.ask()
        asked = await heard.get()
        assert (asked.question, asked.question_id) == (Question.OUTSTANDING, question_id)
        await rig.uplink.tell_outstanding(asked, [alarm(1), alarm(2)], alarm().raised_at)
        assert await rig.arrived_outstanding() == (question_id, [f"{GATEWAY}-1", f"{GATEWAY}-2"])


@rigs
async def test_who_waits_for_the_loss_and_for_the_return_is_told(make: Make, kind: str) -> None:
    async with make(kind) as rig:
        await rig.uplink.wait_lost()
        async with running(rig.uplink):
            await rig.uplink.wait_connected()
            rig.cut_after(0)
            await rig.uplink.wait_lost()
            assert not rig.uplink.connected
            rig.uplink.hurry()
            rig.uplink.pressing(Waits.HIGH)
            rig.mend()
            await rig.uplink.wait_connected()
        await rig.uplink.wait_lost()


@rigs
async def test_nonsense_is_counted_and_harms_nothing(make: Make, kind: str) -> None:
    async with make(kind) as rig, running(rig.uplink) as heard:
        await rig.uplink.wait_connected()
        before = sum(rig.uplink.counts().values())
        rig.say_nonsense()
        rig.answer(alarm().alarm_id, Answer.RECEIVED, "system")
        assert (await heard.get()).answer is Answer.RECEIVED
        assert heard.empty()
        assert sum(rig.uplink.counts().values()) >= before + 2


@rigs
async def test_without_a_connection_nothing_is_taken(make: Make, kind: str) -> None:
    async with make(kind) as rig:
        assert not rig.uplink.connected
        with pytest.raises(NotConnected):
            await rig.uplink.send(alarm(), sending())
        with pytest.raises(NotConnected):
            await rig.uplink.beat(heartbeat())
        with pytest.raises(NotConnected):
            await rig.uplink.report(batch())
        asked = Asked(receiver="centre", question=Question.OUTSTANDING, question_id="q", by="op")
        with pytest.raises(NotConnected):
            await rig.uplink.tell_outstanding(asked, [], alarm().raised_at)
        answer = OrderAnswer(order_id="order-1", receiver="centre", result="done")
        with pytest.raises(NotConnected):
            await rig.uplink.tell_order(answer, alarm().raised_at)
        with pytest.raises(NotConnected):
            await rig.uplink.tell_month(month(), alarm().raised_at)
        with pytest.raises(NotConnected):
            await rig.uplink.tell_self_test(one_that_was_done(), alarm().raised_at)
        with pytest.raises(NotConnected):
            await rig.uplink.tell_change(change(), alarm().raised_at)


@rigs
@pytest.mark.parametrize("count", CUTS)
async def test_cut_anywhere_it_claims_nothing_and_the_same_id_arrives_later(
    make: Make, kind: str, count: int
) -> None:
    async with make(kind) as rig, running(rig.uplink):
        await rig.uplink.wait_connected()
        await rig.uplink.send(alarm(1), sending())
        ids = {await rig.arrived()}
        rig.cut_after(count)
        with pytest.raises(NotConnected):
            await rig.uplink.send(alarm(2), sending())
        assert not rig.uplink.connected
        rig.mend()
        await rig.uplink.wait_connected()
        await rig.uplink.send(alarm(2), sending(2))
        ids.add(await rig.arrived())
    assert ids == {(f"{GATEWAY}-1/0", f"{GATEWAY}-1"), (f"{GATEWAY}-2/0", f"{GATEWAY}-2")}


@rigs
async def test_a_send_that_was_cancelled_leaves_the_uplink_whole(make: Make, kind: str) -> None:
    async with make(kind) as rig, running(rig.uplink):
        await rig.uplink.wait_connected()
        for number in range(1, 60):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await rig.uplink.send(alarm(number), sending())
        await rig.uplink.send(alarm(99), sending())
        while (await rig.arrived())[1] != alarm(99).alarm_id:
            pass


@rigs
async def test_stopped_it_takes_nothing_and_started_again_it_does(make: Make, kind: str) -> None:
    async with make(kind) as rig:
        for number in (1, 2):
            async with running(rig.uplink):
                await rig.uplink.wait_connected()
                await rig.uplink.send(alarm(number), sending())
                assert (await rig.arrived())[1] == alarm(number).alarm_id
            assert not rig.uplink.connected
            with pytest.raises(NotConnected):
                await rig.uplink.send(alarm(number), sending())
