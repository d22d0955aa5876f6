"""How pairing goes, as a person follows it who stands before a sensor."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from heimvakt.core.words import spell_duration

if TYPE_CHECKING:
    from rich.status import Status

PRESS = "press the sensor's button until its lamp blinks"


class Steps:
    """A line for each thing that is done; on a terminal also how long is left."""

    def __init__(self, *, on_terminal: bool) -> None:
        self._on_terminal = on_terminal
        self._status: Status | None = None

    def __enter__(self) -> Self:
        if self._on_terminal:
            from rich.console import Console

            self._status = Console(highlight=False).status("looking")
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, step: Mapping[str, Any]) -> None:
        """Show one step."""
        if step["step"] == "waiting":
            if self._status is not None:
                self._status.update(f"{spell_duration(step['left_s']).en} left")
            return
        text = line(step)
        if self._status is not None:
            self._status.console.print(text, markup=False)
        else:
            print(text, flush=True)


def line(step: Mapping[str, Any]) -> str:
    """One step in words."""
    match step:
        case {"step": "opened", "left_s": left_s}:
            return f"network open for {spell_duration(left_s).en}: {PRESS}"
        case {"step": "found", "address": address}:
            return _row("found", address)
        case {"step": "interviewed", "manufacturer": maker, "model": model, "says": says}:
            name = " ".join(filter(None, (maker, model)))
            return _row("interviewed", ", ".join([*([name] if name else []), *says]))
        case {"step": "enrolled"}:
            return _row("enrolled", "yes")
        case {"step": "reporting-set"}:
            return _row("reporting", "set")
        case {"step": "heard-from"}:
            return _row("heard", _heard(step))
        case {"step": "trouble", "what": what, "hint": hint}:
            return _row("TROUBLE", what) + f"\n  {'':<12} {hint}"
        case _:
            return _row(str(step.get("step")), "")


def _row(what: str, text: str) -> str:
    return f"  {what:<12} {text}".rstrip()


def _heard(step: Mapping[str, Any]) -> str:
    parts = [kind.replace("-", " ") for kind in step["kinds"]]
    if step["lqi"] is not None:
        parts.append(f"LQI {step['lqi']}")
    if step["battery_percent"] is not None:
        parts.append(f"battery {step['battery_percent']:.0f} %")
    return ", ".join(parts) or "it answers"
