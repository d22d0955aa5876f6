"""What is written into the audit log: who ordered or did what with locks, doses and modes.

Pure. One entry for each such fact, committed with the event that it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from . import events as e
from .bundle_url import without_query
from .devices import Home
from .engine import Outcome
from .orders import SHORT_LIVED, OrderAnswer

About = Mapping[str, str | int | bool]
"""No fractions: two languages need not write them alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One fact for those who ask later."""

    what: str
    at: datetime
    clock: e.ClockQuality
    seq: int
    """Of the event in the journal, which is erased sooner."""
    about: About


def entries(home: Home, event: e.Event, outcome: Outcome) -> list[Entry]:
    """What is to be written of an event; mostly nothing."""
    found = [*_of_event(home, event, outcome)]
    if not isinstance(event, e.CommandReceived):
        found += [("result", _answered(answer)) for answer in outcome.answers]
    found += [("mode", _mode(each)) for each in outcome.derived if isinstance(each, e.ModeChanged)]
    return [
        Entry(what=what, at=event.at, clock=event.stamp.clock, seq=event.seq, about=about)
        for what, about in found
    ]


def _of_event(home: Home, event: e.Event, outcome: Outcome) -> list[tuple[str, About]]:
    match event:
        case e.CommandReceived():
            return [
                ("order", {**_ordered(event), **_answered(answer)}) for answer in outcome.answers
            ]
        case e.CommandCompleted(verb=verb) if verb in SHORT_LIVED and not outcome.answers:
            return [
                (
                    "command",
                    _some(
                        command=event.command_id,
                        verb=verb,
                        device=event.device_id or "",
                        result=event.result,
                        reason=event.reason,
                    ),
                )
            ]
        case e.LockLocked(device_id=device, by=by):
            return [("lock", {"device": device, "is": "locked", "by": by.value})]
        case e.LockUnlocked(device_id=device, by=by):
            return [("lock", {"device": device, "is": "unlocked", "by": by.value})]
        case e.LockJammed(device_id=device):
            return [("lock", {"device": device, "is": "jammed"})]
        case e.TagPresented(device_id=device, tag=tag, by=how):
            return [("tag", {"device": device, "tag": tag, "by": how.value})]
        case e.CodesIgnored(device_id=device, wrong=wrong, for_s=for_s):
            return [("codes-ignored", {"device": device, "wrong": wrong, "for_s": round(for_s)})]
        case e.DoseTaken(device_id=device, dose=dose, how=how) if how is not e.TakenHow.IN_TIME:
            about = {"device": device, "dose": dose.isoformat(), "how": how.value}
            return [("dose", about)]
        case e.GatewayStarted(cause=cause):
            return [("started", {"cause": cause, "configuration": home.digest})]
        case e.ConfigurationChanged(digest=digest):
            return [("configuration", {"configuration": digest})]
        case e.ChangeTold():
            return [("change", _changed(event))]
        case e.Commissioned():
            return [("commissioned", _commissioned(event))]
        case e.StoreFault(reason=reason, saved=saved):
            return [("store", {"reason": reason, "saved": saved})]
        case e.AuditBroken(number=number, reason=reason):
            return [("broken", {"number": number, "reason": reason})]
        case _:
            return []


def _ordered(event: e.CommandReceived) -> About:
    return _some(
        role=event.role,
        by=event.by,
        argument=event.argument,
        issued_at=event.issued_at.isoformat() if event.issued_at else "",
        lasting=f"{event.lasting_s:g} s" if event.lasting_s is not None else "",
        bundle=event.bundle.sha256 if event.bundle else "",
        url=without_query(event.bundle.url) if event.bundle else "",
    )


def _answered(answer: OrderAnswer) -> About:
    return _some(
        order=answer.order_id,
        receiver=answer.receiver,
        verb=answer.verb,
        device=answer.device_id or "",
        alarm=answer.alarm_id or "",
        result=str(answer.result),
        code=str(answer.code),
        reason=answer.reason,
    )


def _commissioned(event: e.Commissioned) -> About:
    return _some(
        by=event.by,
        configuration=event.configuration,
        record=event.record,
        page=event.page,
        paper=event.paper,
        remains=", ".join(event.remains),
    )


def _changed(event: e.ChangeTold) -> About:
    return _some(
        change=event.change_id,
        what=event.what.value,
        outcome=event.outcome.value,
        before=event.before,
        after=event.after,
        reason=event.reason,
        key=event.key,
        order=event.order_id,
        by=event.by,
    )


def _mode(event: e.ModeChanged) -> About:
    until = event.until.isoformat() if event.until else ""
    return _some(before=event.before.value, after=event.after.value, until=until, by=event.by)


def _some(**about: str) -> About:
    """Without what is empty."""
    return {name: value for name, value in about.items() if value}
