"""Any interleaving of alarms, connections, confirmations, answers and time: each gets through."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from heimvakt.core.delivery import Send
from heimvakt.core.ledger import Waiting
from heimvakt.core.outgoing import CONFIRM_S, FRESH_S
from heimvakt.core.sessions import FRESH_MAX, OTHERS_MAX
from heimvakt.core.uplink import Line, Waits
from tests.support.outbox import HIGH, LOW, MEDIUM, Outbox, row

BOTH = ("broadband", "mobile")
PATHS = st.sampled_from(BOTH)
LINES = [Line(), Line(rtt_s=0.05, bytes_per_s=30_000), Line(rtt_s=0.01, bytes_per_s=10e6)]


class Delivery(RuleBasedStateMachine):
    """One receiver over two paths."""

    @initialize(line=st.sampled_from(LINES), seed=st.integers(0, 1_000))
    def begin(self, line: Line, seed: int) -> None:
        self.outbox = Outbox(paths=BOTH, line=line, seed=seed)
        self.number = 0
        self.written: dict[str, float] = {}
        """When, by alarm, as it is now."""
        self.round()

    def round(self) -> None:
        """What there is to do now, and that the order was kept."""
        before = len(self.outbox.sends)
        self.outbox.go()
        keys = [
            (-1, -s.row.number) if s.fresh else (s.row.urgency, s.row.number)
            for s in self.outbox.sends[before:]
        ]
        assert keys == sorted(keys), "in one round: what is fresh, then priority, then age"

    def write(self, new: Waiting) -> None:
        self.outbox.write(new)
        self.written[new.alarm_id] = self.outbox.now

    @property
    def unsent_high(self) -> list[Waiting]:
        sent = {send.row.alarm_id for send in self.outbox.sends}
        waiting = self.outbox.rows.values()
        return [row for row in waiting if row.urgency == HIGH and row.alarm_id not in sent]

    def high_under_way(self, path: str) -> list[Send]:
        under_way = self.outbox.under_way.values()
        return [s for s in under_way if s.session == path and s.row.urgency == HIGH]

    @property
    def standing(self) -> list[str]:
        return [s.name for s in self.outbox.sessions if s.standing]

    # --- what can happen --------------------------------------------------------------------------

    @rule(urgency=st.sampled_from([HIGH, MEDIUM, LOW]), count=st.integers(1, 30))
    def raised(self, urgency: int, count: int) -> None:
        for _ in range(count):
            self.number += 1
            self.write(row(self.number, urgency))
        self.round()

    @precondition(lambda self: self.outbox.rows)
    @rule(data=st.data())
    def changed(self, data: st.DataObject) -> None:
        old = self.outbox.rows[data.draw(st.sampled_from(sorted(self.outbox.rows)))]
        self.write(row(old.number, old.urgency, old.revision + 1))
        self.round()

    @rule(path=PATHS)
    def lost(self, path: str) -> None:
        self.outbox.lose(path)
        self.round()

    @rule(path=PATHS)
    def connected(self, path: str) -> None:
        if path not in self.standing:
            self.outbox.connect(path)
        self.round()

    @precondition(lambda self: self.outbox.under_way)
    @rule(data=st.data(), count=st.integers(1, 20))
    def confirmed(self, data: st.DataObject, count: int) -> None:
        for _ in range(min(count, len(self.outbox.under_way))):
            key = data.draw(st.sampled_from(sorted(self.outbox.under_way)))
            send = self.outbox.under_way[key]
            self.outbox.confirm(send.row.number, path=send.session)
        self.round()

    @precondition(lambda self: self.outbox.sends)
    @rule(data=st.data())
    def answered(self, data: st.DataObject) -> None:
        send = data.draw(st.sampled_from(self.outbox.sends[-40:]))
        self.outbox.answer(send.row.number, send.row.revision)
        self.round()

    @precondition(lambda self: self.outbox.under_way)
    @rule(data=st.data())
    def put_off(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.outbox.under_way)))
        self.outbox.planner.put_off(self.outbox.under_way.pop(key), self.outbox.now)
        self.round()

    @rule(seconds=st.sampled_from([0.3, 1.0, 4.0, 11.0, 31.0, 700.0]))
    def time_passes(self, seconds: float) -> None:
        self.outbox.until(self.outbox.now + seconds)
        self.round()

    # --- what must be true at any time ------------------------------------------------------------

    @invariant()
    def a_fresh_high_alarm_waits_for_nothing_but_newer_ones(self) -> None:
        if not hasattr(self, "outbox"):
            return
        for each in self.unsent_high:
            if self.outbox.now < self.written[each.alarm_id] + FRESH_S:
                for path in self.standing:
                    fresh = [s for s in self.high_under_way(path) if s.fresh]
                    assert len(fresh) >= FRESH_MAX

    @invariant()
    def those_that_have_waited_are_not_kept_waiting_by_fresh_ones_alone(self) -> None:
        if not hasattr(self, "outbox"):
            return
        for each in self.unsent_high:
            if self.outbox.now >= self.written[each.alarm_id] + FRESH_S:
                for path in self.standing:
                    under_way = self.outbox.under_way.values()
                    assert any(not s.fresh for s in under_way if s.session == path)

    @invariant()
    def what_is_under_way_is_bounded(self) -> None:
        if not hasattr(self, "outbox"):
            return
        for path in BOTH:
            others = [
                s
                for s in self.outbox.under_way.values()
                if s.session == path and s.row.urgency != HIGH
            ]
            assert len(others) <= OTHERS_MAX

    @invariant()
    def nothing_is_waited_for_in_the_past(self) -> None:
        if hasattr(self, "outbox"):
            at = self.outbox.planner.next_at(self.outbox.now)
            assert at is None or at > self.outbox.now

    def teardown(self) -> None:
        """All is well again: within one round of retries everything has got through."""
        if not hasattr(self, "outbox"):
            return
        outbox = self.outbox
        for path in BOTH:
            if path not in self.standing:
                outbox.connect(path)
        ends_at = outbox.now + 700.0
        while outbox.rows and outbox.now <= ends_at:
            outbox.go()
            while outbox.under_way:
                for send in list(outbox.under_way.values()):
                    outbox.confirm(send.row.number, path=send.session)
                    outbox.answer(send.row.number, send.row.revision)
                outbox.go()
            outbox.now = outbox.planner.next_at(outbox.now) or ends_at + CONFIRM_S
        for send in list(outbox.under_way.values()):
            outbox.confirm(send.row.number, path=send.session)
        assert outbox.rows == {}
        assert outbox.waits() is Waits.NOTHING
        assert all(session.bytes_under_way == 0 for session in outbox.sessions)


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
