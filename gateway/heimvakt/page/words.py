"""What the page says, in both languages of the homes; texts of the gateway come as they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from heimvakt.core.words import Words


def _(nb: str, en: str) -> Words:
    return Words(nb=nb, en=en)


MODES: Mapping[str, Words] = {
    "home": _("hjemme", "at home"),
    "away": _("borte", "away"),
    "visit": _("besøk", "visit"),
    "privacy": _("privat", "privacy"),
    "service": _("service", "service"),
}
SHOWN: Mapping[str, Words] = {
    "connected": _("alt er i orden", "all is well"),
    "privacy": _("bevegelse registreres ikke", "motion sensing rests"),
    "fault": _("noe er feil", "something is faulty"),
    "no-connection": _("ingen forbindelse", "no connection"),
    "not-heard": _("en knapp eller melder høres ikke", "a button or detector is not heard"),
    "reminder": _("en påminnelse", "a reminder"),
    "can-be-cancelled": _("en alarm som kan tas tilbake", "an alarm that can be taken back"),
    "cancelled": _("alarmen er tatt tilbake", "the alarm was taken back"),
    "alarm-taken": _("alarmen er registrert", "the alarm is taken"),
    "alarm-delivered": _("alarmen er levert", "the alarm is delivered"),
    "help-coming": _("hjelp er på vei", "help is coming"),
}
CLOCKS: Mapping[str, Words] = {
    "synchronised": _("stilt", "synchronised"),
    "holdover": _("går på egen hånd", "on its own"),
    "unknown": _("ikke stilt", "not set"),
}
PRIORITIES: Mapping[str, Words] = {
    "high": _("høy", "high"),
    "medium": _("middels", "medium"),
    "low": _("lav", "low"),
    "information": _("opplysning", "information"),
}
STATES: Mapping[str, Words] = {
    "pending": _("kan tas tilbake", "can be taken back"),
    "raised": _("utløst", "raised"),
    "delivered": _("levert", "delivered"),
    "accepted": _("mottatt av en person", "accepted"),
    "closed": _("lukket", "closed"),
    "cancelled": _("tatt tilbake", "cancelled"),
    "reset": _("over av seg selv", "over by itself"),
    "expired": _("utgått", "expired"),
    "suppressed": _("holdt tilbake", "kept back"),
}
ROLES: Mapping[str, Words] = {
    "door": _("dør", "door"),
    "bed": _("seng", "bed"),
    "chair": _("stol", "chair"),
    "motion": _("bevegelse", "motion"),
    "appliance": _("apparat", "appliance"),
    "button": _("knapp", "button"),
    "fall": _("fallmelder", "fall detector"),
    "smoke": _("røykvarsler", "smoke detector"),
    "heat": _("varmevarsler", "heat detector"),
    "carbon-monoxide": _("kullosvarsler", "carbon monoxide detector"),
    "leak": _("vannmelder", "leak detector"),
    "temperature": _("temperatur", "temperature"),
    "lock": _("lås", "lock"),
    "siren": _("sirene", "siren"),
    "light": _("lys", "light"),
    "repeater": _("forsterker", "repeater"),
    "dispenser": _("medisindispenser", "dispenser"),
    "tag": _("brikkeleser", "tag reader"),
    "tamper": _("deksel", "housing"),
}


def say(table: Mapping[str, Words], key: str, language: str) -> str:
    """The word for it; the key itself where a newer gateway knows one more."""
    found = table.get(key)
    return key.replace("-", " ") if found is None else found.in_language(language)


def clock(text: str | None, timezone: str) -> str:
    """A moment of today as `14:02:11`."""
    return "" if text is None else f"{local(text, timezone):%H:%M:%S}"


def moment(text: str | None, timezone: str) -> str:
    """A moment as `2026-11-22 14:02:11`."""
    return "" if text is None else f"{local(text, timezone):%Y-%m-%d %H:%M:%S}"


def local(text: str, timezone: str) -> datetime:
    """On the clock on the wall of the home."""
    return datetime.fromisoformat(text).astimezone(ZoneInfo(timezone))
