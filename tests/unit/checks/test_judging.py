"""What figures mean: at a limit, beyond it, and where there is none."""

from __future__ import annotations

import errno
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.checks.judging import board, clock, devices, disk, paths
from heimvakt.checks.judging.devices import Known
from heimvakt.core.checks import Found, Limit, Outcome
from heimvakt.core.events import ClockQuality
from heimvakt.core.modem import ModemState, Registration, Signal, Sim
from heimvakt.core.power import Power
from heimvakt.core.probed import Probed

PASS, WARN, FAIL, SKIPPED = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.SKIPPED
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WELL = Known(
    last_seen=NOW - timedelta(minutes=5),
    silent_after_s=7_200.0,
    lqi=142,
    battery_percent=80,
    joined=True,
    enrolled=True,
    bolt="locked",
)


def known(**changes: object) -> Known:
    from dataclasses import replace

    return replace(WELL, **changes)  # type: ignore[arg-type]


def reached(days: float | None) -> Probed:
    until = None if days is None else NOW + timedelta(days=days)
    return Probed(broker="mqtts://c", dns_ms=3.0, connect_ms=20.0, valid_until=until)


def modem(**changes: object) -> ModemState:
    said: dict[str, object] = {
        "sim": Sim.READY,
        "registration": Registration.HOME,
        "operator": "Telenor",
        "signal": Signal(dbm=-85, percent=60),
    }
    return ModemState(**{**said, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (board.mains(Power(on_mains=True)), PASS),
        (board.mains(Power(on_mains=False)), FAIL),
        (board.mains(Power()), SKIPPED),
        (board.battery(Power(battery_percent=50.0)), PASS),
        (board.battery(Power(battery_percent=49.0)), WARN),
        (board.battery(Power(battery_percent=19.0)), FAIL),
        (board.battery(Power()), SKIPPED),
        (board.temperature(70.0), PASS),
        (board.temperature(70.1), WARN),
        (board.temperature(80.1), FAIL),
        (board.temperature(None), SKIPPED),
        (board.throttling(0x0), PASS),
        (board.throttling(0x1), FAIL),
        (board.throttling(0x4), FAIL),
        (board.throttling(0x10000), WARN),
        (board.throttling(0x50000), WARN),
        (board.throttling(None), SKIPPED),
        (board.memory(64 * 2**20), PASS),
        (board.memory(63 * 2**20), WARN),
        (board.memory(20 * 2**20), FAIL),
        (board.memory(None), SKIPPED),
        (clock.source(ClockQuality.SYNCHRONISED, 0.01, "arch_sys_counter"), PASS),
        (clock.source(ClockQuality.SYNCHRONISED, None, ""), PASS),
        (clock.source(ClockQuality.HOLDOVER, None, "tsc"), WARN),
        (clock.source(ClockQuality.UNKNOWN, None, "tsc"), FAIL),
        (clock.drift(-99.0), PASS),
        (clock.drift(-101.0), WARN),
        (clock.drift(401.0), FAIL),
        (clock.drift(None), SKIPPED),
        (clock.rtc(-2.0, is_there=True), PASS),
        (clock.rtc(-31.0, is_there=True), WARN),
        (clock.rtc(3_600.0, is_there=True), FAIL),
        (clock.rtc(None, is_there=True), SKIPPED),
        (clock.rtc(None, is_there=False), SKIPPED),
        (disk.free(300 * 2**20, 200 * 2**20, full=False), PASS),
        (disk.free(100 * 2**20, 200 * 2**20, full=False), WARN),
        (disk.free(30 * 2**20, 200 * 2**20, full=False), FAIL),
        (disk.free(30 * 2**20, 0, full=False), FAIL),
        (disk.free(300 * 2**20, 0, full=True), FAIL),
        (disk.writable(None), PASS),
        (disk.writable(OSError(errno.EROFS, "")), FAIL),
        (disk.writable(OSError(errno.EACCES, "")), FAIL),
        (disk.flush(50.0), PASS),
        (disk.flush(51.0), WARN),
        (disk.flush(1_001.0), FAIL),
        (disk.wear(disk.Wear(30.0)), PASS),
        (disk.wear(disk.Wear(90.0)), WARN),
        (disk.wear(disk.Wear(110.0)), FAIL),
        (disk.wear(disk.Wear(30.0, is_at_end=True)), FAIL),
        (disk.wear(disk.Wear(None)), SKIPPED),
        (devices.heard(known(), NOW), PASS),
        (devices.heard(known(silent=True), NOW), FAIL),
        (devices.heard(known(no_contact=True), NOW), FAIL),
        (devices.heard(known(joined=False), NOW), FAIL),
        (devices.heard(known(last_seen=None), NOW), WARN),
        (devices.heard(known(joined=False, deaf=True), NOW), SKIPPED),
        (devices.heard(known(stuck=True), NOW), WARN),
        (devices.link(known(lqi=60)), PASS),
        (devices.link(known(lqi=59)), WARN),
        (devices.link(known(lqi=19)), FAIL),
        (devices.link(known(lqi=None)), SKIPPED),
        (devices.battery(known(battery_percent=25)), PASS),
        (devices.battery(known(battery_percent=24)), WARN),
        (devices.battery(known(battery_percent=9)), FAIL),
        (devices.battery(known(battery_percent=60, battery_low=True)), FAIL),
        (devices.battery(known(battery_percent=None)), SKIPPED),
        (devices.battery(known(battery_percent=None, battery_low=True)), FAIL),
        (devices.enrolment(known()), PASS),
        (devices.enrolment(known(enrolled=None)), PASS),
        (devices.enrolment(known(enrolled=False)), FAIL),
        (devices.enrolment(known(trouble="asleep")), WARN),
        (devices.lock_state(known()), PASS),
        (devices.lock_state(known(bolt="unlocked")), PASS),
        (devices.lock_state(known(bolt="stuck")), FAIL),
        (devices.lock_state(known(bolt=None)), SKIPPED),
        (devices.lock_state(known(wrong=("lock-fault",))), FAIL),
        (devices.dispenser_state(known()), PASS),
        (devices.dispenser_state(known(wrong=("dispenser-fault",))), FAIL),
        (paths.link(None, None), PASS),
        (paths.link("eth0", "up"), PASS),
        (paths.link("lo", "unknown"), PASS),
        (paths.link("eth0", "down"), FAIL),
        (paths.link("wwan0", None), FAIL),
        (paths.names(reached(90)), PASS),
        (paths.names(Probed(broker="c", dns_ms=3_000.0)), WARN),
        (paths.names(Probed(broker="c", trouble="nobody knows")), FAIL),
        (paths.reached(reached(90), NOW), PASS),
        (paths.reached(reached(None), NOW), PASS),
        (paths.reached(reached(29), NOW), WARN),
        (paths.reached(reached(6), NOW), FAIL),
        (paths.reached(Probed(broker="c", dns_ms=1.0, trouble="refused"), NOW), FAIL),
        (paths.certificate(NOW + timedelta(days=29), "", NOW), WARN),
        (paths.certificate(None, "no such file", NOW), FAIL),
        (paths.session(True, None), PASS),
        (paths.session(False, "refused"), FAIL),
        (paths.round_trip(18.0), PASS),
        (paths.round_trip(5_001.0), WARN),
        (paths.round_trip(None), SKIPPED),
        (paths.signal(modem()), PASS),
        (paths.signal(modem(signal=Signal(dbm=-105, percent=10))), WARN),
        (paths.signal(modem(signal=None)), WARN),
        (paths.signal(modem(trouble="the SIM asks for its PIN")), FAIL),
        (paths.signal(None), SKIPPED),
        (paths.answered(1.9, "broadband", ""), PASS),
        (paths.answered(6.0, "broadband", ""), WARN),
        (paths.answered(None, "broadband", "no answer in 20 s"), FAIL),
    ],
)
def test_what_is_found_means_this_and_says_what_to_do(found: Found, outcome: Outcome) -> None:
    assert found.outcome is outcome, found.text.en
    assert found.text.nb
    assert found.text.en
    assert bool(found.advice) is outcome.is_named, "whoever has to see to it is told how"


@given(st.floats(-200, 200), st.floats(-100, 0), st.floats(0, 100), st.booleans())
def test_a_worse_figure_is_never_judged_better(
    figure: float, low: float, high: float, at_least: bool
) -> None:
    warn, fail = (high, low) if at_least else (low, high)
    limit = Limit(warn=warn, fail=fail, at_least=at_least)
    worse = figure - 1 if at_least else figure + 1
    order = [PASS, WARN, FAIL]
    assert order.index(limit.judge(worse)) >= order.index(limit.judge(figure))
    assert limit.judge(warn) is not FAIL or warn == fail
