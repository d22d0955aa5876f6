"""Devices with Tuya's modules that do otherwise than they say of themselves, or say nothing at all.

PURE: a table; where its facts come from stands in `makers`. Hundreds of makers use these modules,
and the name of the maker is the only thing that tells what a data point stands for.
"""

from __future__ import annotations

from collections.abc import Mapping

from heimvakt.core.devices import Role

from .cells import Cell
from .heard import Cluster
from .oddities import Known, Oddity, Point
from .says import Says

_TUYA = r"_TZ.*|_TYZB.*|_TYST.*|Zbeacon|TUYATEC.*"

TUYA_QUIET_S = 90.0
"""They are blind for 60 s after a motion, and tell the next one then."""


def _points(makers: str, role: Role, says: set[Says], points: Mapping[int, Point]) -> Known:
    return Known(
        maker=f"_(TZE200|TZE204|TZE284|TYST11)_({makers})",
        model=".*",
        role=role,
        says=frozenset(says),
        points=points,
        hidden=frozenset({Cluster.DATA_POINTS}),
    )


_AIR = {Says.TEMPERATURE, Says.HUMIDITY}

TUYA: tuple[Known, ...] = (
    _points(
        "0zaf1cr8|ntcy3xu1|ai4rqhky|m9skfctm|rccxox8p|qvzsq3s2|ux5v4dbd|t5p1vj8r|uebojraa"
        "|vzekyi4c|yh7aoahi|dq1mfjug",
        Role.SMOKE,
        {Says.FIRE},
        {1: Point.SMOKE, 15: Point.BATTERY},
    ),
    _points(
        "nvups4nh",
        Role.DOOR,
        {Says.CONTACT, *_AIR},
        {1: Point.OPEN, 2: Point.BATTERY, 7: Point.TENTHS_CELSIUS, 8: Point.HUMIDITY},
    ),
    _points(
        "seq9cm6u",
        Role.BED,
        {Says.OCCUPANCY},
        {1: Point.VACANT, 4: Point.BATTERY},
    ),
    _points(
        "lu01t0zl",  # sold for its falls
        Role.FALL,
        {Says.OCCUPANCY, Says.FALL},
        {1: Point.PRESENT, 116: Point.FALL},
    ),
    _points(
        "vrfecyku|ypprdwsl|jkbljri7",
        Role.MOTION,
        {Says.OCCUPANCY, Says.FALL},
        {1: Point.PRESENT, 116: Point.FALL},
    ),
    _points(
        "2aaelwxk|kb5noeto|tyffvoij|yflzeeqj",
        Role.MOTION,
        {Says.OCCUPANCY},
        {1: Point.PRESENT, 121: Point.BATTERY},
    ),
    _points(
        "sxm7l9xa|e5m9c5hl",
        Role.MOTION,
        {Says.OCCUPANCY, Says.ILLUMINANCE},
        {105: Point.PRESENT, 104: Point.LUX},
    ),
    _points(
        "bjawzodf|bq5c8xfe|qyflbnbj|44af8vyi|zl1kmjqx|yjjdcqsq|utkemkbs|9yapgbuv|upagmta9",
        Role.TEMPERATURE,
        _AIR,
        {1: Point.TENTHS_CELSIUS, 2: Point.HUMIDITY, 4: Point.BATTERY},
    ),
    Known(
        maker=_TUYA,
        model="TS004[1-6F].*|TS004F",
        role=Role.BUTTON,
        says=frozenset({Says.KEYS}),
        cell=Cell.COIN,
    ),
    Known(
        maker=_TUYA,
        model="TS0202",
        role=Role.MOTION,
        oddities=frozenset({Oddity.NEVER_CLEARS}),
        clears_after_s=TUYA_QUIET_S,
    ),
    Known(maker=_TUYA, model="TS0215A?|TS0218", role=Role.BUTTON, cell=Cell.COIN),
    Known(
        maker="_TZ(3210_ncw88jfq|3000_(ywagc4rj|isw9u95y|yupc0pb7|wol32olt))",
        model="TS0201",
        role=Role.TEMPERATURE,
        oddities=frozenset({Oddity.TENTH_HUMIDITY}),
    ),
    Known(maker=_TUYA, model="TS0203", role=Role.DOOR),
    Known(
        maker=_TUYA,
        model="TS0210",
        role=Role.MOTION,
        says=frozenset({Says.MOVEMENT}),
        oddities=frozenset({Oddity.NEVER_CLEARS}),
        clears_after_s=TUYA_QUIET_S,
    ),
)
