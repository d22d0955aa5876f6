"""What the gateway says of itself to those in front of the box: the answer to `heimvakt status`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from heimvakt import __version__
from heimvakt.core.codec import encode
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    LockJammed,
    LockLocked,
    LockUnlocked,
)
from heimvakt.core.ledger import Room, Store
from heimvakt.core.modem import ModemState, SignalPast
from heimvakt.core.path import Path
from heimvakt.core.ports import Clock
from heimvakt.core.signs import unheard
from heimvakt.core.uplink import Uplink
from heimvakt.rules import daily_test

from .heart import Heart, confirmed_ago_s
from .hosting import HostedDriver
from .mode_report import mode_facts
from .pipeline import Committed, Pipeline
from .thing_report import dispenser_facts, lock_facts
from .vitals import Vitals


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One receiver, as far as a status goes."""

    uplinks: Sequence[Uplink]
    """One over each path."""
    counts: Callable[[], Mapping[str, int]]
    """What was counted in shipping since the start."""


class PathFacts(Protocol):
    """What is known of the paths."""

    def good(self) -> tuple[str, ...]:
        """Those on which something gets to a receiver now."""

    def lost(self) -> tuple[str, ...]:
        """Those of which a loss was said, and no return since."""

    def reason(self, path: str) -> str | None:
        """Why nothing gets through on this one now."""


