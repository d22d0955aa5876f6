"""A high alarm is never behind more than 0.2 s of the wire, and a long round trip drains fast.

On a wire that is a model, so that each figure is exact; the real ones are in
`tests/integration/test_delivery_wire.py`.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.pace import START_BYTES, UNDER_WAY_BYTES_MAX
from tests.support.model_wire import Far, Wire


def test_ten_thousand_records_over_a_round_trip_of_50_ms_take_less_than_3_s() -> None:
    far = Far(Wire(bytes_per_s=12.5e6, rtt_s=0.05), 10_000)
    far.until(3.0)
    assert len(far.stored) == 10_000
    assert max(far.stored.values()) < 1.5
    assert far.place == 10_000


@pytest.mark.parametrize("bytes_per_s", [32_000, 125_000, 1_250_000, 12_500_000])
@pytest.mark.parametrize("rtt_s", [0.001, 0.05, 0.3])
def test_the_line_is_kept_busy_and_an_alarm_waits_for_little(
    bytes_per_s: float, rtt_s: float
) -> None:
    records = min(10_000, int(bytes_per_s * 20 / 250))
    far = Far(Wire(bytes_per_s=bytes_per_s, rtt_s=rtt_s), records)
    presses = {0.31 * n: n for n in range(1, 60)}
    far.until(60.0, presses=presses)
    for at, number in presses.items():
        alone = 2_000 / bytes_per_s + rtt_s / 2
        waited = far.arrived[f"no-1-{number}"] - at - alone
        assert waited <= 0.2, f"pressed at {at:.2f} s"
    assert far.place == records


@pytest.mark.parametrize("moment", [n * 0.163 for n in range(25)])
@pytest.mark.parametrize("rtt_s", [0.001, 0.05, 0.3, 0.8])
def test_it_waits_for_no_more_at_8_kb_a_second_and_in_the_first_moments(
    rtt_s: float, moment: float
) -> None:
    far = Far(Wire(bytes_per_s=8_000, rtt_s=rtt_s), 2_000)
    far.until(moment + 5.0, presses={moment: 1})
    assert far.arrived["no-1-1"] - moment - 2_000 / 8_000 - rtt_s / 2 <= 0.2


def test_at_8_kb_a_second_the_rest_goes_on_between_the_alarms() -> None:
    far = Far(Wire(bytes_per_s=8_000, rtt_s=0.05), 2_000)
    far.until(50.0, presses={0.97 * n: n for n in range(1, 50)})
    assert far.place >= 500


@pytest.mark.parametrize("rtt_s", [0.001, 0.05, 0.3])
def test_on_a_slow_line_the_rest_takes_nine_tenths_of_it(rtt_s: float) -> None:
    far = Far(Wire(bytes_per_s=32_000, rtt_s=rtt_s), 10_000)
    far.until(30.0)
    carried = sum(size for at, size in far.batches_arrived if 5.0 < at <= 30.0)
    assert carried >= 0.9 * 32_000 * 25.0


@settings(max_examples=60, deadline=None)
@given(bytes_per_s=st.floats(2_000, 20e6), rtt_s=st.floats(0.000_5, 1.5), press=st.floats(0.0, 8.0))
def test_whatever_the_line_an_alarm_waits_a_fifth_of_a_second_or_for_the_least_that_can_be_sent(
    bytes_per_s: float, rtt_s: float, press: float
) -> None:
    far = Far(Wire(bytes_per_s=bytes_per_s, rtt_s=rtt_s), 4_000)
    far.until(20.0, presses={press: 1})
    waited = far.arrived["no-1-1"] - press - rtt_s / 2 - 2_000 / bytes_per_s
    assert waited <= max(0.2, START_BYTES / bytes_per_s) + 1e-9
    assert far.under_way_max <= UNDER_WAY_BYTES_MAX + 2_000


def test_a_receiver_that_answers_nothing_is_sent_a_megabyte_and_then_the_oldest_again() -> None:
    far = Far(Wire(bytes_per_s=12.5e6, rtt_s=0.01), 10_000, answers=False)
    far.until(25.0)
    assert UNDER_WAY_BYTES_MAX <= 250 * len(far.stored) <= UNDER_WAY_BYTES_MAX + 64 * 1024
    before = len(far.stored)
    far.until(3_600.0)
    assert len(far.stored) == before
    assert far.place == 0
