"""The signal of the last week, for the technician: one sample in ten minutes, written once an hour.

A power cut takes at most the samples of the last hour. Written are 30 kB an hour, in one file that
is replaced: 0.7 MB a day, which an SD card does not feel.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median_low

import structlog

from heimvakt.core.events import ClockQuality
from heimvakt.core.modem import SERVED, ModemState, Registration, SignalPast
from heimvakt.core.ports import Clock

from .kept import KeptFile

EVERY_S = 600.0
SAMPLES_MAX = 7 * 24 * 6
"""Seven days. Older ones go by count, never by age: the clock may be wrong."""
WRITE_EVERY = 6
"""Samples: an hour."""
FILE = "signal-history.json"
_VERSION = 1

_log = structlog.get_logger("modem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How it was at one moment."""

    at: datetime
    clock_is_set: bool
    """False: `at` may be far off; the order of samples is right all the same."""
    dbm: int | None
    registration: Registration
    technology: str | None
    operator: str | None


class SignalHistory:
    """Of one modem."""

    def __init__(self, directory: Path, state: Callable[[], ModemState], clock: Clock) -> None:
        self._file = KeptFile(directory / FILE)
        self._state = state
        self._clock = clock
        self._samples: deque[Sample] = deque(self._read(), maxlen=SAMPLES_MAX)
        self._unwritten = 0

    def history(self) -> Sequence[Sample]:
        """Oldest first."""
        return tuple(self._samples)

    def past(self) -> SignalPast | None:
        """All samples in short; None where there is none yet."""
        if not self._samples:
            return None
        heard = [one.dbm for one in self._samples if one.dbm is not None]
        away = sum(one.registration not in SERVED for one in self._samples)
        return SignalPast(
            hours=len(self._samples) * EVERY_S / 3600,
            worst_dbm=min(heard, default=None),
            median_dbm=median_low(heard) if heard else None,
            without_network=away / len(self._samples),
        )

    async def run(self) -> None:
        """Take samples until cancelled; what is not written yet is written then."""
        try:
            while True:
                await asyncio.sleep(EVERY_S)
                self.take()
                if self._unwritten >= WRITE_EVERY:
                    self._unwritten = 0  # a thread that has begun also ends when we are cancelled
                    await asyncio.to_thread(self._write, self._text())
        finally:
            if self._unwritten:
                self.save()

    def take(self) -> None:
        """One sample, now."""
        state = self._state()
        self._samples.append(
            Sample(
                at=self._clock.now(),
                clock_is_set=self._clock.quality() is not ClockQuality.UNKNOWN,
                dbm=state.signal.dbm if state.signal else None,
                registration=state.registration,
                technology=state.technology,
                operator=state.operator,
            )
        )
        self._unwritten += 1

    def save(self) -> None:
        """Write all samples now; blocks for two flushes."""
        self._unwritten = 0
        self._write(self._text())

    def _text(self) -> str:
        rows = [
            [
                round(one.at.timestamp()),
                one.clock_is_set,
                one.dbm,
                str(one.registration),
                one.technology,
                one.operator,
            ]
            for one in self._samples
        ]
        return json.dumps({"version": _VERSION, "samples": rows}, ensure_ascii=False) + "\n"

    def _write(self, text: str) -> None:
        try:
            self._file.save(text)
        except OSError as error:
            _log.warning("the history of the signal cannot be written", why=error.strerror)

    def _read(self) -> list[Sample]:
        try:
            text = self._file.load()
            return [] if text is None else [_sample(row) for row in json.loads(text)["samples"]]
        except (OSError, ValueError, TypeError, LookupError, OverflowError) as error:
            _log.warning("the history of the signal begins anew", why=str(error))
            return []


def _sample(row: Sequence[object]) -> Sample:
    at, is_set, dbm, registration, technology, operator = row
    if not isinstance(at, int) or not (dbm is None or isinstance(dbm, int)):
        raise ValueError(f"no sample: {row!r}")
    return Sample(
        at=datetime.fromtimestamp(at, UTC),
        clock_is_set=bool(is_set),
        dbm=dbm,
        registration=Registration(str(registration)),
        technology=None if technology is None else str(technology),
        operator=None if operator is None else str(operator),
    )
