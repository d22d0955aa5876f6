"""What a lock can report: asked for one after the other, and read by what is wired where."""

from __future__ import annotations

from collections.abc import Mapping

from heimvakt_drivers.serial.locks.contacts import Contact, Levels

from .panel import Panel, Report
from .settings import OsdpLock


class Reading:
    """Asks a lock for all that it can tell. What it refuses is not asked for again."""

    def __init__(self) -> None:
        self._left: list[Report] = []
        self._never: set[Report] = set()

    @property
    def whole(self) -> bool:
        """Everything has been told."""
        return not self._left

    def begin(self, panel: Panel) -> bool:
        """Ask for all of it; False: the lock cannot be asked now."""
        self._left = [report for report in Report if self.can_tell(panel, report)]
        return self._ask(panel)

    def told(self, panel: Panel, report: Report) -> bool:
        """It has told this; the next is asked for. False: it cannot be."""
        if report not in self._left:
            return True  # asked for by itself
        self._left.remove(report)
        return self._ask(panel)

    def refused(self, report: Report) -> None:
        """It does not tell this, and libosdp breaks off after that."""
        self._never.add(report)

    def forget(self) -> None:
        """Nothing is being asked for any more."""
        self._left.clear()

    def can_tell(self, panel: Panel, report: Report) -> bool:
        """Whether it is worth asking."""
        return report not in self._never and panel.has(report)

    def _ask(self, panel: Panel) -> bool:
        return not self._left or panel.ask(self._left[0])


def read_report(options: OsdpLock, report: Report, values: bytes) -> tuple[Levels, int]:
    """Levels of the contacts, and how many inputs are cut or shorted: they say nothing."""
    found = {c: values[n] for c, n in _numbers(options, report).items() if n < len(values)}
    levels = {
        contact: (value == 1) is not (contact in options.inverted)
        for contact, value in found.items()
        if value <= 1
    }
    return levels, len(found) - len(levels)


def _numbers(options: OsdpLock, report: Report) -> Mapping[Contact, int]:
    match report:
        case Report.INPUTS:
            wired = options.inputs.model_dump(exclude_none=True)
            return {Contact(name): number for name, number in wired.items()}
        case Report.OUTPUTS:
            return {Contact.RELEASE: options.output}
        case Report.LOCAL:
            return {Contact.TAMPER: 0, Contact.SUPPLY: 1}
