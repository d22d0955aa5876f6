"""A virtual 4G modem with its SIM, its network and the telephones there: the far end of AT.

It speaks at a pseudo-terminal, and at the abstract socket where ModemManager looks for a modem in
its test mode. Written from 3GPP TS 27.005, 27.007, 23.038 and 23.040. `radio` shows how it is used.

    characters  the GSM alphabet, bit by bit                 PURE
    pdu         what a modem hands over and gets             PURE
    sim         PIN, PUK and the messages kept on it         PURE
    network     registration, operator, strength, refusals   PURE
    commands    a command line to the lines of its answer    PURE
    radio       all of it together, at an end of the wire
    ends        pseudo-terminal and abstract socket

Not there: calls, data connections, several SIMs, text mode, character sets other than IRA.
"""

from .ends import MODEM_MANAGER, AbstractEnd
from .network import Taken
from .pdu import Report
from .radio import VirtualModem
from .sim import VirtualSim

__all__ = ["MODEM_MANAGER", "AbstractEnd", "Report", "Taken", "VirtualModem", "VirtualSim"]
