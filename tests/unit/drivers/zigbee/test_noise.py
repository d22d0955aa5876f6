"""The Zigbee libraries' log: once per place, in one line, and left as it was found."""

from __future__ import annotations

import logging
from collections import Counter

import pytest
from structlog.testing import capture_logs

from heimvakt_drivers.zigbee.noise import SHOWN_MAX, told_once


def test_a_place_is_told_once_and_counted_after_that() -> None:
    counted: Counter[str] = Counter()
    library = logging.getLogger("zigpy_znp.uart")
    with capture_logs() as told, told_once(counted):
        for number in range(1000):
            try:
                raise ValueError(f"frame {number} is broken")
            except ValueError:
                library.exception("cannot read %s", "x" * 10_000)
        library.warning("something else")
    assert [line["message"][:6] for line in told] == ["cannot", "someth"]
    assert len(told[0]["message"]) == SHOWN_MAX
    assert told[0]["error"] == "ValueError('frame 0 is broken')"
    assert sorted(counted.values()) == [1, 1000]


def test_of_a_traceback_the_last_line_is_told() -> None:
    with capture_logs() as told, told_once(Counter()):
        logging.getLogger("zigpy.zcl").warning("[0x1]\nTraceback\n  File x\nOSError: gone")
        logging.getLogger("zigpy.zcl").warning("[0x1]\nTraceback\nasyncio.CancelledError")
    assert [line["message"] for line in told] == ["[0x1] ... OSError: gone"]


def test_arguments_that_do_not_fit_are_no_error() -> None:
    with capture_logs() as told, told_once(Counter()):
        logging.getLogger("zigpy").warning("%d of %d", "one")
    assert told[0]["message"] == "%d of %d"


def test_below_a_warning_nothing_is_made_and_nothing_goes_further(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with capture_logs() as told, told_once(Counter()):
        assert not logging.getLogger("zigpy.device").isEnabledFor(logging.INFO)
        logging.getLogger("zigpy.device").warning("told by us only")
    assert len(told) == 1
    assert caplog.records == []


def test_it_is_left_as_it_was_found() -> None:
    library = logging.getLogger("zigpy")
    before = (library.level, library.propagate, list(library.handlers))
    with told_once(Counter()):
        assert not library.propagate
    assert (library.level, library.propagate, list(library.handlers)) == before


def test_a_level_that_somebody_set_is_let_be() -> None:
    library = logging.getLogger("zigpy")
    library.setLevel(logging.DEBUG)
    try:
        with told_once(Counter()):
            assert library.isEnabledFor(logging.DEBUG)
    finally:
        library.setLevel(logging.NOTSET)
