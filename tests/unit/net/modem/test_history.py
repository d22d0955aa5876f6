"""The signal of the last week: bounded, kept over restarts, and never a reason to fall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from heimvakt.core.events import ClockQuality
from heimvakt.core.modem import ModemState, Registration, Signal, Sim
from heimvakt.net.modem.history import FILE, SAMPLES_MAX, SignalHistory
from heimvakt.runtime.clock import DrivenClock

START = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


class UnsetClock(DrivenClock):
    def quality(self) -> ClockQuality:
        return ClockQuality.UNKNOWN


def state() -> ModemState:
    return ModemState(
        present=True,
        sim=Sim.READY,
        registration=Registration.HOME,
        operator="Telenor",
        technology="4g",
        signal=Signal(dbm=-81, percent=52),
    )


def history(
    directory: Path, of: Callable[[], ModemState] = state, clock: DrivenClock | None = None
) -> SignalHistory:
    return SignalHistory(directory, of, clock or DrivenClock(START))


def test_samples_are_kept_over_a_restart(tmp_path: Path) -> None:
    first = history(tmp_path)
    first.take()
    first.save()
    again = history(tmp_path, ModemState, UnsetClock(START + timedelta(minutes=10)))
    again.take()
    one, two = again.history()
    assert (one.at, one.dbm, one.operator, one.clock_is_set) == (START, -81, "Telenor", True)
    assert (two.dbm, two.registration, two.clock_is_set) == (None, Registration.NONE, False)


def test_a_week_is_kept_and_no_more(tmp_path: Path) -> None:
    clock = DrivenClock(START)
    kept = history(tmp_path, clock=clock)
    for number in range(SAMPLES_MAX + 10):
        clock.drive(START + timedelta(minutes=10 * number))
        kept.take()
    kept.save()
    samples = history(tmp_path).history()
    assert len(samples) == SAMPLES_MAX
    assert samples[0].at == START + timedelta(minutes=100)
    assert (tmp_path / FILE).stat().st_size < 60_000


def test_the_past_in_short(tmp_path: Path) -> None:
    states = [replace(state(), signal=Signal(dbm=dbm, percent=1)) for dbm in (-81, -109, -97)]
    states += [replace(state(), registration=Registration.ROAMING, signal=None), ModemState()]
    kept = history(tmp_path, iter(states).__next__)
    assert kept.past() is None
    for _ in states:
        kept.take()
    past = kept.past()
    assert past is not None
    assert (past.worst_dbm, past.median_dbm, past.without_network) == (-109, -97, 0.2)
    assert past.hours == pytest.approx(5 / 6)


def test_a_past_without_any_signal(tmp_path: Path) -> None:
    kept = history(tmp_path, ModemState)
    kept.take()
    past = kept.past()
    assert past is not None
    assert (past.worst_dbm, past.median_dbm, past.without_network) == (None, None, 1.0)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"samples": [[1]]}', '{"samples":[[1,1,"x",1,1,1]]}']
)
def test_a_damaged_file_begins_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    kept = history(tmp_path)
    assert kept.history() == ()
    kept.take()
    kept.save()
    assert len(history(tmp_path).history()) == 1


def test_a_disk_that_takes_nothing_is_no_reason_to_fall(tmp_path: Path) -> None:
    kept = history(tmp_path / "gone" / "file")
    (tmp_path / "gone").write_text("no directory")
    kept.take()
    kept.save()
    assert len(kept.history()) == 1
