"""Rules that are as small as the question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from heimvakt.core.alarms import Priority
from heimvakt.core.devices import Home
from heimvakt.core.effects import Effects, RaiseAlarm
from heimvakt.core.engine import step
from heimvakt.core.events import Event, GatewayStarted, stamped
from heimvakt.core.routes import Routes
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words
from tests.support.homes import DEVICES, EVENING, Desk, stamp, to_all


def a_rule(answers: Mapping[type[Event], Effects], rule_id: str = "small") -> Rule[Any]:
    """A rule without a memory: the same answer to every event of a kind."""

    def answer(state: None, event: Event) -> tuple[None, Effects]:
        return state, answers.get(type(event), ())

    return Rule(
        rule_id=rule_id,
        kind="small",
        version=1,
        initial=None,
        states=(),
        step=answer,
        needs=frozenset(),
    )


def a_home(*rules: Rule[Any], told: Routes | None = None) -> Home:
    """A home with nothing but these rules, and a centre unless others are told."""
    return Home(
        gateway_id="no-1",
        devices=DEVICES,
        rules={rule.rule_id: rule for rule in rules},
        routes=told or to_all("centre"),
    )


def a_raise(key: str = "k", **changed: Any) -> RaiseAlarm:
    """An alarm that a small rule asks for."""
    asked = RaiseAlarm(
        key=key,
        kind="small",
        priority=Priority.LOW,
        began_at=EVENING,
        text=Words(nb="Noe.", en="Something."),
        evidence=(),
    )
    return replace(asked, **changed)


class SmallDesk(Desk):
    """Without rows: the small rules have no state that could be stored."""

    def tell(self, event: Event, *, at: Any = None) -> Any:
        event = stamped(event, stamp(len(self.journal) + 1, self.at))
        self.journal.append(event)
        self.outcome = step(self.home, self.state, event)
        self.state = self.outcome.state
        return self.outcome

    def restart(self, home: Home | None = None, **off: float) -> None:
        last_alive, self.at = self.at, self.at + timedelta(**off)
        self.home = home or self.home
        self.tell(GatewayStarted(cause="started", last_alive=last_alive))
