"""What the dispenser does by itself: offers, reminds, locks away, and notes what happens.

    waiting ─time, and it can move─▶ out ─emptied─▶ taken
       │ ▲                            │└─window over─▶ missed (locked away)
       │ └──early, and not taken──────┘
       └─window over─▶ missed

Driven from outside: `tick` after any change and at `due`; time is the crystal's, which never stops.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from .body import Body
from .codes import DONE, EARLY, FAILED, IN_TIME, REFUSED, RUNNING, TRAVEL, Code, Why
from .memory import Dose, Memory, Stage, Turning

LOW_AT = 4
"""Doses left when it is told that they are few."""

HOLD_S = 1800.0
"""How long a dose that was handed out early is held out."""

BATTERY_LOW = 20


class Machine:
    """One dispenser that is switched on."""

    def __init__(
        self, body: Body, memory: Memory, crystal: Callable[[], float], turn_s: float = 0.0
    ) -> None:
        """`turn_s`: how long the motor takes for a section."""
        self.body = body
        self.memory = memory
        self.crystal = crystal
        self.turn_s = turn_s
        self.beeps = 0
        self.quiet = False
        memory.boot += 1
        memory.write()
        self.tick()

    # ------------------------------------------------------------------------------------- time

    @property
    def time(self) -> float | None:
        """Seconds since 1970; None: it does not know."""
        offset = self.memory.offset
        return None if offset is None else self.crystal() + offset

    @property
    def reminding(self) -> bool:
        """Whether it beeps."""
        out = self.memory.out
        return out is not None and out.how == IN_TIME and not self.quiet

    def due(self) -> float | None:
        """When something happens next, on the crystal; None: nothing does by itself."""
        memory, times = self.memory, []
        if memory.turning is not None:
            return memory.turning.ready
        for dose in memory.doses.values():
            if dose.stage is Stage.OUT:
                times.append(dose.until)
                if not dose.reminded:
                    times.append(dose.at + dose.window * 30.0)
            elif dose.stage is Stage.WAITING:
                times += [dose.at, dose.closes]
        now = self.time
        if now is None or memory.offset is None:
            return None
        return min((t - memory.offset for t in times if t > now), default=None)

    def tick(self) -> None:
        """Do all that is to be done now."""
        self._sense()
        while self._finish_turn() or self._step():
            self._sense()
        # Without a time nobody knows when to lock it: then it is locked.
        out = self.memory.out
        self.body.shutter(None if out is None or self.time is None else out.minute)

    def set_time(self, unix_s: float) -> None:
        """The gateway says what time it is."""
        offset = unix_s - self.crystal()
        if self.memory.offset is None or abs(offset - self.memory.offset) > 0.5:
            self.memory.offset = offset
            self.memory.write()
        self.tick()

    def take_plan(self, number: int, entries: dict[int, int]) -> None:
        """Another plan; the time has to be known."""
        now = self.time
        assert now is not None
        self.memory.take_plan(number, entries, now)
        self.tick()

    # --------------------------------------------------------------------------------- commands

    def release(self, command: int, minute: int, travel: bool) -> tuple[int, int]:
        """Hand a dose out before its time: what comes of it, and why."""
        dose = self.memory.doses.get(minute)
        waiting = [d for d in self.memory.in_order() if d.stage is Stage.WAITING]
        if dose is not None and dose is self.memory.out:
            return DONE, Why.NONE
        if self.memory.out is not None or self.memory.turning is not None:
            return REFUSED, Why.BUSY
        if dose is None:
            return REFUSED, Why.SETTLED if minute <= self.memory.floor else Why.OVER
        if dose.settled:
            return REFUSED, Why.SETTLED
        if dose is not waiting[0]:
            return REFUSED, Why.NOT_NEXT
        if why := self._cannot_turn(dose):
            return REFUSED, why
        now = self.time
        assert now is not None
        self._turn(dose, TRAVEL if travel else EARLY, now + HOLD_S, command)
        self.tick()
        done = self.memory.came_of(command)
        return (RUNNING, 0) if done is None else (done.result, done.reason)

    # ------------------------------------------------------------------------------------ inside

    def _note(self, code: Code, tlvs: bytes = b"") -> None:
        self.memory.note(code, self.crystal(), tlvs)

    def _note_dose(self, code: Code, dose: Dose, more: bytes = b"") -> None:
        self._note(code, b"\x01\x04" + struct.pack("<I", dose.minute) + more)

    def _step(self) -> bool:
        """One thing that time brings; whether there was one."""
        now = self.time
        if now is None:
            return False
        for dose in self.memory.in_order():
            if dose.stage is Stage.OUT and self._step_out(dose, now):
                return True
            if dose.stage is Stage.WAITING and dose.at <= now:
                if dose.closes <= now:
                    self._miss(dose, self._cannot_turn(dose))
                    return True
                idle = self.memory.out is None and self.memory.turning is None
                if idle and not self._cannot_turn(dose):
                    self._turn(dose, IN_TIME, dose.closes, None)
                    return True
        self.memory.forget(now)
        return False

    def _step_out(self, dose: Dose, now: float) -> bool:
        if now >= dose.closes:
            self._miss(dose, Why.NONE)
        elif now >= dose.until and dose.at > now:
            self._retract(dose)
            dose.stage = Stage.WAITING  # its own time is still to come
            self.memory.write()
        elif dose.until < dose.closes and dose.at <= now:
            dose.until = dose.closes  # handed out early, and now it is its time
            self.memory.write()
        elif not dose.reminded and now >= dose.at + dose.window * 30.0:
            dose.reminded = True
            self.quiet = False
            self._note_dose(Code.REMINDED, dose)
            self.memory.write()
        else:
            return False
        return True

    def _cannot_turn(self, dose: Dose) -> int:
        """Why nothing can be given now; 0: it can."""
        if self.time is None:
            return Why.CLOCK
        for condition, why in (
            (self.memory.jammed, Why.JAMMED),
            (self.body.lid_open, Why.LID_OPEN),
            (self.body.tilted, Why.TILTED),
            (self.body.battery == 0 and not self.body.mains, Why.POWER),
            (dose.section is None and self.body.left <= 0, Why.EMPTY),
            (dose.section not in (None, self.body.position), Why.OVER),
        ):
            if condition:
                return why
        return 0

    def _turn(self, dose: Dose, how: int, until: float, command: int | None) -> None:
        """Write what is meant, so that a start in the middle goes on with just that."""
        section = self.body.position + 1 if dose.section is None else dose.section
        ready = self.crystal() + (self.turn_s if section != self.body.position else 0.0)
        self.memory.turning = Turning(dose.minute, section, how, until, ready, command)
        self.memory.write()

    def _finish_turn(self) -> bool:
        turning = self.memory.turning
        if turning is None or self.crystal() < turning.ready:
            return False
        dose = self.memory.doses[turning.minute]
        # The sensor knows where the carousel is: a turn that was made is not made again.
        moved = self.body.turn_to(turning.section)
        self.memory.turning = None
        if moved:
            dose.stage, dose.section = Stage.OUT, turning.section
            dose.how, dose.until, dose.reminded = turning.how, turning.until, False
            self.quiet = False
            self.body.shutter(dose.minute)
            self._note_dose(Code.OFFERED, dose)
            self._count()
        else:
            self.memory.jammed = True
            self._note(Code.JAMMED, b"\x04\x01\x01")
        if turning.command is not None:
            self.memory.done(turning.command, DONE if moved else FAILED, 0 if moved else Why.JAMMED)
        self.memory.write()
        return True

    def _count(self) -> None:
        left = self.body.left
        if left <= LOW_AT and not self.memory.low:
            self.memory.low = True
            self._note(Code.LOW, bytes((3, 1, max(left, 0))))
        if left <= 0 and not self.memory.empty:
            self.memory.empty = True
            self._note(Code.EMPTY)

    def _retract(self, dose: Dose) -> None:
        self.body.shutter(None)
        self._note_dose(Code.RETRACTED, dose)

    def _miss(self, dose: Dose, why: int) -> None:
        was_out = dose.stage is Stage.OUT
        dose.stage = Stage.MISSED
        self._note_dose(Code.MISSED, dose, bytes((4, 1, why)))
        if was_out:
            self._retract(dose)
        self.memory.write()

    def _sense(self) -> None:
        """What the sensors say, against what is remembered: changes are noted."""
        body, memory, before = self.body, self.memory, self.memory.last
        out = self.memory.out
        if out is not None and not body.cup_full and body.filling == memory.filling:
            out.stage = Stage.TAKEN
            body.shutter(None)
            self._note_dose(Code.TAKEN, out, bytes((2, 1, out.how)))
        if body.lid_open and not memory.lid_open:
            self._note(Code.OPENED, bytes((5, 1, body.forced)))
        if body.filling != memory.filling and not body.lid_open:
            self._refilled()
        if memory.lid_open and not body.lid_open:
            self._note(Code.CLOSED)
        if body.tilted != memory.tilted:
            self._note(Code.TILTED if body.tilted else Code.UPRIGHT)
        if body.mains is memory.on_battery:
            self._note(Code.ON_MAINS if body.mains else Code.ON_BATTERY)
        if memory.jammed and not body.stuck and not body.lid_open and not body.tilted:
            memory.jammed = False
            self._note(Code.FREED)
        memory.lid_open, memory.tilted = body.lid_open, body.tilted
        memory.on_battery = not body.mains
        if memory.last != before:
            memory.write()

    def _refilled(self) -> None:
        """Another carousel: what was held out of the old one is gone with it."""
        self.memory.filling = self.body.filling
        for dose in self.memory.in_order():
            if dose.stage is Stage.OUT:
                self._miss(dose, Why.LID_OPEN)
            dose.section = None
        self.memory.low = self.memory.empty = False
        self._note(Code.REFILLED, bytes((3, 1, self.body.left)))
        self._count()
