"""What a device is, from what it says of itself, and what it can be to the rules.

PURE. The description decides, not a list of models; the table of `makers` only corrects where the
description is wrong or leaves the choice open. What cannot be told from here is left to the
installer: `role` is None then, and `roles` says what may be chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from heimvakt.core.devices import Role

from .cells import Cell
from .heard import Cluster
from .makers import known_of
from .oddities import Known, Oddity, Point
from .roles import ROLES
from .says import AIR, FILLS, OPEN, Says, all_said
from .signature import Signature

NEEDS: Mapping[Role, str] = {
    Role.DOOR: "a contact",
    Role.BED: "a mat, a contact or a presence sensor",
    Role.CHAIR: "a mat, a contact or a presence sensor",
    Role.MOTION: "a motion, presence or vibration sensor",
    Role.BUTTON: "keys, or a zone for personal emergencies",
    Role.SMOKE: "a fire zone",
    Role.HEAT: "a fire zone",
    Role.CARBON_MONOXIDE: "a carbon monoxide zone",
    Role.LEAK: "a water zone",
    Role.FALL: "a sensor that tells falls",
    Role.TEMPERATURE: "temperature, humidity or light",
    Role.APPLIANCE: "a plug that measures power",
    Role.LOCK: "a lock",
    Role.SIREN: "a siren",
    Role.LIGHT: "a lamp or a switch",
    Role.REPEATER: "a device on mains that carries what others say",
}
"""What each role asks of a device, in the words of `why_not`."""

_KEPT = AIR | {Says.ROUTER}
"""What the table does not take back from a description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What is known of a device before it has told anything."""

    role: Role | None = None
    """The likely one; None where only the installer can know."""
    roles: frozenset[Role] = frozenset()
    """All that it can fill."""
    says: frozenset[Says] = frozenset()
    """The ways in which it speaks."""
    battery: Cell | None = None
    """What it runs on; None on mains."""
    sleeps: bool = True
    oddities: frozenset[Oddity] = frozenset()
    clears_after_s: float | None = None
    """After how long without another word a motion of it is over, where it does not say so."""
    points: Mapping[int, Point] = field(default_factory=dict)
    """What its data points stand for."""

    def why_not(self, role: Role) -> str | None:
        """Why it is of the wrong kind for the role, in plain words; None where it can fill it."""
        if role in self.roles:
            return None
        if role not in ROLES:
            return f"no Zigbee device can be a {role}"
        return f"the role {role} needs {NEEDS[role]}; this device has {self.in_words()}"

    def in_words(self) -> str:
        """In which ways it speaks, for a person."""
        words = [says.value for says in Says if says in self.says]
        if not words:
            return "nothing that we know"
        *most, last = words
        return f"{', '.join(most)} and {last}" if most else last


UNKNOWN = Recognised()
"""A device that nobody has asked yet."""


def recognise(signature: Signature) -> Recognised:
    """What a device of this signature is."""
    known = known_of(signature.manufacturer, signature.model)
    says = _says(signature, known)
    roles = {role for way in says for role in (*FILLS.get(way, ()), *OPEN.get(way, ()))}
    role = known.role or _likely(says)
    if role is not None:
        roles.add(role)
    return Recognised(
        role=role,
        roles=frozenset(roles),
        says=says,
        battery=_battery(signature, known),
        sleeps=signature.sleeps,
        oddities=known.oddities,
        clears_after_s=known.clears_after_s,
        points=known.points,
    )


def _says(signature: Signature, known: Known) -> frozenset[Says]:
    said = all_said(signature)
    if known.says is None:
        return said
    return known.says | (said & _KEPT)


def _likely(says: frozenset[Says]) -> Role | None:
    """The role of the most telling way; None if that way leaves it open."""
    for way in Says:
        if way not in says or way is Says.DATA_POINTS:
            continue
        if way in OPEN:
            return None
        return FILLS[way][0]
    return None


def _battery(signature: Signature, known: Known) -> Cell | None:
    if known.cell is not None:
        return known.cell
    runs_on_cells = signature.sleeps or (Cluster.POWER in signature.ins and not signature.on_mains)
    return Cell.UNKNOWN if runs_on_cells else None
