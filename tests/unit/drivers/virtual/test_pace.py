"""A sequence number of eight bits is never used again too early."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.virtual.zigbee.pace import FRAMES_PER_WINDOW, WINDOW_S, Pace


def test_an_ordinary_device_never_waits() -> None:
    pace = Pace()
    assert [pace.take(float(n)) for n in range(1000)] == [float(n) for n in range(1000)]


def test_the_frame_after_a_full_window_waits() -> None:
    pace = Pace()
    given_times = [pace.take(5.0) for _ in range(FRAMES_PER_WINDOW + 1)]
    assert given_times == [5.0] * FRAMES_PER_WINDOW + [5.0 + WINDOW_S]


@given(st.lists(st.floats(0, 3), max_size=100))
def test_no_window_holds_more_frames_than_allowed(gaps: list[float]) -> None:
    pace, now, times = Pace(frames=5, window_s=2.0), 0.0, []
    for gap in gaps:
        now += gap
        times.append(pace.take(now))
    assert times == sorted(times)
    assert all(late - early >= 2.0 - 1e-9 for early, late in zip(times, times[5:], strict=False))
