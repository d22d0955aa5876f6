"""The demo on a terminal: the home, what the rules think, and the alarms, as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console, Group
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from .wording import STATES, clock, event_words, thought_words

COLOURS = {"high": "bold red", "medium": "yellow", "low": "cyan", "information": "dim"}
STATE_COLOURS = {"accepted": "green", "delivered": "yellow", "raised": "red"}
LINES_MAX = 60


class LiveScreen:
    """Keeps the Screen protocol on a terminal."""

    def __init__(self, title: str, zone: ZoneInfo, speed: float) -> None:
        self._title, self._zone, self._speed = title, zone, speed
        self._life: deque[Text] = deque(maxlen=LINES_MAX)
        self._thoughts: deque[Text] = deque(maxlen=LINES_MAX)
        self._alarms: dict[str, Mapping[str, Any]] = {}
        self._now = ""
        self._events = 0
        self._console = Console()
        self._live: Live | None = None

    def stage(self, text: str) -> None:
        """See Screen."""
        (self._live.console if self._live else self._console).print(text, highlight=False)

    def life(self, device_id: str, said: str) -> None:
        """See Screen."""
        line = Text(f"{self._now[4:]} ", style="dim")
        self._life.append(line.append(said, style="bold").append(f"  {device_id}", style="dim"))

    def committed(self, line: Mapping[str, Any]) -> None:
        """See Screen."""
        self._events = line["event"]["seq"]
        at = clock(line["event"]["at"], self._zone)[4:]
        if words := event_words(line):
            self._life.append(Text(f"{at}    {words}", style="dim"))
        for rule, thought in thought_words(line, self._zone):
            style = "red" if thought.startswith("ALARM") else ""
            text = Text(f"{at} ", style="dim").append(rule, style="bold")
            self._thoughts.append(text.append(f" {thought}", style=style))
        for alarm in line["alarms"]:
            self._alarms[alarm["alarm_id"]] = alarm
        self._draw()

    def time(self, at: datetime) -> None:
        """See Screen."""
        self._now = clock(at, self._zone)
        if self._live is None:
            self._live = Live(console=self._console, auto_refresh=False, screen=False)
            self._live.start()
        self._draw()

    def close(self) -> None:
        """See Screen."""
        if self._live is not None:
            self._draw()
            self._live.stop()

    def _draw(self) -> None:
        if self._live is None:
            return
        height = min(max(self._console.height - 1, 16), 40)
        layout = Layout(size=height)
        layout.split_column(
            Layout(self._head(), size=1),
            Layout(name="middle"),
            Layout(self._table(), size=min(max(height // 3, 6), 14)),
        )
        room = height - 1 - min(max(height // 3, 6), 14) - 2
        layout["middle"].split_row(
            Layout(Panel(_last(self._life, room), title="the home", title_align="left")),
            Layout(Panel(_last(self._thoughts, room), title="the rules", title_align="left")),
        )
        self._live.update(_Fixed(layout, height), refresh=True)

    def _head(self) -> Text:
        speed = f"{self._speed:g} times real time" if self._speed else "as fast as it goes"
        text = Text(f"{self._now}  ", style="bold")
        return text.append(f"{self._title}, {speed}, {self._events} events journalled", style="dim")

    def _table(self) -> Panel:
        table = Table(box=None, pad_edge=False, show_header=False, expand=True)
        for alarm in list(self._alarms.values())[-10:]:
            state = alarm["state"]
            table.add_row(
                clock(alarm["raised_at"], self._zone)[4:],
                Text(alarm["priority"], style=COLOURS[alarm["priority"]]),
                alarm["kind"],
                Text(alarm["text"]["en"], no_wrap=True, overflow="ellipsis"),
                Text(STATES[state], style=STATE_COLOURS.get(state, "")),
            )
        return Panel(table, title="alarms at the response centre", title_align="left")


class _Fixed:
    """A layout that is as high as it was made, not as the terminal is."""

    def __init__(self, layout: Layout, height: int) -> None:
        self._layout, self._height = layout, height

    def __rich_console__(self, console: Console, options: Any) -> Any:
        yield from console.render(self._layout, options.update(height=self._height))


def _last(lines: deque[Text], room: int) -> Group:
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Group(*list(lines)[-max(room, 1) :])
