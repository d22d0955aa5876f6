"""The words of a picture, in Norwegian bokmål and English."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from heimvakt.core.alarms import Priority
from heimvakt.core.events import Mode
from heimvakt.core.words import Words

from .seen import DoseState, Lane

_DAYS = Words(nb="man tir ons tor fre lør søn", en="Mon Tue Wed Thu Fri Sat Sun")
_MONTHS = Words(
    nb="jan feb mars apr mai juni juli aug sep okt nov des",
    en="Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
)

TITLE = Words(nb="Døgnene i hjemmet", en="The days of the home")
READS = Words(
    nb="En linje er et døgn, fra kl. 12 til kl. 12, slik at natten er hel. Tidene er lokal tid.",
    en="A row is a day and a night, from noon to noon, so that the night is whole. "
    "Times are local.",
)
NOT_MORE = Words(
    nb="Bildet viser hva sensorene meldte. Det sier ikke hvem, og et tomt felt sier ikke at "
    "ingen var der.",
    en="The picture shows what the sensors said. It does not say who, and an empty field does not "
    "say that nobody was there.",
)
ALARMS = Words(nb="Alarmer", en="Alarms")
NO_ALARM = Words(nb="ingen alarm", en="no alarm")
DOSES = Words(nb="Doser", en="Doses")
NIGHT = Words(nb="natt, kl. 23–06", en="night, 23–06")
UNHEARD = Words(nb="kunne ikke høres", en="could not be heard")
OTHERWISE = Words(nb="Ellers", en="Otherwise")
LANES = Words(nb="En linje, ovenfra og ned", en="A row, from the top down")
CLOCK_ON = Words(nb="klokken fram", en="clock forward")
CLOCK_BACK = Words(nb="klokken tilbake", en="clock back")
COLUMNS = (
    Words(nb="Når", en="When"),
    Words(nb="Prioritet", en="Priority"),
    Words(nb="Hva", en="What"),
    Words(nb="Rom", en="Room"),
    Words(nb="Regel", en="Rule"),
)
PRIORITIES = {
    Priority.HIGH: Words(nb="høy", en="high"),
    Priority.MEDIUM: Words(nb="middels", en="medium"),
    Priority.LOW: Words(nb="lav", en="low"),
    Priority.INFORMATION: Words(nb="til informasjon", en="information"),
}
MODES = {
    Mode.HOME: Words(nb="hjemme", en="home"),
    Mode.AWAY: Words(nb="borte", en="away"),
    Mode.VISIT: Words(nb="besøk", en="visit"),
    Mode.PRIVACY: Words(nb="privat", en="privacy"),
    Mode.SERVICE: Words(nb="service", en="service"),
}
DOSE_STATES = {
    DoseState.TAKEN: Words(nb="tatt", en="taken"),
    DoseState.MISSED: Words(nb="ikke tatt", en="not taken"),
    DoseState.OFFERED: Words(nb="lagt fram", en="offered"),
    DoseState.RETRACTED: Words(nb="låst inn", en="locked away"),
}
_ROOMS = {
    "bedroom": "soverom",
    "bathroom": "bad",
    "bath": "bad",
    "kitchen": "kjøkken",
    "living": "stue",
    "living-room": "stue",
    "hall": "gang",
}
"""Rooms that files often name in English; all others stand as they are written."""


def lane_words(lane: Lane) -> Words:
    """What a lane shows."""
    match lane.kind:
        case "bed":
            return Words(nb=f"i seng ({lane.name})", en=f"in bed ({lane.name})")
        case "door":
            return Words(nb="ytterdør åpen", en="outer door open")
        case "rest":
            return Words(nb="andre steder", en="elsewhere")
        case _:
            return Words(nb=_ROOMS.get(lane.name, lane.name), en=lane.name)


def room_words(room: str) -> Words:
    """A room as people say it."""
    return lane_words(Lane(room, "room"))


def night_of(day: date, language: str) -> str:
    """The row that begins at noon of `day`: `tir 17.–ons 18. nov`."""
    after = day + timedelta(days=1)
    dot = "." if language == "nb" else ""
    return (
        f"{_weekday(day, language)} {day.day}{dot}–"
        f"{_weekday(after, language)} {after.day}{dot} {_month(after, language)}"
    )


def day_words(day: date, language: str) -> str:
    """`17. nov 2026`, `17 Nov 2026`."""
    return f"{day.day}{'.' if language == 'nb' else ''} {_month(day, language)} {day.year}"


def moment_words(local: datetime, language: str) -> str:
    """`tir 17. nov 02:14`."""
    dot = "." if language == "nb" else ""
    return f"{_weekday(local, language)} {local.day}{dot} {_month(local, language)} {local:%H:%M}"


def _weekday(day: date, language: str) -> str:
    return _DAYS.in_language(language).split()[day.weekday()]


def _month(day: date, language: str) -> str:
    return _MONTHS.in_language(language).split()[day.month - 1]
