"""A test alarm over one path: answered, not answered, not taken; no answer of it goes astray."""

from __future__ import annotations

import asyncio

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.heard import Acknowledgement, Answer, Heard
from heimvakt.runtime import trials as module
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.trials import TrialFailed, Trials
from tests.support.beside import beside
from tests.support.homes import EVENING, GATEWAY
from tests.support.memory_uplink import MemoryUplink


class Rig:
    """One path, and what of its answers goes on to the others."""

    def __init__(self) -> None:
        self.trials = Trials(GATEWAY, DrivenClock(EVENING))
        self.uplink = MemoryUplink(path="mobile")
        self.passed_on: list[Heard] = []
        self.hear = self.trials.beside(self._pass_on)

    async def _pass_on(self, heard: Heard) -> None:
        self.passed_on.append(heard)

    def answer(self, alarm_id: str) -> Acknowledgement:
        return Acknowledgement(
            alarm_id=alarm_id, answer=Answer.RECEIVED, receiver="centre", by="system"
        )

    async def answered(self) -> None:
        """The centre answers each alarm as soon as it is there."""
        seen = 0
        while True:
            await asyncio.sleep(0)
            for alarm, _ in self.uplink.sent[seen:]:
                seen += 1
                await self.hear(self.answer(alarm.alarm_id))


async def test_it_goes_over_this_path_alone_and_is_over_when_it_is_answered() -> None:
    rig = Rig()
    async with beside(rig.answered()):
        assert await rig.trials.run(rig.uplink) >= 0.0
        await rig.trials.run(rig.uplink)
    first, over, second, _ = (alarm for alarm, _ in rig.uplink.sent)
    assert first.test
    assert first.kind == "test"
    assert (over.alarm_id, over.state, over.revision) == (first.alarm_id, AlarmState.RESET, 1)
    assert second.alarm_id != first.alarm_id, "a repeat would be taken for the same"
    number = first.alarm_id.removeprefix(f"{GATEWAY}-")
    assert number.isdecimal(), "or no receiver could answer it"
    assert number.startswith("0"), "no alarm that a rule has raised begins so"
    assert rig.passed_on == [], "nobody else knows of it"


async def test_answers_to_alarms_of_rules_go_on_to_whom_they_are_for() -> None:
    rig = Rig()
    real = rig.answer(f"{GATEWAY}-4711")
    await rig.hear(real)
    late = rig.answer(f"{GATEWAY}-0123")
    await rig.hear(late)
    assert rig.passed_on == [real], "what came too late for a test is for nobody"


async def test_without_an_answer_it_says_how_far_it_got(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WITHIN_S", 0.02)
    rig = Rig()
    with pytest.raises(TrialFailed, match="no answer"):
        await rig.trials.run(rig.uplink)
    rig.uplink.confirms.clear()
    with pytest.raises(TrialFailed, match="not taken"):
        await rig.trials.run(rig.uplink)
    rig.uplink.cut()
    with pytest.raises(TrialFailed, match="not connected"):
        await rig.trials.run(rig.uplink)
