"""Words that people use for what the file calls by another: each is refused with the right one."""

from __future__ import annotations

from pydantic_core import PydanticCustomError

from heimvakt.core.devices import Role

from .findings import quoted

_LANGUAGES = {"no": "nb", "nor": "nb", "nob": "nb", "norsk": "nb", "nn": "nb", "bokmål": "nb"}
_LANGUAGES |= {"eng": "en", "english": "en", "engelsk": "en", "en-gb": "en", "nb-no": "nb"}


def meant_language(value: object) -> object:
    """The value as it is, unless it is another word for a language that we have."""
    if isinstance(value, str) and (meant := _LANGUAGES.get(value.casefold())):
        raise PydanticCustomError(
            "no_language",
            "{shown} is no language of Heimvakt",
            {"shown": quoted(value), "hint": f'write "{meant}"'},
        )
    return value


_ROLES = {
    "dør": Role.DOOR,
    "dørsensor": Role.DOOR,
    "seng": Role.BED,
    "sengematte": Role.BED,
    "stol": Role.CHAIR,
    "bevegelse": Role.MOTION,
    "bevegelsessensor": Role.MOTION,
    "knapp": Role.BUTTON,
    "alarmknapp": Role.BUTTON,
    "trygghetsalarm": Role.BUTTON,
    "røyk": Role.SMOKE,
    "røykvarsler": Role.SMOKE,
    "kullos": Role.CARBON_MONOXIDE,
    "lekkasje": Role.LEAK,
    "fallsensor": Role.FALL,
    "varme": Role.HEAT,
    "varmevarsler": Role.HEAT,
    "temperatur": Role.TEMPERATURE,
    "apparat": Role.APPLIANCE,
    "lås": Role.LOCK,
    "dørlås": Role.LOCK,
    "e-lås": Role.LOCK,
    "medisindispenser": Role.DISPENSER,
    "medisin": Role.DISPENSER,
    "sirene": Role.SIREN,
    "lys": Role.LIGHT,
    "forsterker": Role.REPEATER,
}


_KEYS = {
    "når": "when",
    "etter": "after",
    "unntatt": "unless",
    "mellom": "between",
    "tekst": "text",
    "åpnet": "opened",
    "lukket": "closed",
    "bevegelse": "motion",
    "startet": "started",
    "stoppet": "stopped",
    "låst": "locked",
    "trykket": "pressed",
    "under": "below",
    "over": "above",
    "rolle": "role",
    "rom": "room",
}


def meant_key(key: str) -> str | None:
    """The key for which this is the Norwegian word."""
    return _KEYS.get(key.casefold())


def role_called(word: str) -> Role | None:
    """The role for which this is the Norwegian word."""
    return _ROLES.get(word.casefold())


def meant_role(value: object) -> object:
    """The value as it is, unless it is the Norwegian word for a role."""
    if isinstance(value, str) and (meant := _ROLES.get(value.casefold())):
        raise PydanticCustomError(
            "no_role",
            "{shown} is no role",
            {"shown": quoted(value), "hint": f"write {quoted(meant.value)}"},
        )
    return value
