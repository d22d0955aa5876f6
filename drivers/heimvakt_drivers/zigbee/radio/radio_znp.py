"""Sticks of Texas Instruments with Z-Stack: zigpy-znp's application, watched on its line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from zigpy.endpoint import Endpoint
from zigpy_znp.exceptions import (  # type: ignore[import-untyped]
    CommandNotRecognized,
    SecurityError,
)
from zigpy_znp.zigbee.application import ControllerApplication  # type: ignore[import-untyped]

from heimvakt_drivers.zigbee.listening.raw_znp import Message, RawReader

from .coordinator import PROFILES, Coordinator
from .line import LineWatch

TURNS = 64
"""Turns of the loop in which requests to a stick that was let go are given up. zigpy-znp shields
them from being cancelled, sixteen at most, and lets one after the other wait for its answer."""


class ZnpCoordinator(Coordinator, ControllerApplication):  # type: ignore[misc]
    """zigpy's application for Z-Stack radios."""

    own_errors = (CommandNotRecognized, SecurityError)

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._znp: Any
        self._line: LineWatch | None = None

    @classmethod
    def options(cls, port: str, answer_s: float) -> dict[str, Any]:
        """See the base."""
        # Half a second of pulling at the lines by which a bootloader is left: real sticks only.
        return {
            "znp_config": {
                "skip_bootloader": _has_control_lines(port),
                "sync_request_timeout": answer_s,
            }
        }

    async def connect(self) -> None:
        """As zigpy-znp does; then watch the line, and read on it."""
        await super().connect()
        reader: Any = getattr(self._znp, "_uart", None)
        if all(hasattr(reader, name) for name in ("_buffer", "_extract_frame", "_extract_frames")):
            self._line = LineWatch(reader, self.hooks.counted)
            RawReader(reader, self._hears)

    def _hears(self, message: Message) -> bool:
        try:
            to = self._device.endpoints.get(message.to)
            ieee = self.get_device(nwk=message.sender).ieee
        except KeyError:
            return False
        if not isinstance(to, Endpoint) or to.profile_id not in PROFILES:
            return False
        return self.hooks.ear.read(ieee, message.said)

    async def disconnect(self) -> None:
        """As zigpy-znp does, without asking a stick that is gone to reset."""
        if self._line is not None:
            self._line.close()
            self._line = None
        znp: Any = self._znp
        if self._gone and znp is not None:
            self._znp = None
            await znp.disconnect()
        await super().disconnect()
        if znp is not None:
            for _ in range(TURNS):
                znp.close()
                await asyncio.sleep(0)


def _has_control_lines(port: str) -> bool:
    return port.startswith("/") and not Path(port).resolve().is_relative_to("/dev/pts")
