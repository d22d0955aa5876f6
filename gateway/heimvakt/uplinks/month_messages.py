"""What a receiver is told of a month, where it wants to be: figures of a home, nobody in it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from heimvakt.core.alarms import Priority
from heimvakt.core.month import PATTERN

from .envelope import Envelope, Part


class AlarmFiguresPart(Part, defer_build=True):
    """The alarms of one rule, kind and priority that were raised in the month."""

    rule: str = Field(description="The rule, as the file of the home calls it.")
    kind: str = Field(description="`button`, `fall`, `night-wandering`...")
    priority: Priority = Field(description="How soon a person had to look.")
    raised: int = Field(description="How many; each of the following is how many of these.")
    tests: int = Field(description="While a technician was at work.")
    delivered: int = Field(description="For which a receiver's system has answered.")
    accepted: int = Field(description="That a person took.")
    cancelled: int = Field(description="That the resident took back.")
    reset: int = Field(description="That went away by themselves.")
    closed_true: int = Field(description="Closed: somebody was needed.")
    closed_false: int = Field(description="Closed: nobody was.")
    closed_test: int = Field(description="Closed: somebody tried it.")
    closed_unknown: int = Field(description="Closed, and nobody found out, or nobody has said.")


class DelaysPart(Part, defer_build=True):
    """How long something took."""

    priority: Priority = Field(description="Of the alarms.")
    count: int = Field(description="Of how many alarms.")
    median_s: float = Field(description="Half of them took no longer, seconds, to two digits.")
    p95_s: float = Field(description="95 of 100 took no longer, seconds, to two digits.")
    worst_s: float = Field(description="The longest, seconds.")


class DoseFiguresPart(Part, defer_build=True):
    """What became of the doses that were planned in the month."""

    in_time: int = Field(description="Taken in their time.")
    early: int = Field(description="Taken before their time, by permission.")
    travel: int = Field(description="Handed out beforehand, for days away.")
    missed: int = Field(description="The dispenser says that nobody took them.")
    unknown: int = Field(description="The dispenser has not said what became of them.")


class MonthData(Part, defer_build=True):
    """One month of one home."""

    batch_id: str = Field(
        description="Names it; the receipt carries it. Sent again it is the same."
    )
    month: str = Field(pattern=PATTERN, description="Which, by the clock on the wall: `2026-10`.")
    first_day: date = Field(description="Counted from this day on.")
    last_day: date = Field(description="And up to this day.")
    is_over: bool = Field(description="Whether the month has ended.")
    elapsed_s: int = Field(description="Seconds from the beginning to the end of what is counted.")
    on_s: int = Field(description="Of these, that the gateway was on, with its rules armed.")
    cut_off_s: int = Field(description="Of these, that no path led to any receiver.")
    alarms: tuple[AlarmFiguresPart, ...] = Field(description="The most urgent first.")
    delivered: tuple[DelaysPart, ...] = Field(
        description="From the alarm to the first answer of a receiver's system."
    )
    accepted: tuple[DelaysPart, ...] = Field(
        description="From the alarm to the first person who took it."
    )
    doses: DoseFiguresPart = Field(description="What became of doses.")
    visits: int = Field(description="Visits of carers.")
    visits_missed: int = Field(description="Visits that were planned and did not come in time.")
    devices_silent: int = Field(description="How often a device was not heard when it should be.")
    batteries_low: int = Field(description="How often a battery was told to be low.")
    paths_lost: int = Field(description="How often a way out of the box was lost.")
    mains_lost: int = Field(description="How often the mains were lost.")


class MonthMessage(Envelope, defer_build=True):
    """Topic `heimvakt/v1/{gateway_id}/month`, QoS 1."""

    type: Literal["heimvakt.month.v1"] = Field(description="What this message is.")
    data: MonthData = Field(description="The figures.")
