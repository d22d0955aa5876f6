"""The sections that every home has: `[gateway]`, `[devices.ID]`, `[[routes]]`.

Drivers, rules and receivers bring models of their own (see `catalogue`).
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool
from pydantic_core import PydanticCustomError

from heimvakt.core.alarms import Priority
from heimvakt.core.calendar import UnknownClock
from heimvakt.core.chain import Target
from heimvakt.core.devices import Device, Role
from heimvakt.core.fields import Hours, duration
from heimvakt.core.routes import Route

from .doses import DOSES_MAX, DoseSettings
from .findings import nearest, quoted
from .ids import ID, as_id, looks_like_a_person
from .spoken import meant_language, meant_role

VERSION = 1
"""Of this file format."""

PLACEHOLDER = "no-0000-000000"
"""What stands in a kit for the number of the gateway."""


def _no_person(text: str) -> str:
    if looks_like_a_person(text):
        raise PydanticCustomError(
            "person_in_file",
            "eleven digits may be a national identity number (fødselsnummer)",
            {"hint": "nothing in this file may tell who lives here: use a number without meaning"},
        )
    return text


def _pseudonym(text: str) -> str:
    _no_person(text)
    if "@" in text or re.search(r"\s", text):
        raise PydanticCustomError(
            "name_in_id",
            "{shown} looks like a name or an address",
            {
                "shown": quoted(text),
                "hint": "it must not tell who lives here: "
                "write the number of the gateway, such as no-1505-004711",
            },
        )
    if not re.fullmatch(ID, text):
        meant = as_id(text)
        raise PydanticCustomError(
            "no_id",
            "{shown} cannot be the id of a gateway",
            {
                "shown": quoted(text),
                "hint": f'write it as "{meant}"'
                if meant
                else "use the letters a to z, digits and -, such as no-1505-004711",
            },
        )
    return text


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    # ValueError: a path out of the database; OSError: the name of a folder of it.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        meant = _nearest_zone(name)
        raise PydanticCustomError(
            "no_timezone",
            "{shown} is no time zone",
            {
                "shown": quoted(name),
                "hint": f'did you mean "{meant}"?' if meant else 'write for example "Europe/Oslo"',
            },
        ) from None
    return name


def _nearest_zone(name: str) -> str | None:
    zones = sorted(available_timezones())
    cities = {z.rpartition("/")[2]: z for z in zones if "/" in z and not z.startswith("Etc/")}
    if whole := nearest(name, [z for z in zones if "/" in z]):
        return whole
    city = nearest(name.rpartition("/")[2], cities)
    return cities[city] if city else None


class Section(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GatewaySettings(Section):
    """`[gateway]`."""

    id: Annotated[
        str,
        Field(
            min_length=3,
            max_length=64,
            description="The pseudonymous number of this gateway; never a name or an address.",
            examples=["no-1505-004711"],
            json_schema_extra={"pattern": ID},
        ),
        AfterValidator(_pseudonym),
    ]
    timezone: Annotated[
        str,
        Field(
            description="Where the home is, as a name of the time zone database.",
            examples=["Europe/Oslo"],
        ),
        AfterValidator(_known_zone),
    ] = "Europe/Oslo"
    language: Annotated[
        Literal["nb", "en"],
        Field(description="What the resident and the technician read: nb or en."),
        BeforeValidator(meant_language),
    ] = "nb"
    unknown_clock: Annotated[
        UnknownClock,
        Field(
            description="Before the clock is set for the first time nobody knows whether it is "
            "night: rules of the night watch (night), or do not (day)."
        ),
    ] = UnknownClock.NIGHT


class DeviceSettings(Section):
    """`[devices.ID]`."""

    role: Annotated[
        Role,
        Field(description="What the device is to the rules."),
        BeforeValidator(meant_role),
    ]
    driver: Annotated[
        str,
        Field(
            description="The [drivers.NAME] that it is heard by.",
            examples=["zigbee", "osdp.front"],
        ),
    ]
    address: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=120,
            description="Its address, as the driver writes it; often on a label. Left out for a "
            "device that `heimvakt pair` is still to bring.",
            examples=["00:15:8d:00:02:3a:4b:5c"],
            json_schema_extra={"type": ["string", "integer"]},
        ),
        BeforeValidator(lambda v: str(v) if type(v) is int else v),
    ] = None
    room: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=40,
            description="Where it is, in the words of those who come to help.",
            examples=["bedroom", "hall"],
        ),
        AfterValidator(lambda v: v if v is None else _no_person(v)),
    ] = None
    outer: Annotated[StrictBool, Field(description="A door: whether it leads out of the home.")] = (
        False
    )
    cancel: Annotated[
        timedelta | None,
        duration(at_least="1s", at_most="60s"),
        Field(
            description="A button: pressed again within this time, no alarm goes out. Without it "
            "every press is an alarm at once."
        ),
    ] = None
    silent_after: Annotated[
        timedelta | None,
        duration(at_least="10m", at_most="14d"),
        Field(
            description="How long it may say nothing before that is told. Usually left out: it is "
            "learned from the device."
        ),
    ] = None
    stuck_after: Annotated[
        timedelta | None,
        duration(at_least="1h", at_most="31d"),
        Field(
            description="How long it may say the same, such as that it is open, before that is "
            "told. Usually left out."
        ),
    ] = None
    door: Annotated[
        str | None,
        Field(
            description="A lock: the device of the role door that tells whether its door is open.",
            examples=["front-door"],
        ),
    ] = None
    doses: Annotated[
        tuple[DoseSettings, ...],
        Field(
            max_length=DOSES_MAX,
            description="A dispenser: when it is to give what.",
            examples=[[{"at": "08:30", "window": "45m"}]],
        ),
    ] = ()

    def to_device(self, device_id: str) -> Device:
        """As the core knows it."""
        return Device(
            device_id=device_id,
            role=self.role,
            driver=self.driver,
            address=self.address or "",
            room=self.room,
            outer=self.outer,
            cancel=self.cancel,
            silent_after=self.silent_after,
            stuck_after=self.stuck_after,
            door=self.door,
            doses=tuple(dose.to_plan() for dose in self.doses),
        )


ONLY_FOR = {
    "outer": Role.DOOR,
    "cancel": Role.BUTTON,
    "door": Role.LOCK,
    "doses": Role.DISPENSER,
}
"""Keys of a device that one role has and no other."""


class RouteTarget(Section):
    """Who is told, in a route."""

    receiver: Annotated[
        str, Field(description="A [receivers.NAME] of this file.", examples=["centre"])
    ]
    after: Annotated[
        timedelta | None,
        duration(at_least="30s", at_most="24h"),
        Field(
            description="Told when nobody has accepted for so long since the one before was told. "
            "Without it, together with the one before.",
            examples=["5m"],
        ),
    ] = None


class RouteSettings(Section):
    """`[[routes]]`: which alarms go to whom; an alarm takes the first that fits. Without any route
    every receiver gets every alarm."""

    priority: Annotated[
        tuple[Priority, ...],
        Field(min_length=1, description="Of which priorities.", examples=[["high", "medium"]]),
    ]
    kind: Annotated[
        tuple[str, ...],
        Field(
            description="Only alarms of these kinds. Usually left out: of every kind.",
            examples=[["button"]],
        ),
    ] = ()
    between: Annotated[
        Hours | None,
        Field(description="Only alarms that are raised in these hours, in local time."),
    ] = None
    to: Annotated[
        tuple[RouteTarget, ...],
        Field(
            min_length=1,
            max_length=16,
            description="Who is told, and who is next when nobody accepts.",
            examples=[[{"receiver": "centre"}]],
        ),
    ]

    def to_route(self, zone: ZoneInfo) -> Route:
        """As the core knows it."""
        return Route(
            priorities=frozenset(self.priority),
            kinds=frozenset(self.kind),
            window=self.between.window(zone) if self.between else None,
            to=tuple(Target(target.receiver, target.after) for target in self.to),
        )