class Report:
    """Gathers the facts at the moment it is asked."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        clock: Clock,
        vitals: Vitals,
        *,
        drivers: Sequence[HostedDriver] = (),
        receivers: Mapping[str, Told],
        hearts: Sequence[Heart] = (),
        paths: Sequence[Path] = (),
        facts: PathFacts,
        modems: Mapping[str, Callable[[], ModemState]] | None = None,
        signals: Mapping[str, Callable[[], SignalPast | None]] | None = None,
        sign: Callable[[], str] = str,
        wrong: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`modems` and `signals` by the path that they drive; `sign` is what those who live there
        are shown; `wrong` is what of the configuration is not in use, and why."""
        self._pipeline = pipeline
        self._store = store
        self._clock = clock
        self._vitals = vitals
        self._drivers = drivers
        self._receivers = receivers
        self._hearts = hearts
        self._paths = paths
        self._facts = facts
        self._modems = modems or {}
        self._signals = signals or {}
        self._sign = sign
        self._wrong = wrong
        self._answers: dict[str, datetime] = {}
        """By receiver: when it last answered for an alarm."""
        self._bolts: dict[str, str] = {}
        """By lock: what it said last."""
        pipeline.watch(self._note)

    async def status(self) -> dict[str, Any]:
        """For a person in front of the box, or a program."""
        waiting = await self._store.count_waiting()
        reports = await self._vitals.reports_waiting()
        oldest_s = await self._vitals.oldest_waiting_s()
        room = await self._store.room()
        home, state = self._pipeline.home, self._pipeline.state  # all of one moment
        not_heard = unheard(home, state.supervised)
        return {
            "version": __version__,
            "gateway_id": home.gateway_id,
            "now": self._clock.now().isoformat(),
            "started_at": self._vitals.started_at.isoformat(),
            "clock": self._clock.quality(),
            "sign": self._sign(),
            "mode": mode_facts(state),
            "configuration": {"digest": home.digest, "wrong": dict(self._wrong())},
            "journal_seq": self._pipeline.seq,
            "events_waiting": self._pipeline.waiting,
            "rules": {
                rule_id: {"kind": rule.kind, "blind_without": sorted(rule.needs & not_heard)}
                for rule_id, rule in home.rules.items()
            },
            "devices": {i: self._device(i) for i in home.devices},
            "locks": self.locks(),
            "dispensers": self.dispensers(),
            "drivers": {
                d.name: {
                    "armed": d.is_armed.is_set()
                    and not d.down
                    and d.name not in state.supervised.lost,
                    "lost_since": _iso(state.supervised.lost.get(d.name)),
                    "counts": dict(d.counts()),
                }
                for d in self._drivers
            },
            "paths": {path.name: self._path(path) for path in self._paths},
            "receivers": {
                name: self._receiver(name, told, waiting.get(name, 0))
                for name, told in self._receivers.items()
            },
            "outbox": {
                "alarms": sum(waiting.values()),
                "oldest_s": oldest_s,
                "reports": reports,
            },
            "store": _room(room),
            "open_alarms": sum(alarm.state.is_open for alarm in state.alarms.values()),
            "not_accepted": sum(
                alarm.state.is_open and alarm.accepted_by is None for alarm in state.alarms.values()
            ),
            "last_test": _last_test(state.rules.get(daily_test.KIND.kind)),
            # Those of the rules; the engine's own are no matter of people.
            "timers": {
                name: due.isoformat()
                for name, due in state.timers.items()
                if not name.startswith("/")
            },
        }

    def locks(self) -> dict[str, Any]:
        """By lock: where its bolt is, whether there is contact, what is wrong."""
        return lock_facts(self._pipeline.home, self._pipeline.state, self._bolts)

    def dispensers(self) -> dict[str, Any]:
        """By dispenser: its doses, whether there is contact, what is wrong."""
        return dispenser_facts(self._pipeline.home, self._pipeline.state, self._clock.now())

    def _note(self, committed: Committed) -> None:
        match committed.event:
            case (
                AlarmDelivered(receiver=receiver)
                | AlarmAcknowledged(receiver=receiver)
                | AlarmClosed(receiver=receiver)
            ):
                self._answers[receiver] = committed.event.at
            case LockLocked(device_id=lock):
                self._bolts[lock] = "locked"
            case LockUnlocked(device_id=lock):
                self._bolts[lock] = "unlocked"
            case LockJammed(device_id=lock):
                self._bolts[lock] = "stuck"

    def _device(self, device_id: str) -> dict[str, Any]:
        device = self._pipeline.home.devices[device_id]
        health = self._pipeline.state.supervised.devices.get(device_id)
        return {
            "role": device.role,
            "room": device.room,
            "last_seen": _iso(health.last_seen) if health else None,
            "silent": bool(health and health.silent),
        }

    def _path(self, path: Path) -> dict[str, Any]:
        hearts = [heart for heart in self._hearts if heart.path == path.name]
        took = [heart.took_s for heart in hearts if heart.took_s is not None]
        modem, signal = self._modems.get(path.name), self._signals.get(path.name)
        return {
            "interface": path.interface,
            "good": path.name in self._facts.good(),
            "lost": path.name in self._facts.lost(),
            "reason": self._facts.reason(path.name),
            "round_trip_ms": round(min(took) * 1000, 1) if took else None,
            "modem": _modem(modem()) if modem else None,
            "signal": _signal(signal()) if signal else None,
        }

    def _receiver(self, name: str, told: Told, waiting: int) -> dict[str, Any]:
        ago_s = confirmed_ago_s(name, self._hearts)
        return {
            "connected": any(uplink.connected for uplink in told.uplinks),
            "paths": {uplink.path: uplink.connected for uplink in told.uplinks},
            "trouble": {uplink.path: uplink.trouble for uplink in told.uplinks if uplink.trouble},
            "heartbeat_ago_s": None if ago_s is None else round(ago_s, 1),
            "answered_at": _iso(self._answers.get(name)),
            "waiting": waiting,
            "counts": {**_summed(told.uplinks), **told.counts()},
        }


def _summed(uplinks: Sequence[Uplink]) -> dict[str, int]:
    total: dict[str, int] = {}
    for uplink in uplinks:
        for name, count in uplink.counts().items():
            total[name] = total.get(name, 0) + count
    return total


def _modem(state: ModemState) -> dict[str, Any]:
    return {
        "sim": state.sim,
        "registration": state.registration,
        "operator": state.operator,
        "technology": state.technology,
        "dbm": state.signal.dbm if state.signal else None,
        "trouble": state.trouble,
    }


def _signal(past: SignalPast | None) -> dict[str, Any] | None:
    if past is None:
        return None
    return {
        "hours": round(past.hours, 1),
        "worst_dbm": past.worst_dbm,
        "median_dbm": past.median_dbm,
        "without_network": round(past.without_network, 3),
    }


def _room(room: Room) -> dict[str, Any]:
    return {
        "full": room.full,
        "bytes": room.bytes_used,
        "bytes_max": room.bytes_max,
        "rows": room.rows,
        "rows_max": room.rows_max,
        "disk_free_bytes": room.disk_free_bytes,
        "dropped": dict(room.dropped),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _last_test(state: object) -> dict[str, Any] | None:
    last = state.last if isinstance(state, daily_test.State) else None
    return None if last is None else encode(last)
