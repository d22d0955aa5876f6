"""What is said of a planned visit that nobody made, and of a planned check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from heimvakt.core.alarms import Evidence
from heimvakt.core.devices import Device
from heimvakt.core.events import Mode
from heimvakt.core.words import Words

from .wording import whereabouts

NOT_LOOKED: Mapping[Mode, Words] = {
    mode: Words(
        nb=f"Planlagt tilsyn: ikke sett etter, {nb}.", en=f"Planned check: not looked, {en}."
    )
    for mode, nb, en in (
        (Mode.AWAY, "hjemmet er satt til borte", "the home is set to away"),
        (Mode.VISIT, "det er et besøk der", "there is a visit"),
        (Mode.PRIVACY, "hjemmet er satt til privat", "the home is set to privacy"),
    )
}
"""By the mode that the home is set to."""


def not_registered(begin: str, end: str, unheard: Sequence[str], *, was_off: bool) -> Words:
    """Of a visit, with what could not be seen meanwhile."""
    nb = f"Det planlagte besøket mellom {begin} og {end} er ikke registrert."
    en = f"The visit that was planned between {begin} and {end} was not registered."
    if unheard:
        nb += f" Leseren {', '.join(unheard)} høres ikke."
        en += f" The reader {', '.join(unheard)} cannot be heard."
    if was_off:
        nb += " Gatewayen var av en del av tiden."
        en += " The gateway was off for a part of that time."
    return Words(nb=nb, en=en)


def as_expected(since: Evidence, at: str, signs: Mapping[str, Device]) -> Words:
    """Somebody is there, and since when."""
    by = _by(since, signs)
    return Words(
        nb=f"Planlagt tilsyn: alt i orden, ved {by} fra {at}.",
        en=f"Planned check: as it should be, at {by} since {at}.",
    )


def elsewhere(last: Evidence, at: str, signs: Mapping[str, Device]) -> Words:
    """Nobody is there, and where somebody was last."""
    by = _by(last, signs)
    return Words(
        nb=f"Planlagt tilsyn: ikke der det var ventet. Sist merket ved {by} {at}.",
        en=f"Planned check: not where expected. Last noticed at {by} {at}.",
    )


def not_known(unbelieved: Sequence[str]) -> Words:
    """Nobody knows; which sensors that is because of, or that nothing was heard yet."""
    nb = "ingenting er hørt siden gatewayen startet eller privat var slutt"
    en = "nothing was heard since the gateway started, or since privacy ended"
    if unbelieved:
        names = ", ".join(unbelieved)
        nb = f"{names} høres ikke, eller har sagt det samme for lenge"
        en = f"{names} cannot be heard, or has said the same for too long"
    return Words(
        nb=f"Planlagt tilsyn: det vites ikke hvor beboeren er, {nb}.",
        en=f"Planned check: nobody knows where the resident is, {en}.",
    )


def _by(evidence: Evidence, signs: Mapping[str, Device]) -> str:
    """The device, also one that has been taken out of the home since."""
    device = signs.get(evidence.device_id or "")
    return whereabouts(device) if device else evidence.device_id or "?"
