"""The wire between a virtual thing and its host: a line at an end where hosts come and go.

    line    octets over a file descriptor, without blocking the loop
    ends    a pseudo-terminal or a TCP port, plugged in and pulled out
    watch   wait until something is true of a thing that tells when it changed

What is said on the wire is none of its business.
"""

from .ends import PtyEnd, SerialEnd, TcpEnd
from .line import Line, LineFullError, LineGoneError, LineStalledError
from .watch import Watch

__all__ = [
    "Line",
    "LineFullError",
    "LineGoneError",
    "LineStalledError",
    "PtyEnd",
    "SerialEnd",
    "TcpEnd",
    "Watch",
]
