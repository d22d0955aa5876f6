"""What happened, in a few words, for people who ask why: Norwegian bokmål and English."""

from __future__ import annotations

from heimvakt.core.words import Words

_NB = {
    "door-opened": "dør åpnet",
    "door-closed": "dør lukket",
    "bed-entered": "i seng",
    "bed-left": "ute av seng",
    "chair-entered": "i stol",
    "chair-left": "ute av stol",
    "motion-detected": "bevegelse",
    "motion-cleared": "ingen bevegelse lenger",
    "appliance-started": "apparat i bruk",
    "appliance-stopped": "apparat av",
    "button-pressed": "knapp trykket",
    "button-held": "knapp holdt inne",
    "button-cancelled": "trykk tatt tilbake",
    "fall-detected": "fall",
    "tag-presented": "nøkkelbrikke vist",
    "dose-offered": "dose lagt fram",
    "dose-taken": "dose tatt",
    "dose-missed": "dose ikke tatt",
    "dose-retracted": "dose låst inn",
    "dispenser-jammed": "dispenser står fast",
    "dispenser-freed": "dispenser går igjen",
    "dispenser-low": "få doser igjen",
    "dispenser-empty": "dispenser tom",
    "dispenser-refilled": "dispenser fylt",
    "dispenser-opened": "dispenser åpnet",
    "dispenser-closed": "dispenser lukket",
    "dispenser-tilted": "dispenser veltet",
    "dispenser-upright": "dispenser rettet opp",
    "smoke-detected": "røyk",
    "smoke-cleared": "ingen røyk lenger",
    "heat-detected": "varme",
    "heat-cleared": "ingen varme lenger",
    "carbon-monoxide-detected": "kullos",
    "carbon-monoxide-cleared": "ingen kullos lenger",
    "leak-detected": "vann",
    "leak-cleared": "ikke vann lenger",
    "temperature-measured": "temperatur målt",
    "lock-locked": "låst",
    "lock-unlocked": "låst opp",
    "lock-jammed": "lås står fast",
    "tamper-opened": "kapsling åpnet",
    "tamper-closed": "kapsling lukket",
    "contact-lost": "svarer ikke",
    "contact-back": "svarer igjen",
    "device-silent": "taus for lenge",
    "device-back": "hørt igjen",
    "device-stuck": "sier det samme for lenge",
    "device-unstuck": "sier noe annet igjen",
    "radio-lost": "radio mistet",
    "radio-back": "radio tilbake",
    "path-lost": "forbindelse mistet",
    "path-back": "forbindelse tilbake",
    "mains-lost": "strøm borte",
    "mains-restored": "strøm tilbake",
    "mode-changed": "modus endret",
    "gateway-started": "startet",
    "gateway-stopping": "stoppet",
    "clock-stepped": "klokken stilt",
    "timer-fired": "frist nådd",
}


def words_of(kind: str) -> Words:
    """A kind of event in a few words; where nobody has found any, its name says it."""
    plain = kind.replace("-", " ")
    return Words(nb=_NB.get(kind, plain), en=plain)
