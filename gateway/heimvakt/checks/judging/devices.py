"""What is known of a device, and what that means for whoever relies on it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from heimvakt.core.checks import Found, Limit, failed, judged, passed, skipped, warned
from heimvakt.core.tending import WEAK_LQI
from heimvakt.core.words import Words, spell_duration

LINK = Limit(warn=WEAK_LQI, fail=20.0, at_least=True)
"""LQI, of 255. Below 20 every second frame or so is lost, and a cry for help may be it."""
BATTERY = Limit(warn=25.0, fail=10.0, at_least=True)
"""Per cent. Coin cells fall from 10 to nothing in days, sooner in the cold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the gateway knows of one device at this moment."""

    last_seen: datetime | None = None
    silent: bool = False
    silent_after_s: float | None = None
    """After so long without a word it counts as silent."""
    no_contact: bool = False
    """It is asked all the time, and answers no more."""
    stuck: bool = False
    lqi: int | None = None
    battery_percent: float | None = None
    battery_low: bool = False
    battery_days: int | None = None
    deaf: bool = False
    """Its driver hears nothing now, so nothing is known of it."""
    joined: bool | None = None
    """None: its driver has no network that devices join."""
    enrolled: bool | None = None
    """None: not known, or it has nothing to enrol."""
    trouble: str | None = None
    """Why it is not set up."""
    bolt: str | None = None
    """Of a lock: `locked`, `unlocked` or `stuck`, as it said last."""
    wrong: tuple[str, ...] = ()
    """Of a lock or a dispenser: the kinds of alarm that are open about it."""


def heard(known: Known, now: datetime) -> Found:
    """Whether it is heard from as it should be."""
    wake = Words(
        nb="utløs det; hjelper ikke det: nytt batteri, så par det igjen (heimvakt pair)",
        en="make it say something; if that does not help: a new battery, then pair it again "
        "(heimvakt pair)",
    )
    if known.deaf:
        return skipped(Words(nb="driveren hører ingenting", en="its driver hears nothing"))
    if known.joined is False:
        return failed(
            Words(nb="er ikke i nettet", en="is not in the network"),
            Words(nb="par det: heimvakt pair --as ID", en="pair it: heimvakt pair --as ID"),
        )
    if known.last_seen is None:
        return warned(Words(nb="aldri hørt", en="never heard"), wake)
    ago_s = max((now - known.last_seen) / timedelta(seconds=1), 0.0)
    ago = spell_duration(ago_s)
    limit = spell_duration(known.silent_after_s) if known.silent_after_s is not None else None
    usual = (
        Words(nb=f" (grense {limit.nb})", en=f" (limit {limit.en})")
        if limit
        else Words(nb="", en="")
    )
    if known.no_contact:
        text = Words(nb=f"svarer ikke, sist for {ago.nb} siden", en=f"no answer for {ago.en}")
        look = Words(nb="se på strøm og ledning til det", en="look at its power and its wires")
        return failed(text, look, ago_s)
    if known.silent:
        text = Words(nb=f"taust i {ago.nb}", en=f"silent for {ago.en}") + usual
        return failed(text, wake, ago_s)
    if known.stuck:
        return warned(
            Words(nb="har sagt det samme altfor lenge", en="has said the same for far too long"),
            Words(nb="se om det henger", en="see whether it hangs"),
            ago_s,
        )
    return passed(Words(nb=f"hørt for {ago.nb} siden", en=f"heard {ago.en} ago"), ago_s)


def link(known: Known) -> Found:
    """How well it is heard."""
    if known.lqi is None:
        return skipped(Words(nb="ikke hørt siden start", en="not heard since the start"))
    return judged(
        LINK,
        known.lqi,
        Words(nb=f"LQI {known.lqi}", en=f"LQI {known.lqi}"),
        Words(
            nb="flytt det, eller sett en forsterker (en plugg) mellom det og boksen",
            en="move it, or add a repeater (a plug) between it and the box",
        ),
    )


def battery(known: Known) -> Found:
    """How full its battery is."""
    replace = Words(nb="bytt batteriet", en="replace its battery")
    if known.battery_percent is None:
        if known.battery_low:
            return failed(Words(nb="sier at batteriet er flatt", en="says it is low"), replace)
        return skipped(Words(nb="har ikke sagt noe om batteri", en="told of no battery"))
    percent = known.battery_percent
    days = "" if known.battery_days is None else f", {known.battery_days}"
    text = Words(
        nb=f"batteri {percent:.0f} %" + (f"{days} dager" if days else ""),
        en=f"battery {percent:.0f} %" + (f"{days} days" if days else ""),
    )
    if known.battery_low:
        return failed(text, replace, percent)
    return judged(BATTERY, percent, text, replace)


def enrolment(known: Known) -> Found:
    """Whether it is set up: an alarm sensor that is not enrolled says nothing when it counts."""
    again = Words(
        nb="vekk det (knappen på det); ellers fjern det og par det igjen",
        en="wake it (its button); else remove it and pair it again",
    )
    if known.enrolled is False:
        return failed(Words(nb="ikke innmeldt", en="not enrolled"), again)
    if known.trouble:
        why = Words(nb=f"ikke satt opp: {known.trouble}", en=f"not set up: {known.trouble}")
        return warned(why, again)
    if known.enrolled is None:
        return passed(Words(nb="satt opp", en="set up"))
    return passed(Words(nb="innmeldt", en="enrolled"))


def lock_state(known: Known) -> Found:
    """Whether a lock is well by its own word."""
    free = Words(
        nb="se om noe klemmer riegelen, lås for hånd, og prøv med --with-bolt",
        en="see whether something holds the bolt, lock by hand, and try --with-bolt",
    )
    if known.bolt == "stuck" or "lock-fault" in known.wrong:
        return failed(Words(nb="riegelen henger", en="the bolt is stuck"), free)
    match known.bolt:
        case "locked":
            return passed(Words(nb="låst", en="locked"))
        case "unlocked":
            return passed(Words(nb="ikke låst", en="unlocked"))
        case _:
            return skipped(
                Words(nb="har ikke sagt hvor riegelen er", en="has not said where its bolt is")
            )


def dispenser_state(known: Known) -> Found:
    """Whether a dispenser is well by its own word."""
    if known.wrong:
        what = ", ".join(known.wrong)
        return failed(
            Words(nb=f"åpne alarmer: {what}", en=f"open alarms: {what}"),
            Words(
                nb="se på dispenseren, og følg skjermen på den",
                en="look at the dispenser, and follow its screen",
            ),
        )
    return passed(Words(nb="ingen feil", en="nothing is wrong"))
