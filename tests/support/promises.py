"""What must hold of a daemon that was killed again and again; an assertion for each promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from heimvakt.core.codec import decode_event
from heimvakt.core.ledger import COUNTER
from heimvakt.core.reports import report_class
from heimvakt.demo.records import Numbers

from .kept import Kept, Record, Replayed, replay

CHANGING = frozenset(
    {
        *("state", "history", "delivered_at", "accepted_by", "revision"),
        *("chain", "place", "told", "outcome"),
    }
)
"""What may change of an alarm."""


@dataclass(slots=True, kw_only=True)
class Death:
    """The daemon at the moment of its end."""

    on_disk: Kept
    told: list[dict[str, Any]]
    """What it had told as committed."""
    began_seq: int
    """The last event of the life before."""
    timers: dict[str, datetime] | None = None
    """The deadlines that it said it had when it was ready, if it got so far."""
    timers_seq: int = 0
    """No later than after this event."""


def nothing_told_is_lost(deaths: Sequence[Death], final: Kept) -> None:
    """What a watcher heard, and what was on disk at each end, is in the journal as it was."""
    gaps = [
        seq
        for seq, event in final.journal.items()
        # After an end that was not clean numbers may go on higher, never lower.
        if seq - 1 not in final.journal and event["kind"] != "gateway-started"
    ]
    assert not gaps, f"there is no event before these: {gaps}"
    for death in deaths:
        for line in death.told:
            assert final.journal.get(line["event"]["seq"]) == line["event"]
            for alarm in line["alarms"]:
                assert _raising(final.alarms[alarm["alarm_id"]]) == _raising(alarm)
        for seq, event in death.on_disk.journal.items():
            assert final.journal.get(seq) == event
        for alarm_id, alarm in death.on_disk.alarms.items():
            assert _raising(final.alarms[alarm_id]) == _raising(alarm)


def no_alarm_has_two_ids(final: Kept) -> None:
    """One cause at one moment is one alarm."""
    ids = Counter(
        (a["rule_id"], a["key"], a["raised_at"], *(e["seq"] for e in a["evidence"]))
        for a in final.alarms.values()
    )
    assert not [what for what, count in ids.items() if count > 1]


def centre_and_store_agree(got: Mapping[str, Sequence[Record]], final: Kept) -> None:
    """Each alarm at the centre is in the store under its id, and each raised one got there."""
    for alarm_id, messages in got.items():
        for message in messages:
            assert _told(message) == _told(final.alarms[alarm_id]), alarm_id
    for alarm_id, alarm in final.alarms.items():
        if not any(step["state"] == "raised" for step in alarm["history"]):
            assert alarm_id not in got, "a pre-alarm that was taken back is nobody's business"
            continue
        assert alarm_id in got
        assert alarm["delivered_at"] is not None, alarm
        assert alarm["accepted_by"] is not None or not _is_open(alarm), alarm
    assert not final.waiting


def reportable(journal: Mapping[int, Record]) -> set[int]:
    """The numbers of the events that a receiver with `reports = "telemetry"` is to be told of."""
    return {seq for seq, event in journal.items() if report_class(decode_event(event)) is not None}


def centre_has_every_report(
    numbers: Numbers, told: Iterable[Record], journal: Mapping[int, Record]
) -> None:
    """Each report is at the centre under its number, as it was committed, and nothing else is."""
    due, got = reportable(journal), set(numbers)
    assert not due - got, f"committed, and the centre never heard of them: {sorted(due - got)}"
    assert not got - due, f"told, and not in the journal: {sorted(got - due)}"
    assert (numbers.beyond, numbers.omitted) == (0, 0)
    other = [event for event in told if event != journal[event["seq"]]]
    assert not other, f"the centre was told something else under these numbers: {other}"


def journal_explains_all(
    deaths: Sequence[Death], final: Kept, configuration: Path, now: datetime
) -> None:
    """The rules' states, deadlines and alarms on disk at each death, and at the end, are what the
    journal gives without any store: no kill came between an event and what it led to."""
    by_seq = {r.event.seq: r for r in replay(final.journal, configuration)}
    for death in (d for d in deaths if d.on_disk.journal):
        _explained(death.on_disk, by_seq[death.on_disk.last_seq])
        if death.timers is not None:
            seqs = range(death.began_seq + 1, death.timers_seq + 1)
            said = [_of_rules(by_seq[seq].state.timers) for seq in seqs if seq in by_seq]
            assert death.timers in said, "a restart moved a deadline, or forgot it"
    last = by_seq[final.last_seq]
    _explained(final, last)
    overdue = {name: at for name, at in last.state.timers.items() if at <= now}
    assert not overdue, "a deadline that has passed was forgotten"
    for fired in final.of_kind("timer-fired"):
        at, due = (datetime.fromisoformat(fired[name]) for name in ("at", "due"))
        assert at >= due, "a deadline came too early"


def late_deadlines(final: Kept) -> int:
    """How many deadlines were due while no daemon ran."""
    late, started = 0, datetime.min.replace(tzinfo=UTC)
    for event in final.journal.values():
        if event["kind"] == "gateway-started":
            started = datetime.fromisoformat(event["at"])
        elif event["kind"] == "timer-fired":
            late += datetime.fromisoformat(event["due"]) < started
    return late


def _of_rules(timers: Mapping[str, datetime]) -> dict[str, datetime]:
    """Without the engine's own, which a status does not tell."""
    return {name: due for name, due in timers.items() if not name.startswith("/")}


def _explained(disk: Kept, replayed: Replayed) -> None:
    rows, stored = replayed.rows, {**replayed.initial, **disk.rows}
    counted, counter = rows.pop(COUNTER, {"n": 0}), stored.pop(COUNTER, {"n": 0})
    # A start reserves numbers before its first event; none is ever given back.
    assert counter["n"] >= counted["n"] or not disk.alarms
    for what, found, due in (
        ("the state", stored, rows),
        ("the alarms", disk.alarms, replayed.alarms),
    ):
        other = [key for key in {*found, *due} if found.get(key) != due.get(key)]
        where = [f"{key}: {found.get(key)} where {due.get(key)} is due" for key in other]
        assert not other, f"{what} after event {disk.last_seq}:\n" + "\n".join(where)


def _raising(alarm: Record) -> Record:
    """What never changes of an alarm."""
    return {key: value for key, value in alarm.items() if key not in CHANGING}


def _told(alarm: Record) -> Record:
    """The same of a message and of a stored alarm, as far as messages carry them."""
    evidence = [(e["seq"], e["at"], e["kind"], e.get("device_id")) for e in alarm["evidence"]]
    names = ("number", "kind", "priority", "began_at", "raised_at", "rule_id", "text")
    return {
        "evidence": evidence,
        "device_id": alarm.get("device_id"),
        "thresholds": dict(alarm["thresholds"]),
        **{name: alarm[name] for name in names},
    }


def _is_open(alarm: Record) -> bool:
    return alarm["state"] in ("pending", "raised", "delivered", "accepted")
