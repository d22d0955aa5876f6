"""libosdp, for one lock: the only file that knows it.

Its own thread is not used: `refresh` is called in the event loop, by whoever shares out the line.
Every lock has a context of its own, made once: what it takes is not given back whole.

After an error libosdp waits five minutes before it tries again, and a lock that does not answer
cannot be taken out for eight seconds (3.2.9: `OSDP_ONLINE_RETRY_WAIT_MAX_MS`, and `state_update`
looks for requests only between answers). So `stop` makes the channel fail, which ends any wait, and
`start` begins anew at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

import osdp_sys


class Report(Enum):
    """What a lock can be asked for."""

    LOCAL = osdp_sys.STATUS_REPORT_LOCAL
    """Tamper, and the supply."""
    INPUTS = osdp_sys.STATUS_REPORT_INPUT
    OUTPUTS = osdp_sys.STATUS_REPORT_OUTPUT


class Channel(Protocol):
    """The way to one lock, as libosdp wants it. Plain calls that do not wait."""

    id: int
    failing: bool
    """Whatever is read is wrong, and nothing can be written."""

    def read(self, limit: int) -> bytes:
        """Of the frame that came, so much at most; nothing when it has been read."""

    def write(self, octets: bytes) -> int:
        """Send a frame; how much of it was sent."""

    def flush(self) -> None:
        """Forget what came and was not read."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a lock says by itself, or answers."""

    card: str | None = None
    """`26:0004a2f1`: how many bits, and what they are."""
    keys: bytes = b""
    report: Report | None = None
    values: bytes = b""


_UNCONDITIONAL_OFF, _TIMED_ON = 1, 5
"""Control codes of an output: off at once, also in the middle of a time; on for a time."""
CALLS_TO_STOP = 3
"""Of `refresh`, where no answer is waited for: a question is made, cannot be sent, is given up."""

TIMER_UNIT_S = 0.1
"""Of the time of an output: 16 bits of tenths of a second. `desk.LASTING_S_MAX` is well below."""

_BEEP: Mapping[str, int] = {
    "command": osdp_sys.CMD_BUZZER,
    "reader": 0,
    "control_code": 2,  # the default tone
    "on_count": 2,
    "off_count": 2,
    "rep_count": 10,
}


class Panel:
    """Speaks with one lock, on the secure channel and never without. Begins stopped."""

    def __init__(
        self,
        address: int,
        key: bytes,
        channel: Channel,
        told: Callable[[Told], None],
        answered: Callable[[Report | None, bool], None],
    ) -> None:
        """`answered` says how what was submitted went: a question for a report, or an order.

        Both are called inside `refresh` and must not raise.
        """
        osdp_sys.set_loglevel(osdp_sys.LOG_EMERG)  # it would write to the terminal
        self._channel = channel
        self._told = told
        self._answered = answered
        self._panel = osdp_sys.ControlPanel(
            [
                {
                    "name": f"lock {address}",
                    "address": address,
                    "flags": osdp_sys.FLAG_ENFORCE_SECURE,
                    "scbk": key,
                    "channel": channel,
                    # Of a device, not of a panel; the binding wants them all the same.
                    "version": 0,
                    "model": 0,
                    "vendor_code": 0,
                    "serial_number": 0,
                    "firmware_version": 0,
                }
            ]
        )
        self._panel.set_event_callback(self._event)
        self._panel.set_command_completion_callback(self._completed)
        self.stop()
        for _ in range(CALLS_TO_STOP):  # nothing is on the way yet
            self.refresh()

    def stop(self) -> None:
        """Break off whatever goes on; `stopped` after a few calls of `refresh`, or a second at the
        most. What waited is not sent then, and not later either."""
        self._panel.flush_commands(0)
        self._panel.disable_pd(0)
        self._channel.failing = True

    @property
    def stopped(self) -> bool:
        """Nothing goes on."""
        return not self._panel.is_pd_enabled(0)

    def start(self) -> None:
        """Begin anew, from the first question on; only when stopped."""
        self._channel.failing = False
        self._panel.enable_pd(0)

    def refresh(self) -> None:
        """Let it go on: read an answer, write the next question."""
        self._panel.refresh()

    @property
    def secure(self) -> bool:
        """The lock has shown that it has the key, and is on line."""
        return bool(self._panel.sc_status() & self._panel.status() & 1)

    def has(self, report: Report) -> bool:
        """Whether the lock says that it has what this report tells."""
        match report:
            case Report.INPUTS:
                return self._count(osdp_sys.CAP_CONTACT_STATUS_MONITORING) > 0
            case Report.OUTPUTS:
                return self._count(osdp_sys.CAP_OUTPUT_CONTROL) > 0
            case Report.LOCAL:
                return True

    def ask(self, report: Report) -> bool:
        """Ask for a report; False: it cannot be asked now."""
        return self._submit({"command": osdp_sys.CMD_STATUS, "type": report.value, "report": b""})

    def release(self, output: int, lasting_s: float) -> bool:
        """Let the door go for a time, which the lock itself measures."""
        return self._output(output, _TIMED_ON, round(lasting_s / TIMER_UNIT_S))

    def hold(self, output: int) -> bool:
        """Let it go no longer."""
        return self._output(output, _UNCONDITIONAL_OFF, 0)

    def beep(self) -> bool:
        """Beep for a few seconds; False: it has nothing to beep with."""
        return self._count(osdp_sys.CAP_READER_AUDIBLE_OUTPUT) > 0 and self._submit(dict(_BEEP))

    def withdraw(self) -> bool:
        """What waits is not sent any more; False: libosdp has taken it up already."""
        return bool(self._panel.flush_commands(0))

    def _output(self, output: int, control: int, timer: int) -> bool:
        return self._submit(
            {
                "command": osdp_sys.CMD_OUTPUT,
                "output_no": output,
                "control_code": control,
                "timer_count": timer,
            }
        )

    def _submit(self, command: dict[str, Any]) -> bool:
        return bool(self._panel.submit_command(0, command))

    def _count(self, capability: int) -> int:
        level, items = self._panel.check_capability(0, capability)
        return items if level else 0

    def _completed(self, _: int, command: Mapping[str, Any], status: int) -> None:
        asked = command["command"] == osdp_sys.CMD_STATUS
        report = Report(command["type"]) if asked else None
        self._answered(report, status == osdp_sys.COMPLETION_OK)

    def _event(self, _: int, event: dict[str, Any]) -> int:
        match event["event"]:
            case osdp_sys.EVENT_CARDREAD:
                self._told(Told(card=f"{event['length']}:{event['data'].hex()}"))
            case osdp_sys.EVENT_KEYPRESS:
                self._told(Told(keys=bytes(event["data"])))
            case osdp_sys.EVENT_STATUS if event["type"] in _REPORTS:
                self._told(Told(report=Report(event["type"]), values=bytes(event["report"])))
        event.clear()  # the binding forgets to free it: what is left of it is as small as can be
        return 0


_REPORTS = frozenset(each.value for each in Report)
