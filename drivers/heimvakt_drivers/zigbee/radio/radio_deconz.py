"""Sticks of dresden elektronik (ConBee, RaspBee): zigpy-deconz' application."""

from __future__ import annotations

from zigpy_deconz.zigbee.application import (  # type: ignore[import-untyped]
    ControllerApplication,
)

from .coordinator import Coordinator


class DeconzCoordinator(Coordinator, ControllerApplication):  # type: ignore[misc]
    """zigpy's application for deCONZ radios."""

    own_errors = (AssertionError,)  # zigpy-deconz asserts what the stick's answers say

    _probe_configs = [{"baudrate": 38_400}, {"baudrate": 115_200}]  # noqa: RUF012
    """The first ConBee and the RaspBee are slow; zigpy-deconz says so under a name that zigpy does
    not ask for."""
