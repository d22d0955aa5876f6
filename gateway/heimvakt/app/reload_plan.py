"""What would be lost by a reload, found before it is done: the engine itself is asked.

Pure. The state that there would be is made by the same step that makes it when the configuration is
taken, and is thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from heimvakt.core.alarms import AlarmState
from heimvakt.core.devices import Home
from heimvakt.core.engine import step
from heimvakt.core.events import GatewayStarted, Stamp
from heimvakt.core.state import State
from heimvakt.core.usual import Usual


def lost(before: Home, after: Home, state: State, at: Stamp) -> Iterator[tuple[str, str]]:
    """What would be known no more, and what of it would be an alarm."""
    other = {
        rule_id
        for rule_id, rule in before.rules.items()
        if rule_id not in after.rules or after.rules[rule_id].kind != rule.kind
    }
    kept = replace(state, rules={i: one for i, one in state.rules.items() if i not in other})
    begun = GatewayStarted(stamp=at, cause="a plan", last_alive=at.at)
    there = step(after, kept, begun).state
    for rule_id in before.rules:
        where = f"rules.{rule_id}"
        weeks = _weeks(state.rules.get(rule_id))
        if weeks and not (rule_id not in other and _weeks(there.rules.get(rule_id))):
            yield where, f"what it has learned in {weeks} weeks"
        if any(name.startswith(f"{rule_id}/") for name in state.timers) and rule_id in other:
            yield where, "what it is waiting for now"
    for device_id in before.devices:
        if device_id in after.devices or device_id not in state.supervised.devices:
            continue
        yield f"devices.{device_id}", "how often it speaks, when it was last heard, its battery"
    for alarm_id, alarm in state.alarms.items():
        now = there.alarms.get(alarm_id)
        if alarm.state is AlarmState.PENDING and now is not None and not now.state.is_untold:
            yield (
                f"rules.{alarm.rule_id}",
                "an alarm that could still be taken back goes out at once",
            )


def _weeks(state: object) -> int:
    usual = getattr(state, "usual", None)
    return len(usual.weeks) if isinstance(usual, Usual) else 0
