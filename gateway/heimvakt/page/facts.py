"""How the gateway is, fact by fact, from what it answers: pure, in one language, ready to be shown.

Each fact has a key, so that a page that is open takes what has changed and leaves the rest alone:
the place of whoever reads it, by eye or by ear, is not lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from heimvakt.core.tending import WEAK_LQI
from heimvakt.core.words import Words, spell_duration

from . import words

Json = Mapping[str, Any]


class Sign(StrEnum):
    """What a fact means; told by a word and a shape, and by colour last."""

    WELL = "well"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of how it is."""

    key: str
    label: str
    text: str
    sign: Sign | None = None


@dataclass(frozen=True, slots=True)
class Sensor:
    """One line of the table of devices."""

    device_id: str
    what: str
    room: str
    seen: Fact
    link: Fact
    battery: Fact
    state: Fact

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Those that change."""
        return (self.seen, self.link, self.battery, self.state)


def facts(status: Json, language: str) -> Iterator[Fact]:
    """The box as a whole."""
    yield _mode(status, language)
    yield _shown(status["sign"], language)
    yield _rules(status["rules"], language)
    for name, driver in status["drivers"].items():
        hears = driver["armed"] and not driver["lost_since"]
        text = _in(language, "hører", "listens") if hears else _in(language, "hører ikke", "deaf")
        yield Fact(f"driver.{name}", name, text, _sign(hears))
    for name, path in status["paths"].items():
        yield _path(name, path, language)
    for name, receiver in status["receivers"].items():
        yield _receiver(name, receiver, language)
    yield _outbox(status["outbox"], language)
    clock = words.say(words.CLOCKS, status["clock"], language)
    label = _in(language, "Klokke", "Clock")
    yield Fact("clock", label, clock, _sign(status["clock"] != "unknown", Sign.LOOK))
    yield _disk(status["store"], language)
    if last := status["last_test"]:
        at = words.moment(last["raised_at"], status["timezone"])
        label = _in(language, "Siste prøvealarm", "Last test alarm")
        yield Fact("test", label, f"{at}, {last['seconds']:.1f} s", _sign(last["in_time"]))


def sensors(devices: Json, language: str) -> Iterator[Sensor]:
    """Every device of the home."""
    zone = devices["timezone"]
    for device_id, row in devices["devices"].items():
        yield Sensor(
            device_id,
            words.say(words.ROLES, row["role"], language),
            row["room"] or "",
            Fact(f"{device_id}.seen", "", _seen(row["last_seen"], devices["now"], zone)),
            _link(device_id, row, language),
            _battery(device_id, row, language),
            _state(device_id, row, language),
        )


def _mode(status: Json, language: str) -> Fact:
    mode = status["mode"]
    text = words.say(words.MODES, mode["mode"], language)
    if mode["until"]:
        until = words.clock(mode["until"], status["timezone"])
        text += _in(language, f", til {until}", f", until {until}")
    sign = None if mode["mode"] == "home" else Sign.LOOK
    return Fact("mode", _in(language, "Modus", "Mode"), text, sign)


def _shown(sign: str, language: str) -> Fact:
    if sign in ("fault", "no-connection", "not-heard"):
        means = Sign.BAD
    else:
        means = Sign.WELL if sign in ("connected", "privacy") else Sign.LOOK
    label, text = _in(language, "Vises her", "Shown here"), words.say(words.SHOWN, sign, language)
    return Fact("sign", label, text, means)


def _rules(rules: Json, language: str) -> Fact:
    blind = [name for name, rule in rules.items() if rule["blind_without"]]
    label = _in(language, "Regler", "Rules")
    if not blind:
        return Fact("rules", label, str(len(rules)), Sign.WELL)
    said = _in(language, "uten sikt", "blind")
    return Fact("rules", label, f"{len(rules)}, {said}: {', '.join(blind)}", Sign.BAD)


def _path(name: str, path: Json, language: str) -> Fact:
    state = _in(language, "virker", "works") if path["good"] else _in(language, "nede", "down")
    said = [state, path["reason"]]
    if path["good"] and path["round_trip_ms"] is not None:
        said.append(f"{path['round_trip_ms']:.0f} ms")
    if modem := path["modem"]:
        said += [modem["operator"], modem["dbm"] and f"{modem['dbm']} dBm", modem["trouble"]]
    text = ", ".join(str(one) for one in said if one)
    label = _in(language, f"Vei: {name}", f"Path: {name}")
    return Fact(f"path.{name}", label, text, _sign(path["good"] and not path["lost"]))


def _receiver(name: str, receiver: Json, language: str) -> Fact:
    there = receiver["connected"]
    said = [
        _in(language, "tilkoblet", "connected")
        if there
        else _in(language, "ikke tilkoblet", "not connected"),
        *dict.fromkeys(receiver["trouble"].values()),
    ]
    if (ago_s := receiver["heartbeat_ago_s"]) is not None:
        ago = spell_duration(ago_s).in_language(language)
        said.append(_in(language, f"siste livstegn for {ago} siden", f"last heartbeat {ago} ago"))
    label = _in(language, f"Mottaker: {name}", f"Receiver: {name}")
    return Fact(f"receiver.{name}", label, ", ".join(said), _sign(there))


def _outbox(outbox: Json, language: str) -> Fact:
    waiting = outbox["alarms"]
    text = _in(language, f"{waiting} venter på svar", f"{waiting} waiting for an answer")
    return Fact("outbox", _in(language, "Alarmer ut", "Alarms out"), text, _sign(not waiting))


def _disk(store: Json, language: str) -> Fact:
    label = _in(language, "Lager", "Store")
    if store["full"]:
        text = _in(language, "fullt: bare alarmer tas imot", "full: only alarms are taken")
        return Fact("store", label, text, Sign.BAD)
    return Fact("store", label, f"{100 * store['bytes'] / store['bytes_max']:.0f} %", Sign.WELL)


def _seen(at: str | None, now: str, timezone: str) -> str:
    if at is None:
        return "–"
    today = words.local(at, timezone).date() == words.local(now, timezone).date()
    return words.clock(at, timezone) if today else words.moment(at, timezone)


def _link(device_id: str, row: Json, language: str) -> Fact:
    key, lqi = f"{device_id}.link", row["lqi"]
    if lqi is None:
        return Fact(key, "", "–")
    worst = row["lqi_worst"] if row["lqi_worst"] is not None else lqi
    if min(lqi, worst) >= WEAK_LQI:
        return Fact(key, "", f"{lqi}", Sign.WELL)
    return Fact(key, "", _in(language, f"{lqi}, svakt", f"{lqi}, weak"), Sign.LOOK)


def _battery(device_id: str, row: Json, language: str) -> Fact:
    key, percent = f"{device_id}.battery", row["battery_percent"]
    if percent is None and not row["battery_low"]:
        return Fact(key, "", "–")
    said = [] if percent is None else [f"{percent:.0f} %"]
    if row["battery_low"]:
        said.append(_in(language, "lavt", "low"))
    return Fact(key, "", ", ".join(said), Sign.LOOK if row["battery_low"] else Sign.WELL)


def _state(device_id: str, row: Json, language: str) -> Fact:
    key = f"{device_id}.state"
    if row["silent"]:
        return Fact(key, "", _in(language, "taus for lenge", "silent for too long"), Sign.BAD)
    if row["trouble"]:
        return Fact(key, "", str(row["trouble"]), Sign.BAD)
    if row["last_seen"] is None:
        return Fact(key, "", _in(language, "ikke hørt ennå", "not heard yet"), Sign.LOOK)
    return Fact(key, "", _in(language, "høres", "heard"), Sign.WELL)


def _sign(good: bool, otherwise: Sign = Sign.BAD) -> Sign:
    return Sign.WELL if good else otherwise


def _in(language: str, nb: str, en: str) -> str:
    return Words(nb=nb, en=en).in_language(language)
