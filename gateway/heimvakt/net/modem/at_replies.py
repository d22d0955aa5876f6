"""Lines that answer a command, as values: 3GPP TS 27.007 and TS 27.005. Pure; never raises."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from heimvakt.core.modem import Registration, Sim

_PARAMETER = re.compile(r'\s*("(?:[^"]*)"|[^,]*)\s*(?:,|$)')
_REGISTRATION = {
    0: Registration.NONE,
    1: Registration.HOME,
    2: Registration.SEARCHING,
    3: Registration.DENIED,
    5: Registration.ROAMING,
    6: Registration.HOME,  # for SMS only
    7: Registration.ROAMING,  # likewise
}
"""<stat> of +CREG and +CEREG, 7.2. 4 is out of coverage, 8 emergency calls only: none."""
_TECHNOLOGY = {
    0: "2g",
    1: "2g",
    2: "3g",
    3: "2g",
    4: "3g",
    5: "3g",
    6: "3g",
    7: "4g",
    8: "2g",
    9: "4g",
    10: "4g",
    11: "5g",
    12: "5g",
    13: "5g",
}
"""<AcT>, 7.3."""
_SIM = {
    "READY": Sim.READY,
    "SIM PIN": Sim.PIN_NEEDED,
    "SIM PUK": Sim.PUK_NEEDED,
    "NOT INSERTED": Sim.ABSENT,
    "NOT READY": Sim.UNKNOWN,
}
NO_SIM = frozenset({10, 13, 15})
"""+CME ERROR: none inserted, a broken one, a wrong one (9.2)."""


@dataclass(frozen=True, slots=True)
class Operator:
    """From `+COPS`."""

    name: str | None
    technology: str | None


def parameters(line: str) -> list[str]:
    """What stands after the colon; quotation marks are kept, so that text can be told."""
    _, _, rest = line.partition(":")
    return [match[1].strip() for match in _PARAMETER.finditer(rest)][: rest.count(",") + 1]


def number(parameter: str) -> int | None:
    """A parameter as a number."""
    return int(parameter) if re.fullmatch(r"\d{1,9}", parameter) else None


def text(parameter: str) -> str:
    """A parameter without quotation marks."""
    return parameter.strip('"')


def registration(line: str) -> tuple[Registration, str | None] | None:
    """State and technology from `+CREG` or `+CEREG`, asked for or not; None if it is neither.

    An answer has one number more in front, 7.2: `+CREG: 2,1,"00A1","01B2",7` answers and
    `+CREG: 1,"00A1","01B2",7` comes by itself.
    """
    found = parameters(line)
    if is_answer(line):
        found = found[1:]
    status = number(found[0]) if found else None
    if status is None:
        return None
    technology = number(found[3]) if len(found) > 3 else None
    return _REGISTRATION.get(status, Registration.NONE), _TECHNOLOGY.get(technology or 0) if (
        technology is not None
    ) else None


def is_answer(line: str) -> bool:
    """Whether a `+CREG` line answers `AT+CREG?`."""
    found = parameters(line)
    return len(found) > 1 and number(found[1]) is not None


def csq(line: str) -> int | None:
    """The strength from `+CSQ`."""
    found = parameters(line)
    return number(found[0]) if found else None


def operator(line: str) -> Operator:
    """From `+COPS: 0,0,"Telenor",7`."""
    found = parameters(line)
    name = text(found[2]) if len(found) > 2 else ""
    technology = number(found[3]) if len(found) > 3 else None
    return Operator(name or None, None if technology is None else _TECHNOLOGY.get(technology))


def sim(line: str) -> Sim:
    """From `+CPIN: READY`. Locks of the telephone or the network are nothing that we can open."""
    _, _, state = line.partition(":")
    return _SIM.get(state.strip(), Sim.PUK_NEEDED if "PUK" in state else Sim.UNKNOWN)


def tries_left(lines: Sequence[str]) -> int | None:
    """For the PIN, from `+CPINR: SIM PIN,3,3` (8.65) or Huawei's `^CPIN: SIM PIN,,10,3,10,3`.

    The latter counts PUK, PIN, PUK2 and PIN2.
    """
    for line in lines:
        found = [text(one) for one in parameters(line)]
        if line.startswith("+CPINR:") and found[0] == "SIM PIN" and len(found) > 1:
            return number(found[1])
        if line.startswith("^CPIN:") and len(found) > 3:
            return number(found[3])
    return None


def iccid(lines: Sequence[str]) -> str | None:
    """The number of the SIM, wherever it stands in the answer: 18 to 20 digits."""
    for line in lines:
        if match := re.search(r"(?<!\d)(\d{18,20})F?(?!\d)", line):
            return match[1]
    return None


def reference(lines: Sequence[str]) -> int | None:
    """From `+CMGS: 17`."""
    for line in lines:
        if line.startswith("+CMGS:") and (found := parameters(line)):
            return number(found[0])
    return None
