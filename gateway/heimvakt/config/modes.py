"""`[modes.NAME]`: what is kept back while the home is set to a mode, how long, and what sets it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from heimvakt.core.devices import Role
from heimvakt.core.events import Mode, Press
from heimvakt.core.fields import duration
from heimvakt.core.mode_plans import BY_ITS_RULE, MAY_REST, PLANS, ModePlan

from .findings import dotted, nearest, quoted
from .models import Section
from .positions import Path
from .report import Report
from .sections import did_you_mean, read_section, tables


def _may_rest(kind: str) -> str:
    if kind in MAY_REST:
        return kind
    if kind in BY_ITS_RULE:
        raise PydanticCustomError(
            "rests_by_its_rule",
            "an alarm of kind {shown} is kept back by its own rule and by no mode",
            {"shown": quoted(kind), "hint": 'write in that rule: rests_in = ["visit"]'},
        )
    close = nearest(kind, sorted(MAY_REST))
    raise PydanticCustomError(
        "never_rests",
        "an alarm of kind {shown} is never kept back",
        {
            "shown": quoted(kind),
            "hint": f'did you mean "{close}"?'
            if close
            else f"what may rest: {', '.join(sorted(MAY_REST))}",
        },
    )


class ModeSettings(Section):
    """What every mode has."""

    lasting: timedelta
    """Each mode has bounds and a default of its own."""
    suppresses: Annotated[
        tuple[Annotated[str, AfterValidator(_may_rest)], ...] | None,
        Field(
            description="The kinds of alarms that are kept back while it lasts, and no others. "
            "Without it those that are usual for this mode.",
            examples=[["night-wandering", "inactivity"]],
        ),
    ] = None
    button: Annotated[
        str | None,
        Field(
            description="A button that sets this mode when it is pressed long, and ends it. That "
            "press calls nobody: take one that nobody relies on.",
            examples=["hall-button"],
        ),
    ] = None
    press: Annotated[
        Literal["long", "held"],
        # Never once or twice: somebody in fear presses so.
        Field(description="How it is pressed. Once or twice always is a call for help."),
    ] = "long"

    def to_plan(self, mode: Mode) -> ModePlan:
        """As the core knows it."""
        usual = PLANS[mode]
        return ModePlan(
            suppresses=usual.suppresses if self.suppresses is None else frozenset(self.suppresses),
            lasting=self.lasting,
            button=self.button,
            press=Press(self.press),
            locks=frozenset(self.locks if isinstance(self, VisitSettings) else ()),
        )


_LASTING = Field(description="It ends by itself after this, where nothing else was said.")


class AwaySettings(ModeSettings):
    """`[modes.away]`: nobody should be in. The first movement ends it."""

    lasting: Annotated[timedelta, duration(at_least="1h", at_most="31d"), _LASTING] = PLANS[
        Mode.AWAY
    ].lasting


class VisitSettings(ModeSettings):
    """`[modes.visit]`: a carer is here."""

    lasting: Annotated[timedelta, duration(at_least="10m", at_most="4h"), _LASTING] = PLANS[
        Mode.VISIT
    ].lasting
    locks: Annotated[
        tuple[str, ...],
        Field(
            description="Locks that nobody but carers opens with a tag or a code: that begins a "
            "visit too.",
            examples=[["front-lock"]],
        ),
    ] = ()


class PrivacySettings(ModeSettings):
    """`[modes.privacy]`: nothing is taken of movements, beds and chairs."""

    lasting: Annotated[timedelta, duration(at_least="5m", at_most="8h"), _LASTING] = PLANS[
        Mode.PRIVACY
    ].lasting


class ServiceSettings(ModeSettings):
    """`[modes.service]`: a technician is at work, and alarms are marked as tests."""

    lasting: Annotated[timedelta, duration(at_least="5m", at_most="4h"), _LASTING] = PLANS[
        Mode.SERVICE
    ].lasting


MODELS: Mapping[Mode, type[ModeSettings]] = {
    Mode.AWAY: AwaySettings,
    Mode.VISIT: VisitSettings,
    Mode.PRIVACY: PrivacySettings,
    Mode.SERVICE: ServiceSettings,
}


def read_modes(
    report: Report, data: Mapping[str, Any], roles: Mapping[str, Role | None]
) -> dict[Mode, ModePlan]:
    """Every mode, as the file has it or as is usual; what is wrong is told.

    Args:
        report: takes what is wrong.
        data: the file.
        roles: every device that the file names; None for a role that there is not.
    """
    plans = dict(PLANS)
    presses: dict[tuple[str, Press], str] = {}
    for name, table in tables(report, data, "modes"):
        path: Path = ("modes", name)
        model = next((model for mode, model in MODELS.items() if mode == name), None)
        if model is None:
            _tell_unknown(report, path, name)
            continue
        settings = read_section(report, model, table, path)
        if settings is None:
            continue
        plans[Mode(name)] = plan = settings.to_plan(Mode(name))
        if plan.button is not None:
            _check_device(report, (*path, "button"), plan.button, Role.BUTTON, roles)
            first = presses.setdefault((plan.button, plan.press), name)
            if first != name:
                report.wrong(
                    (*path, "button"),
                    f"the same press sets the mode {first} already",
                    f'take another button, or write press = "{_other(plan.press)}" here',
                )
        if isinstance(settings, VisitSettings):
            for number, lock in enumerate(settings.locks):
                _check_device(report, (*path, "locks", number), lock, Role.LOCK, roles)
    return plans


def _other(press: Press) -> Press:
    return Press.HELD if press is Press.LONG else Press.LONG


def _tell_unknown(report: Report, path: Path, name: str) -> None:
    if name == Mode.HOME:
        report.wrong(path, "at home nothing rests", "take the section away", at_key=True)
        return
    close = nearest(name, [mode.value for mode in MODELS])
    hint = f'did you mean "{close}"?' if close else f"modes: {', '.join(MODELS)}"
    report.wrong(path, "there is no such mode", hint, at_key=True)


def _check_device(
    report: Report,
    path: Path,
    device_id: str,
    wanted: Role,
    roles: Mapping[str, Role | None],
) -> None:
    fitting = {i: ("devices", i) for i, role in roles.items() if role is wanted}
    if device_id not in roles:
        report.error(
            path,
            f"devices.{device_id} is used by {dotted(path[:2])} but there is no such device",
            did_you_mean(
                report,
                device_id,
                fitting,
                several=f"devices with the role {wanted}",
                none=f"add a section [devices.{device_id}]",
            ),
        )
    elif (role := roles[device_id]) is not None and role is not wanted:
        hint = f"devices with the role {wanted}: {', '.join(fitting)}" if fitting else ""
        report.wrong(
            path,
            f"{quoted(device_id)} has the role {role}; here it must be {wanted}",
            hint or f"no device of this file has the role {wanted}",
        )
