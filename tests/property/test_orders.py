"""Whatever comes between: no order is carried out twice, and of each its end is told."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.commands import Verb
from heimvakt.core.events import AlarmClosed, ButtonPressed, CommandCompleted, CommandResult
from heimvakt.core.orders import KEPT_MAX, OrderVerb
from tests.support.homes import GATEWAY
from tests.support.orders import OrderDesk, order

ENDS = (CommandResult.DONE, CommandResult.FAILED, CommandResult.TIMED_OUT)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("unlock"), st.integers(1, 3)),
        st.tuples(st.just("again"), st.integers(0, 5)),
        st.tuples(st.just("complete"), st.sampled_from(ENDS)),
        st.tuples(st.just("press"), st.none()),
        st.tuples(st.just("close"), st.integers(1, 3)),
        st.tuples(st.just("restart"), st.integers(0, 400)),
        st.tuples(st.just("wait"), st.integers(0, 700)),
        st.tuples(st.just("set back"), st.integers(0, 3_000)),
    ),
    max_size=30,
)


class Watched(OrderDesk):
    """Keeps every answer."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, str]] = []
        self.opened: Counter[str] = Counter()
        self.why: dict[str, str] = {}
        """For which alarm, by order."""
        super().__init__()

    def tell(self, event: Any, **at: Any) -> Any:
        outcome = super().tell(event, **at)
        self.answers += [(each.order_id, str(each.result)) for each in outcome.answers]
        for command in outcome.commands:
            if command.verb is Verb.UNLOCK:
                self.opened[command.command_id] += 1
                alarm = self.table.get(self.why[command.command_id])
                assert alarm is not None, "for an alarm of this home"
                assert alarm.state.is_open, "that is open"
        return outcome


@settings(deadline=None, max_examples=60)
@given(ACTS)
def test_no_order_is_carried_out_twice_and_each_has_an_end(acts: list[tuple[str, Any]]) -> None:
    desk, given_orders = Watched(), []
    for act, what in acts:
        match act:
            case "unlock":
                made = order(
                    OrderVerb.UNLOCK,
                    desk.at,
                    device_id="front-lock",
                    alarm_id=f"{GATEWAY}-{what}",
                )
                desk.why[made.order_id] = f"{GATEWAY}-{what}"
                given_orders.append(made)
                desk.tell(made)
            case "again" if given_orders:
                desk.tell(given_orders[what % len(given_orders)])
            case "complete" if desk.commands:
                last = desk.commands[-1]
                desk.tell(CommandCompleted(command_id=last.command_id, verb=last.verb, result=what))
            case "press":
                desk.tell(ButtonPressed(device_id="button"))
            case "close":
                desk.tell(AlarmClosed(alarm_id=f"{GATEWAY}-{what}", receiver="centre", by="op"))
            case "restart":
                desk.restart(seconds=what)
            case "wait":
                desk.wait(seconds=what)
            case "set back":
                desk.at -= timedelta(seconds=what)
            case _:
                pass
        assert len(desk.state.orders) <= KEPT_MAX
    desk.wait(hours=2)
    assert all(times == 1 for times in desk.opened.values())
    accepted = [order_id for order_id, result in desk.answers if result == "accepted"]
    assert sorted(accepted) == sorted(desk.opened)
    for order_id in accepted:
        assert any((order_id, end) in desk.answers for end in ENDS)
