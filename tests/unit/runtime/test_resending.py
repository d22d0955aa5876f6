"""Promise 4: 30 s apart 16 times, then every 10 minutes, and never given up."""

from __future__ import annotations

from heimvakt.runtime.resending import Resending, Schedule


def times_of(resending: Resending, count: int) -> list[float]:
    """When an alarm that nobody answers for is sent, by letting time pass from one to the next."""
    now, times = 0.0, list[float]()
    while len(times) < count:
        assert resending.is_due("no-1-1", 0, now)
        times.append(now)
        resending.sent("no-1-1", 0, now)
        now = resending.next_after(now) or 0.0
        assert not resending.is_due("no-1-1", 0, now - 0.001)
    return times


def test_the_schedule_is_the_promise() -> None:
    times = times_of(Resending(Schedule()), 20)
    assert times[:17] == [30.0 * n for n in range(17)]
    assert times[17:] == [1080.0, 1680.0, 2280.0]


def test_it_never_ends() -> None:
    assert times_of(Resending(Schedule()), 1_000)[-1] == 480.0 + 983 * 600.0


def test_an_answer_ends_it_and_a_newer_revision_begins_anew() -> None:
    resending = Resending(Schedule())
    for now in (0.0, 30.0):
        resending.sent("no-1-1", 0, now)
    assert resending.attempts("no-1-1", 0) == 2
    assert resending.is_due("no-1-1", 1, 31.0), "it has changed"
    resending.sent("no-1-1", 1, 31.0)
    assert resending.attempts("no-1-1", 1) == 1
    resending.answered("no-1-1", 0)
    assert len(resending) == 1, "a late answer for what it was before"
    resending.answered("no-1-1", 1)
    assert (len(resending), resending.next_after(31.0)) == (0, None)


def test_what_no_longer_waits_is_forgotten() -> None:
    resending = Resending(Schedule())
    for number in range(5):
        resending.sent(f"no-1-{number}", 0, 0.0)
    resending.keep({"no-1-2"})
    assert len(resending) == 1
