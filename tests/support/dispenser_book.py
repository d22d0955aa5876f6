"""The books of a dispenser and of the gateway against each other, and against what a hand took."""

from __future__ import annotations

from collections import Counter

from heimvakt.core.doses import doses
from heimvakt.core.events import DoseMissed, DoseOffered, DoseTaken, LoggedEvent
from heimvakt_drivers.serial.dispenser.payload import LogEntry, read_tlvs
from heimvakt_drivers.serial.dispenser.schedule import to_minute
from heimvakt_drivers.serial.dispenser.translate import event_of
from heimvakt_drivers.virtual.dispenser import VirtualDispenser
from tests.support.dispenser import MEDICINE, OSLO, Desk


def given_once(device: VirtualDispenser) -> None:
    """No section was turned to twice, none emptied twice, no dose taken twice."""
    for what, things in (
        ("turned", device.turns),
        ("emptied", [(given.filling, given.section) for given in device.given]),
        ("taken", [given.dose for given in device.given]),
    ):
        assert max(Counter(things).values(), default=0) <= 1, (what, things)


def history_of(device: VirtualDispenser) -> list[LoggedEvent]:
    """What the dispenser wrote into its log, as events; without their time."""
    events = []
    for log, each in device.history:
        entry = LogEntry(log, each.number, 0, each.code, read_tlvs(bytes.fromhex(each.tlvs)))
        event = event_of(MEDICINE, entry)
        if event is not None:
            events.append(event)
    return events


def books_agree(device: VirtualDispenser, told: list[LoggedEvent]) -> None:
    """What the gateway took is what the dispenser wrote: all of it, in order, each once.

    Of a log that was lost the end may be missing.
    """
    written: dict[str, list[object]] = {}
    for event in history_of(device):
        written.setdefault(event.log, []).append(_plain(event))
    heard: dict[str, list[object]] = {}
    for event in told:
        heard.setdefault(event.log, []).append(_plain(event))
    last = device.history[-1][0]
    for log, events in written.items():
        got = heard.pop(log, [])
        if log == f"{last:016x}":
            assert got == events
        else:
            assert got == events[: len(got)]
    assert not heard, "records that nobody wrote"


def all_accounted_for(desk: Desk) -> None:
    """Each dose of the plan was taken or missed, once, and a hand agrees.

    Those that were due before a new log began may be unknown: the gateway knows that they are.
    """
    ended = Counter(
        e.dose for e in history_of(desk.device) if isinstance(e, DoseTaken | DoseMissed)
    )
    assert max(ended.values(), default=0) <= 1, ended
    assert desk.kept.since is not None
    for dose in doses(desk.doses, OSLO, desk.began, desk.now):
        minute = to_minute(dose.at)
        if dose.closes_at < desk.now and minute > desk.kept.since:
            known = dose.at in ended or minute in desk.kept.barred
            assert known, f"nobody knows what became of {dose.at}"
    taken = {to_minute(e.dose) for e in history_of(desk.device) if isinstance(e, DoseTaken)}
    by_hand = {given.dose for given in desk.device.given}
    assert taken <= by_hand
    if len({log for log, _ in desk.device.history}) == 1:
        assert taken == by_hand
    offered = {to_minute(e.dose) for e in history_of(desk.device) if isinstance(e, DoseOffered)}
    assert taken <= offered


def check(desk: Desk) -> None:
    """All of it; when wire and power are whole and all has been told."""
    given_once(desk.device)
    books_agree(desk.device, desk.logged())
    all_accounted_for(desk)


def _plain(event: LoggedEvent) -> tuple[object, ...]:
    """Without when, which only the gateway knows."""
    return (event.kind, event.log, event.record, getattr(event, "dose", None))
