"""A command line and the lines of its answer: 3GPP TS 27.007 and TS 27.005.

PURE: the state of the modem comes in and is changed; nothing is sent from here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .network import NONE, Network
from .sim import VirtualSim

OK = ["OK"]
ERROR = ["ERROR"]
_INCORRECT_PASSWORD, _SIM_PIN, _SIM_PUK, _NO_SIM, _NO_PLACE = 16, 11, 12, 10, 321


@dataclass(slots=True)
class ModemMemory:
    """What the modem forgets when it loses power."""

    echo: bool = True
    errors_as_numbers: bool = False
    on: bool = True
    tells_registration: dict[str, int] = field(default_factory=lambda: {"CREG": 0, "CEREG": 0})
    tells_messages: int = 0
    """<mt> of AT+CNMI: 1 tells of a message that was kept."""
    tells_reports: int = 0
    """<ds> of AT+CNMI: 1 passes reports on, 2 keeps them and tells of it."""
    reports: dict[int, bytes] = field(default_factory=dict)
    """Those that were kept, by their place."""
    reads_from: str = "SM"


class Commands:
    """The answers of one modem."""

    def __init__(
        self,
        network: Network,
        sim: Callable[[], VirtualSim | None],
        *,
        tells_tries: bool = True,
        unknown: frozenset[str] = frozenset(),
    ) -> None:
        self.memory = ModemMemory()
        self._network = network
        self._sim = sim
        self._unknown = unknown | (frozenset() if tells_tries else {"+CPINR"})

    def registration(self, name: str, *, asked: bool) -> str:
        """`+CREG: 2,1,"00A1","01B2",7`, without the first number when nobody asked."""
        network, sim = self._network, self._sim()
        serves = self.memory.on and sim is not None and sim.open
        status = network.registration if serves else NONE
        mode = self.memory.tells_registration[name]
        head = f"+{name}: {mode}," if asked else f"+{name}: "
        if mode < 2 or status not in (1, 5):
            return f"{head}{status}"
        return f'{head}{status},"00A1","000001B2",{network.technology}'

    def answer(self, line: str) -> list[str]:
        """The lines of the answer, the last of them its end. `AT+CMGS` is not for here."""
        if line[:2].upper() != "AT":
            return []
        body = line[2:].strip()
        lines: list[str] = []
        # Commands without a + may stand together (`ATE0V1`), and `;` goes on after one with it.
        for one in re.findall(r"[A-Z&]\d*|[+^*$][^;]*", body, re.IGNORECASE):
            found = self._one(one)
            lines += found[:-1]
            if found[-1] != "OK":
                return [*lines, found[-1]]
        return [*lines, "OK"]

    def error(self, code: int, kind: str = "CME") -> list[str]:
        """As numbers, or as the bare word until `AT+CMEE=1`."""
        return [f"+{kind} ERROR: {code}"] if self.memory.errors_as_numbers else ERROR

    # --- one command ------------------------------------------------------------------------------

    def _one(self, command: str) -> list[str]:
        if command[0] not in "+^*$":
            return self._basic(command)
        parts = re.fullmatch(r"(.[A-Za-z]+)(=\?|\?|=|)(.*)", command)
        if parts is None:
            return ERROR
        name, mark, value = parts[1].upper(), parts[2], parts[3]
        known: dict[str, Callable[[str, str], list[str]]] = {
            "+CPIN": self._pin,
            "+CPINR": self._tries,
            "+CCID": self._iccid,
            "+CIMI": self._imsi,
            "+CRSM": self._crsm,
            "+CREG": lambda mark, value: self._registration("CREG", mark, value),
            "+CEREG": lambda mark, value: self._registration("CEREG", mark, value),
            "+CSQ": self._csq,
            "+COPS": self._cops,
            "+CFUN": self._cfun,
            "+CMEE": self._cmee,
            "+CMGF": self._cmgf,
            "+CNMI": self._cnmi,
            "+CPMS": self._cpms,
            "+CMGL": self._cmgl,
            "+CMGR": self._cmgr,
            "+CMGD": self._cmgd,
            "+CSCS": lambda mark, _: (['+CSCS: ("IRA","GSM")'] if mark == "=?" else []) + OK,
            "+GCAP": lambda *_: ["+GCAP: +CGSM", "OK"],
            "+CGMI": lambda *_: ["Heimvakt", "OK"],
            "+CGMM": lambda *_: ["Virtual modem", "OK"],
            "+CGMR": lambda *_: ["1", "OK"],
            "+CGSN": lambda *_: ["490154203237518", "OK"],
            "+CLCK": lambda *_: ["+CLCK: 0", "OK"],
        }
        act = known.get(name)
        if act is None or name in self._unknown:
            return ERROR
        return act(mark, value)

    def _basic(self, command: str) -> list[str]:
        match command[0].upper():
            case "E":
                self.memory.echo = command[1:] != "0"
            case "Z" | "&":
                self.memory.echo = True
            case "I":
                return ["Heimvakt virtual modem", "OK"]
            case _:
                pass
        return OK

    def _locked(self) -> list[str] | None:
        """The error of a command that needs an open SIM."""
        sim = self._sim()
        if sim is None:
            return self.error(_NO_SIM)
        if sim.open:
            return None
        return self.error(_SIM_PUK if sim.state == "SIM PUK" else _SIM_PIN)

    def _pin(self, mark: str, value: str) -> list[str]:
        sim = self._sim()
        if sim is None:
            return self.error(_NO_SIM)
        if mark == "?":
            return [f"+CPIN: {sim.state}", "OK"]
        if mark != "=":
            return OK
        if sim.state == "SIM PUK":
            return self.error(_SIM_PUK)
        if sim.open:
            return self.error(3)
        return OK if sim.enter(value.strip('"')) else self.error(_INCORRECT_PASSWORD)

    def _tries(self, mark: str, value: str) -> list[str]:
        sim = self._sim()
        if sim is None:
            return self.error(_NO_SIM)
        return [
            f"+CPINR: SIM PIN,{sim.pin_tries},3",
            f"+CPINR: SIM PUK,{sim.puk_tries},10",
            "OK",
        ]

    def _iccid(self, mark: str, value: str) -> list[str]:
        sim = self._sim()
        return self.error(_NO_SIM) if sim is None else [f"+CCID: {sim.iccid}", "OK"]

    def _imsi(self, mark: str, value: str) -> list[str]:
        sim = self._sim()
        return self._locked() or [sim.imsi if sim else "", "OK"]

    def _crsm(self, mark: str, value: str) -> list[str]:
        """A file of the SIM: only that with its number (EF ICCID, 2FE2), which needs no PIN."""
        sim = self._sim()
        if sim is None or not value.startswith("176,12258,"):
            return self.error(_NO_SIM if sim is None else 4)
        digits = sim.iccid + "F" * (20 - len(sim.iccid))
        swapped = "".join(b + a for a, b in zip(digits[::2], digits[1::2], strict=True))
        return [f'+CRSM: 144,0,"{swapped}"', "OK"]

    def _registration(self, name: str, mark: str, value: str) -> list[str]:
        if mark == "=?":
            return [f"+{name}: (0-2)", "OK"]
        if mark == "=":
            self.memory.tells_registration[name] = int(value or 0)
            return OK
        return [self.registration(name, asked=True), "OK"]

    def _csq(self, mark: str, value: str) -> list[str]:
        rssi = self._network.rssi if self._network.registered and self.memory.on else 99
        return [f"+CSQ: {rssi},99", "OK"]

    def _cops(self, mark: str, value: str) -> list[str]:
        network = self._network
        if mark == "=?":
            return [f'+COPS: (2,"{network.operator}","V","24299",7),,(0-4),(0-2)', "OK"]
        if mark == "=":
            return OK
        if self._locked() or not network.registered:
            return ["+COPS: 0", "OK"]
        return [f'+COPS: 0,0,"{network.operator}",{network.technology}', "OK"]

    def _cfun(self, mark: str, value: str) -> list[str]:
        if mark == "=":
            self.memory.on = value.startswith("1")
            return OK
        if mark == "=?":
            return ["+CFUN: (0,1,4)", "OK"]
        return [f"+CFUN: {1 if self.memory.on else 4}", "OK"]

    def _cmee(self, mark: str, value: str) -> list[str]:
        if mark == "=":
            self.memory.errors_as_numbers = value != "0"
        return OK

    # --- messages ---------------------------------------------------------------------------------

    def _cmgf(self, mark: str, value: str) -> list[str]:
        if mark == "=?":
            return ["+CMGF: (0)", "OK"]
        if mark == "?":
            return ["+CMGF: 0", "OK"]
        return OK if value == "0" else ERROR

    def _cnmi(self, mark: str, value: str) -> list[str]:
        if mark == "=?":
            return ["+CNMI: (0-2),(0-1),(0,2),(0-2),(0-1)", "OK"]
        if mark == "=":
            if locked := self._locked():
                return locked
            wanted = [int(one or 0) for one in value.split(",")] + [0] * 5
            if wanted[1] > 1 or wanted[2] not in (0, 2) or wanted[3] > 2:
                return self.error(303, "CMS")
            self.memory.tells_messages, self.memory.tells_reports = wanted[1], wanted[3]
        return OK

    def _cpms(self, mark: str, value: str) -> list[str]:
        if mark == "=?":
            return ['+CPMS: ("SM","SR"),("SM"),("SM")', "OK"]
        if locked := self._locked():
            return locked
        sim = self._sim()
        used = len(sim.kept) if sim else 0
        if mark == "=":
            self.memory.reads_from = value.split(",")[0].strip('"')
            if self.memory.reads_from not in ("SM", "SR"):
                self.memory.reads_from = "SM"
                return self.error(302, "CMS")
            return [f"+CPMS: {used},20,{used},20,{used},20", "OK"]
        return [f'+CPMS: "{self.memory.reads_from}",{used},20,"SM",{used},20,"SM",{used},20', "OK"]

    def _cmgl(self, mark: str, value: str) -> list[str]:
        if mark == "=?":
            return ["+CMGL: (0-4)", "OK"]
        if locked := self._locked():
            return locked
        lines = []
        for place, (status, message) in sorted(self._kept().items()):
            if value in ("4", str(status)):
                lines += [f"+CMGL: {place},{status},,{_length(message)}", message.hex().upper()]
        return [*lines, "OK"]

    def _cmgr(self, mark: str, value: str) -> list[str]:
        found = self._kept().get(int(value)) if value.isdecimal() else None
        if found is None:
            return self.error(_NO_PLACE, "CMS")
        status, message = found
        return [f"+CMGR: {status},,{_length(message)}", message.hex().upper(), "OK"]

    def _cmgd(self, mark: str, value: str) -> list[str]:
        if mark == "=?":
            return ["+CMGD: (1-20),(0-4)", "OK"]
        place = value.split(",")[0]
        if not place.isdecimal():
            return self.error(_NO_PLACE, "CMS")
        sim = self._sim()
        if self.memory.reads_from == "SR":
            self.memory.reports.pop(int(place), None)
        elif sim is not None:
            sim.kept.pop(int(place), None)
        return OK

    def _kept(self) -> dict[int, tuple[int, bytes]]:
        sim = self._sim()
        if self.memory.reads_from == "SR":
            return {place: (0, report) for place, report in self.memory.reports.items()}
        return sim.kept if sim is not None and sim.open else {}


def _length(message: bytes) -> int:
    """Without the address of the service centre."""
    return len(message) - 1 - message[0]
