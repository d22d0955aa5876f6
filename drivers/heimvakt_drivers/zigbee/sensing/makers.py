"""The common makers' devices that do otherwise than they say of themselves.

PURE: a table, taken where maker and model fit; the first entry that does. The facts are what these
devices send, as seen by those who run them and kept in public lists: the definitions of devices of
zigbee2mqtt and the signatures in zha-device-handlers. Nothing of their code is here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from heimvakt.core.devices import Role

from .cells import Cell
from .heard import Cluster
from .makers_lumi import LUMI
from .makers_tuya import TUYA
from .oddities import Known, Oddity
from .says import Says

_HUE = "Philips|Signify Netherlands B.V."
_SONOFF = "eWeLink|SONOFF|Sonoff"
_FRIENT = "frient A/S|Develco Products A/S"

HUE: tuple[Known, ...] = (
    Known(
        maker=_HUE,
        model="RWL020|RWL021|RWL022|RDM00[1-5]|ROM001",
        role=Role.BUTTON,
        oddities=frozenset({Oddity.HUE_KEYS}),
    ),
    Known(maker=_HUE, model="SML00[1-4]", role=Role.MOTION, cell=Cell.ALKALINE_2),
    Known(
        maker=_HUE,
        model="SOC001",
        role=Role.DOOR,
        oddities=frozenset({Oddity.CONTACT_BY_HUE}),
        says=frozenset({Says.CONTACT}),
    ),
)

IKEA: tuple[Known, ...] = (
    # Percentages in halves came with firmware 2.4; a value above 100 shows that it is there.
    Known(
        maker="IKEA of Sweden",
        model="TRADFRI motion sensor",
        role=Role.MOTION,
        oddities=frozenset({Oddity.WHOLE_PERCENT, Oddity.NEVER_CLEARS}),
        clears_after_s=180.0,
    ),
    Known(
        maker="IKEA of Sweden",
        model="TRADFRI (on/off switch|remote control|wireless dimmer|open/close remote"
        "|SHORTCUT Button)|SYMFONISK Sound Controller",
        role=Role.BUTTON,
        oddities=frozenset({Oddity.WHOLE_PERCENT}),
        cell=Cell.COIN,
    ),
    Known(
        maker="IKEA of Sweden",
        model="TRADFRI [Ss]ignal [Rr]epeater",
        role=Role.REPEATER,
    ),
)

SONOFF: tuple[Known, ...] = (
    Known(
        maker=_SONOFF,
        model="WB-?01|SNZB-01P?|KF-?01",
        role=Role.BUTTON,
        oddities=frozenset({Oddity.SONOFF_KEYS}),
        cell=Cell.COIN,
    ),
    Known(maker=_SONOFF, model="DS01|SNZB-04P?", role=Role.DOOR, cell=Cell.COIN),
    Known(maker=_SONOFF, model="MS01|MSO1|SNZB-03P?", role=Role.MOTION, cell=Cell.COIN),
    Known(maker=_SONOFF, model="SNZB-06P", role=Role.MOTION, says=frozenset({Says.OCCUPANCY})),
)

FRIENT: tuple[Known, ...] = (
    Known(maker=_FRIENT, model="HESZB-120", role=Role.HEAT, cell=Cell.PHOTO),
    Known(maker=_FRIENT, model="SMSZB-120|GWA1512_SmokeSensor", role=Role.SMOKE, cell=Cell.PHOTO),
    Known(maker=_FRIENT, model="SCAZB-14.", role=Role.CARBON_MONOXIDE, cell=Cell.PHOTO),
    Known(maker=_FRIENT, model="MOSZB-1.*|GWA1511_MotionSensor", cell=Cell.ALKALINE_2),
    Known(maker=_FRIENT, model="WISZB-13.|GWA1513_WindowSensor", cell=Cell.ALKALINE_2),
    Known(maker=_FRIENT, model="FLSZB-110", role=Role.LEAK, cell=Cell.ALKALINE_2),
    Known(maker=_FRIENT, model="SIRZB-11.", role=Role.SIREN),
    Known(maker=_FRIENT, model="KEPZB-110", role=Role.BUTTON),
)

OTHERS: tuple[Known, ...] = (
    Known(
        maker="HEIMAN|Heiman|HEIMEN",
        model="HS2FD-.*",
        role=Role.FALL,
        oddities=frozenset({Oddity.FALL_IN_OCCUPANCY}),
    ),
    Known(
        maker="OWON.*",
        model="FDS315.*",
        role=Role.FALL,
        oddities=frozenset({Oddity.FALL_BY_OWON}),
        hidden=frozenset({Cluster.OWON}),
    ),
    Known(maker="OWON.*", model="SPM915", role=Role.BED),
    Known(
        maker="Samjin",
        model="button",
        role=Role.BUTTON,
        oddities=frozenset({Oddity.PRESSES_IN_ZONE}),
        cell=Cell.COIN,
    ),
    Known(
        maker="Onesti Products AS",
        model=".*",
        role=Role.LOCK,
        oddities=frozenset({Oddity.WHOLE_PERCENT}),
        cell=Cell.ALKALINE_3,
    ),
    # A meter that never measures.
    Known(maker="OSRAM", model="Plug 01", role=Role.LIGHT, says=frozenset({Says.SWITCH})),
    Known(maker="HEIMAN|Heiman", model="(SmokeSensor|COSensor)-.*", cell=Cell.PHOTO),
    Known(maker="HEIMAN|Heiman", model="RC-.*|SOS-.*", role=Role.BUTTON, cell=Cell.COIN),
    Known(
        maker="Third Reality, Inc",
        model="3RSB22BZ",
        role=Role.BUTTON,
        says=frozenset({Says.MULTISTATE}),
        cell=Cell.ALKALINE_2,
    ),
    Known(maker="Third Reality, Inc", model="3R[DMWV]S.*", cell=Cell.ALKALINE_2),
    Known(maker="ClimaxTechnology|Climax.*", model="KP-ACE_.*", role=Role.BUTTON),
    Known(maker="ClimaxTechnology|Climax.*", model="SRAC.*", role=Role.SIREN),
)


TABLE = (*LUMI, *HUE, *IKEA, *SONOFF, *FRIENT, *OTHERS, *TUYA)

NOTHING_KNOWN = Known(maker="", model="")


@lru_cache(maxsize=256)
def known_of(manufacturer: str, model: str) -> Known:
    """What is known of this model; nothing of most."""
    for entry in TABLE:
        if re.fullmatch(entry.maker, manufacturer) and re.fullmatch(entry.model, model):
            return entry
    return NOTHING_KNOWN
