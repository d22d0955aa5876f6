"""Why a radio is lost, in words that a technician can act on."""

from __future__ import annotations

import asyncio
import errno

import pytest
from zigpy.exceptions import FormationFailure, TransientConnectionError

from heimvakt_drivers.zigbee.radio.coordinator import explain
from heimvakt_drivers.zigbee.radio.network import ForeignNetworkError


def caused(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (None, "the port was closed"),
        (TimeoutError(), "the radio does not answer"),
        (caused(TimeoutError(), asyncio.CancelledError()), "the radio does not answer"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/dev/x"), "No such file: /dev/x"),
        (OSError(errno.EIO, "the device is gone"), "the device is gone"),
        (
            caused(TransientConnectionError(), ConnectionRefusedError(111, "Connection refused")),
            "Connection refused",
        ),
        (FormationFailure("too much interference"), "too much interference"),
        (FormationFailure(), "FormationFailure"),
        (ForeignNetworkError("another network"), "another network"),
    ],
)
def test_the_reason_is_told_in_plain_words(error: BaseException | None, words: str) -> None:
    assert explain(error) == words
