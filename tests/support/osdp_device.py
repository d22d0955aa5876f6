"""libosdp's own device on a virtual line: another reading of the standard than ours."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import osdp_sys

from heimvakt_drivers.virtual.osdp.frame import Ear, whole

INPUTS, OUTPUTS = 4, 1
_CAPABILITIES = (
    (osdp_sys.CAP_CONTACT_STATUS_MONITORING, 1, INPUTS),
    (osdp_sys.CAP_OUTPUT_CONTROL, 1, OUTPUTS),
    (osdp_sys.CAP_CARD_DATA_FORMAT, 1, 0),
    (osdp_sys.CAP_READER_AUDIBLE_OUTPUT, 1, 1),
    (osdp_sys.CAP_CHECK_CHARACTER_SUPPORT, 1, 0),
    (osdp_sys.CAP_COMMUNICATION_SECURITY, 1, 1),
)


class LibosdpDevice:
    """Keeps the port `virtual.locks.bus.Listener`. It refuses to be asked for its contacts: the
    binding drops what it would answer (3.2.9)."""

    id = 0

    def __init__(self, address: int, key: bytes) -> None:
        osdp_sys.set_loglevel(osdp_sys.LOG_EMERG)
        self.commands: list[dict[str, Any]] = []
        self._ear = Ear()
        self._in: deque[bytes] = deque()
        self._out: deque[bytes] = deque()
        info = {
            "name": "device",
            "address": address,
            "flags": osdp_sys.FLAG_ENFORCE_SECURE,
            "scbk": key,
            "channel": self,
            "version": 1,
            "model": 1,
            "vendor_code": 1,
            "serial_number": 1,
            "firmware_version": 1,
        }
        capabilities = [
            {"function_code": code, "compliance_level": level, "num_items": items}
            for code, level, items in _CAPABILITIES
        ]
        self._device = osdp_sys.PeripheralDevice(info, capabilities=capabilities)
        self._device.set_command_callback(self._command)

    def tell(self, event: dict[str, Any]) -> None:
        """Tell the panel, when it asks next."""
        self._device.submit_event(event)

    def hear(self, octets: bytes) -> Iterator[bytes]:
        for asked in self._ear.hear(octets):
            self._in.append(whole(asked.raw))
            for _ in range(3):
                self._device.refresh()
            while self._out:
                yield self._out.popleft()

    def silence(self) -> None:
        self._ear.forget()

    def read(self, limit: int) -> bytes:
        """For libosdp."""
        return self._in.popleft() if self._in else b""

    def write(self, octets: bytes) -> int:
        """For libosdp."""
        self._out.append(octets)
        return len(octets)

    def flush(self) -> None:
        """For libosdp."""

    def _command(self, command: dict[str, Any]) -> tuple[int, None]:
        self.commands.append(dict(command))
        return (-1 if command["command"] == osdp_sys.CMD_STATUS else 0), None
