"""How the demo is shown: lines for pipes and logs, JSON for programs, nothing that blocks."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from .alarm_line import alarm_line
from .wording import alarm_words, clock, event_words, thought_words


class Screen(Protocol):
    """What the demo tells while it plays."""

    def stage(self, text: str) -> None:
        """Something about the demo itself: what is being set up, what it found."""

    def life(self, device_id: str, said: str) -> None:
        """What the person does next."""

    def committed(self, line: Mapping[str, Any]) -> None:
        """What the daemon took, thought and did."""

    def time(self, at: datetime) -> None:
        """The home's clock."""

    def close(self) -> None:
        """Nothing more comes."""


class PlainScreen:
    """One line for each thing that happens."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._now = ""

    def stage(self, text: str) -> None:
        """See Screen."""
        print(text, flush=True)

    def life(self, device_id: str, said: str) -> None:
        """See Screen."""
        print(f"{self._now}  home    {said}  [{device_id}]", flush=True)

    def committed(self, line: Mapping[str, Any]) -> None:
        """See Screen."""
        at = clock(line["event"]["at"], self._zone)
        if words := event_words(line):
            print(f"{at}  event   {words}", flush=True)
        for rule, thought in thought_words(line, self._zone):
            print(f"{at}  rule    {rule}: {thought}", flush=True)
        for alarm in line["alarms"]:
            print(f"{at}  alarm   {alarm_words(alarm)}", flush=True)

    def time(self, at: datetime) -> None:
        """See Screen."""
        self._now = clock(at, self._zone)

    def close(self) -> None:
        """See Screen."""


class JsonScreen:
    """One JSON object for each alarm on standard output when it is accepted or over; progress on
    standard error."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._told: set[str] = set()
        self._alarms: dict[str, Mapping[str, Any]] = {}
        self._day = ""

    def stage(self, text: str) -> None:
        """See Screen."""
        print(text, file=sys.stderr, flush=True)

    def life(self, device_id: str, said: str) -> None:
        """See Screen."""

    def committed(self, line: Mapping[str, Any]) -> None:
        """See Screen."""
        for alarm in line["alarms"]:
            self._alarms[alarm["alarm_id"]] = alarm
            if alarm["accepted_by"] is not None:
                self._tell(alarm)

    def time(self, at: datetime) -> None:
        """See Screen."""
        day = at.astimezone(self._zone).strftime("%a %d %b %Y")
        if day != self._day:
            self._day = day
            self.stage(f"  {day}")

    def close(self) -> None:
        """See Screen."""
        for alarm in self._alarms.values():
            if any(step["state"] == "raised" for step in alarm["history"]):
                self._tell(alarm)

    def _tell(self, alarm: Mapping[str, Any]) -> None:
        if alarm["alarm_id"] not in self._told:
            self._told.add(alarm["alarm_id"])
            print(json.dumps(alarm_line(alarm, self._zone), ensure_ascii=False), flush=True)
