"""Devices of LUMI (Aqara, Xiaomi) that do otherwise than they say of themselves.

PURE: a table; where its facts come from stands in `makers`.
"""

from __future__ import annotations

from heimvakt.core.devices import Role

from .cells import Cell
from .heard import Cluster
from .oddities import Known, Oddity
from .says import Says

_LUMI = "LUMI|aqara|Aqara|XIAOMI|Xiaomi"

LUMI_QUIET_S = 90.0
"""The sensors of this maker are blind for 60 s after a motion, and tell the next one then."""


def _lumi(
    model: str,
    *more: Oddity,
    role: Role | None = None,
    says: Says | None = None,
    hidden: tuple[int, ...] = (),
    cell: Cell = Cell.COIN,
    clears_after_s: float | None = None,
) -> Known:
    return Known(
        maker=_LUMI,
        model=model,
        oddities=frozenset({Oddity.LUMI_REPORT, *more}),
        role=role,
        says=None if says is None else frozenset({says}),
        hidden=frozenset({Cluster.LUMI, *hidden}),
        cell=cell,
        clears_after_s=clears_after_s,
    )


_LUMI_MOTION = (Oddity.NEVER_CLEARS,)

LUMI: tuple[Known, ...] = (
    # Contacts: by on and off, on a cluster that the first of them list as one of others.
    _lumi(r"lumi\.sensor_magnet", role=Role.DOOR, says=Says.ON_OFF, hidden=(Cluster.ON_OFF,)),
    _lumi(r"lumi\.sensor_magnet\.aq2", role=Role.DOOR, says=Says.ON_OFF),
    _lumi(r"lumi\.magnet\.agl02", role=Role.DOOR, hidden=(Cluster.ON_OFF,)),
    _lumi(r"lumi\.magnet\.acn001", Oddity.TEST_ALWAYS, role=Role.DOOR),
    _lumi(r"lumi\.magnet\.ac01", role=Role.DOOR, cell=Cell.PHOTO),
    # Motion: nothing is ever said of its end.
    _lumi(
        r"lumi\.sensor_motion",
        *_LUMI_MOTION,
        role=Role.MOTION,
        says=Says.OCCUPANCY,
        hidden=(Cluster.OCCUPANCY,),
        clears_after_s=LUMI_QUIET_S,
    ),
    _lumi(
        r"lumi\.sensor_motion\.aq2",
        *_LUMI_MOTION,
        Oddity.RAW_LUX,
        Oddity.SPEAKS_UNENROLLED,
        role=Role.MOTION,
        says=Says.OCCUPANCY,
        clears_after_s=LUMI_QUIET_S,
    ),
    _lumi(
        r"lumi\.motion\.(agl02|agl04|ac02|acn001)",
        *_LUMI_MOTION,
        role=Role.MOTION,
        says=Says.OCCUPANCY,
        clears_after_s=LUMI_QUIET_S,
    ),
    # Radars: presence in an attribute of the maker's own, both ways; on mains.
    Known(
        maker=_LUMI,
        model=r"lumi\.(motion\.ac01|sensor_occupy\..*)",
        role=Role.MOTION,
        says=frozenset({Says.OCCUPANCY}),
        oddities=frozenset({Oddity.LUMI_REPORT}),
        hidden=frozenset({Cluster.LUMI}),
    ),
    _lumi(
        r"lumi\.vibration\.aq1",
        *_LUMI_MOTION,
        Oddity.VIBRATION_ON_LOCK,
        role=Role.MOTION,
        says=Says.MOVEMENT,
        clears_after_s=LUMI_QUIET_S,
    ),
    _lumi(
        r"lumi\.vibration\.agl.*",
        *_LUMI_MOTION,
        role=Role.MOTION,
        says=Says.MOVEMENT,
        clears_after_s=LUMI_QUIET_S,
    ),
    # Keys.
    _lumi(
        r"lumi\.sensor_switch",
        Oddity.KEY_BY_ON_OFF,
        role=Role.BUTTON,
        says=Says.KEYS,
        hidden=(Cluster.ON_OFF,),
    ),
    _lumi(r"lumi\.sensor_switch\.aq2", Oddity.KEY_BY_ON, role=Role.BUTTON, says=Says.KEYS),
    _lumi(
        r"lumi\.(sensor_swit|sensor_switch\.aq3|remote\..*|sensor_86sw.*)",
        role=Role.BUTTON,
        says=Says.MULTISTATE,
        hidden=(Cluster.MULTISTATE,),
    ),
    # Dangers.
    _lumi(
        r"lumi\.sensor_wleak\.aq1",
        Oddity.SPEAKS_UNENROLLED,
        role=Role.LEAK,
        says=Says.WATER,
        hidden=(Cluster.ZONE,),
    ),
    _lumi(r"lumi\.flood\..*", Oddity.TEST_ALWAYS, role=Role.LEAK, says=Says.WATER),
    _lumi(
        r"lumi\.sensor_smoke",
        Oddity.ALARM_2_TESTS,
        role=Role.SMOKE,
        says=Says.FIRE,
        cell=Cell.PHOTO,
    ),
    _lumi(
        r"lumi\.sensor_smoke\..*",
        role=Role.SMOKE,
        says=Says.FIRE,
        cell=Cell.PHOTO,
    ),
    # The air.
    _lumi(
        r"lumi\.(sensor_ht|sens)",
        Oddity.LUMI_AIR,
        role=Role.TEMPERATURE,
        says=Says.TEMPERATURE,
        hidden=(Cluster.TEMPERATURE, Cluster.HUMIDITY),
    ),
    _lumi(r"lumi\.(weather|sensor_ht\.agl02)", Oddity.LUMI_AIR, role=Role.TEMPERATURE),
    _lumi(r"lumi\.sen_ill\..*", role=Role.TEMPERATURE),
    Known(
        maker=_LUMI,
        model=r"lumi\.plug.*",
        role=Role.APPLIANCE,
        oddities=frozenset({Oddity.LUMI_REPORT}),
        hidden=frozenset({Cluster.LUMI}),
    ),
)
