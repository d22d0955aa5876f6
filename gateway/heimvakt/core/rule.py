"""What the engine knows of a rule: how it begins, how it steps, and what it cannot do without."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from .dose_counts import DoseCount
from .effects import Effects
from .events import DeviceEvent, DeviceSeen, Event, Mode
from .words import Words

StateT = TypeVar("StateT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[StateT]):
    """A rule that is bound to a home: settings and devices are inside `step`."""

    rule_id: str
    kind: str
    version: int
    """Grows when the same events may give other alarms than before."""
    initial: StateT
    states: tuple[type[StateT], ...]
    """Every class that a state of this rule can be of, for the codec."""
    step: Callable[[StateT, Event], tuple[StateT, Effects]]
    needs: frozenset[str]
    """The devices that it is blind without."""
    told_of: frozenset[str] | None = None
    """The devices whose events it is told; None: all. What it is not told must mean nothing to it:
    most of what happens is of one device, and most rules are about others."""
    told_of_check_ins: bool = False
    """Whether it is told of what says no more than that a device lives (`DeviceSeen`): half of all
    that happens, and most rules are about something else."""
    told_of_kinds: frozenset[type[DeviceEvent]] | None = None
    """Of what its devices tell, the kinds that it is told; None: all, check-ins as said above. What
    it is not told must mean nothing to it either."""
    unless: frozenset[Mode] = frozenset()
    """Modes in which its alarms rest, beside those that list their kind."""
    minds_alarms: bool = False
    """Whether it is told of every alarm that nobody's system has (`AlarmUnanswered`)."""
    doses: Callable[[StateT, StateT], Iterable[DoseCount]] | None = None
    """What became of doses between two of its states, for the figures; None: it knows of none."""
    tells: Callable[[StateT, datetime], Words] | None = None
    """What it has learned and goes by at a moment, for whoever asks why; None: it learns nothing.
    What is learned stands in the field `usual` of the state, and is stored apart from it."""

    def is_told(self, kind: type[DeviceEvent]) -> bool:
        """Whether it is told what its devices tell of this kind."""
        if self.told_of_kinds is not None:
            return kind in self.told_of_kinds
        return self.told_of_check_ins or kind is not DeviceSeen
