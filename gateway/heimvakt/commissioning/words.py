"""What things are called on the screen and on the sheet of a hand-over, in nb and en."""

from __future__ import annotations

from collections.abc import Mapping

from heimvakt.core.checks import Outcome
from heimvakt.core.devices import Role
from heimvakt.core.words import Words

from .record import Step

STEPS: Mapping[Step, Words] = {
    Step.CHECK: Words(nb="Konfigurasjon", en="Configuration"),
    Step.PAIR: Words(nb="Innmelding", en="Pairing"),
    Step.WALK: Words(nb="Gåprøve", en="Walk test"),
    Step.SELF_TEST: Words(nb="Selvtest", en="Self-test"),
    Step.TEST_ALARM: Words(nb="Prøvealarm over hver vei", en="Test alarm over each path"),
    Step.BUTTON: Words(nb="Beboerens knapp", en="The resident's button"),
}

OUTCOMES: Mapping[Outcome, Words] = {
    Outcome.PASS: Words(nb="OK", en="OK"),
    Outcome.WARN: Words(nb="Advarsel", en="Warning"),
    Outcome.FAIL: Words(nb="Feil", en="Failed"),
    Outcome.SKIPPED: Words(nb="Ikke prøvd", en="Not tried"),
}

ROLES: Mapping[str, Words] = {
    Role.DOOR: Words(nb="dør", en="door"),
    Role.BED: Words(nb="seng", en="bed"),
    Role.CHAIR: Words(nb="stol", en="chair"),
    Role.MOTION: Words(nb="bevegelse", en="motion"),
    Role.BUTTON: Words(nb="alarmknapp", en="alarm button"),
    Role.SMOKE: Words(nb="røyk", en="smoke"),
    Role.CARBON_MONOXIDE: Words(nb="kullos", en="carbon monoxide"),
    Role.LEAK: Words(nb="vann", en="water"),
    Role.FALL: Words(nb="fall", en="fall"),
    Role.HEAT: Words(nb="varme", en="heat"),
    Role.TEMPERATURE: Words(nb="temperatur", en="temperature"),
    Role.APPLIANCE: Words(nb="apparat", en="appliance"),
    Role.LOCK: Words(nb="e-lås", en="e-lock"),
    Role.SIREN: Words(nb="sirene", en="siren"),
    Role.LIGHT: Words(nb="lys", en="light"),
    Role.REPEATER: Words(nb="forsterker", en="repeater"),
    Role.DISPENSER: Words(nb="medisindispenser", en="medicine dispenser"),
    Role.TAG: Words(nb="nøkkelleser", en="key reader"),
    Role.TAMPER: Words(nb="sabotasje", en="tamper"),
}

FINE = 0.095
"""Below this a tenth of a second says nothing."""


def role_of(role: str, language: str) -> str:
    """What a role is called; as it stands in the file where it has no name here."""
    named = ROLES.get(role)
    return named.in_language(language) if named else role


def number(value: float, language: str) -> str:
    """`12.4` and `0.04`, in Norwegian with a comma."""
    text = f"{value:.1f}" if value >= FINE else f"{value:.2f}"
    return text.replace(".", ",") if language == "nb" else text
