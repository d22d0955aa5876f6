"""The number of a pseudo-terminal that was pulled goes to nobody else while the test goes on.

The kernel gives a new terminal the lowest number that is free, whichever process asks. Who was
connected to one that is gone may try its path again at any moment, as a driver should, and would
then hold the line of another test that runs beside this one.
"""

from __future__ import annotations

import os

from heimvakt_drivers.virtual.wire.ends import PtyEnd


class KeptNumbers:
    """From its making on: those of all virtual wires of this process."""

    def __init__(self) -> None:
        self._kept: list[int] = []
        pull = PtyEnd.pull

        async def kept_and_pulled(end: PtyEnd) -> None:
            if end._master >= 0:
                # The number is taken while this side is open, though no path leads to it any more.
                how = os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK
                self._kept.append(os.open(end._slave_path, how))
            await pull(end)

        PtyEnd.pull = kept_and_pulled  # type: ignore[assignment,method-assign]

    def give_back(self) -> None:
        """When nobody is left who knows the paths."""
        while self._kept:
            os.close(self._kept.pop())
