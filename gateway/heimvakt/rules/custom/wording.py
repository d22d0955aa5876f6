"""The alarm of a rule of a home's own, and why it raised none: for those who read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from heimvakt.core.alarms import Evidence
from heimvakt.core.devices import Device
from heimvakt.core.effects import NoAlarm, RaiseAlarm
from heimvakt.core.events import Event, TimerFired
from heimvakt.core.words import Words, spell_duration
from heimvakt.rules.wording import late_words, unheard_words, whereabouts

from .happening import Happening
from .settings import Settings
from .signs import MEASURED, Sign

_OFF = Words(
    nb=" Sentralen i boligen var av en stund imens.", en=" The gateway was off for a while."
)
_NOBODY_KNOWS = Words(nb=" Hva som skjedde da, vet ingen.", en=" What happened then nobody knows.")


def alarm(
    settings: Settings,
    sign: Sign,
    evidence: tuple[Evidence, ...],
    event: Event,
    *,
    device: Device,
    was_off: bool,
    unheard: Iterable[str],
    unknown: Iterable[str],
    last: bool,
) -> RaiseAlarm:
    """What is told.

    Args:
        settings: of the rule.
        sign: what it is about.
        evidence: what happened, the sign last.
        event: what made it due.
        device: of the sign.
        was_off: the gateway did not hear all of it.
        unheard: devices that cannot be heard now and that it would depend on.
        unknown: devices of `unless` of which nothing is known yet.
        last: no more may follow for a while.
    """
    text = settings.text.words
    if len(settings.when.signs()) > 1:
        where = whereabouts(device)
        text += Words(nb=f" ({where})", en=f" ({where})")
    late = late_words(event) if isinstance(event, TimerFired) else Words(nb="", en="")
    text += late
    if was_off:
        text += _NOBODY_KNOWS if late.en else _OFF + _NOBODY_KNOWS
    for device_id in unheard:
        text += unheard_words(device_id)
    for device_id in unknown:
        text += Words(
            nb=f" Om {device_id} er ingenting kjent ennå.",
            en=f" Nothing is known of {device_id} yet.",
        )
    if last:
        long = _spelt(settings.at_most.within)
        text += Words(
            nb=f" Det siste varselet på {long.nb}, hvor ofte det enn skjer.",
            en=f" The last alarm in {long.en}, however often it happens.",
        )
    return RaiseAlarm(
        key=sign.key,
        kind="custom",
        priority=settings.priority,
        began_at=evidence[-1].at,
        text=text,
        evidence=evidence,
        device_id=sign.device_id,
        thresholds=tuple(_thresholds(settings).items()),
    )


def _thresholds(settings: Settings) -> Mapping[str, str]:
    """As the file says it, for whoever asks why."""
    limits = {"when": _told(settings.when)}
    if settings.when.for_ is not None:
        limits["for"] = _spelt(settings.when.for_).en
    if settings.after is not None:
        limits["after"] = f"{_told(settings.after)} within {_spelt(settings.after.within).en}"
    if settings.unless is not None:
        within = settings.unless.within
        tail = f" within {_spelt(within).en}" if within else ""
        limits["unless"] = _told(settings.unless) + tail
    if settings.between is not None:
        limits["between"] = str(settings.between)
    at_most = settings.at_most
    limits["at_most"] = f"{at_most.alarms} within {_spelt(at_most.within).en}"
    return limits


def _told(happening: Happening) -> str:
    return " or ".join(
        f"{sign.key} {sign.limit:g} °C" if sign.verb in MEASURED else sign.key
        for sign in happening.signs().values()
    )


def outside(settings: Settings) -> NoAlarm:
    """It happened at another hour."""
    return NoAlarm(
        Words(nb=f"ikke mellom {settings.between}", en=f"not between {settings.between}")
    )


def not_after(settings: Settings) -> NoAlarm:
    """What must have happened before had not."""
    assert settings.after is not None
    within, told = _spelt(settings.after.within), _told(settings.after)
    return NoAlarm(
        Words(nb=f"ikke innen {within.nb} etter {told}", en=f"not within {within.en} after {told}")
    )


def called_off(sign: Sign) -> NoAlarm:
    """What makes it no alarm is so."""
    return NoAlarm(Words(nb=f"unntaket gjelder: {sign.key}", en=f"unless holds: {sign.key}"))


def often_enough(settings: Settings) -> NoAlarm:
    """It has been told as often as the home wants."""
    most, long = settings.at_most.alarms, _spelt(settings.at_most.within)
    return NoAlarm(
        Words(nb=f"varslet nok: {most} på {long.nb}", en=f"told enough: {most} in {long.en}")
    )


def _spelt(time: timedelta) -> Words:
    return spell_duration(time.total_seconds())
