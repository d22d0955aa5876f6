"""A medicine dispenser that is not there: the other side of docs/protocols/serial-link.md.

    dispenser   the whole of it: power, hands, faults, and the end of a wire
    machine     what it does by itself
    link        what it answers
    seal        handshake and seals
    octets      frames
    memory      what it remembers
    codes       numbers of the link
    body        what it is made of: the carousel, and what was taken out of it
    flash       where both are kept

`python -m heimvakt_drivers.virtual.dispenser` runs one as a process of its own.
"""

from .body import SECTIONS, Body, Given
from .dispenser import VirtualDispenser
from .faults import Faults

__all__ = ["SECTIONS", "Body", "Faults", "Given", "VirtualDispenser"]
