"""How pairing goes, as a person follows it who stands before a sensor."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from heimvakt.core.words import Words, spell_duration

if TYPE_CHECKING:
    from rich.status import Status

OPEN = Words(
    nb="nettet er åpent i {}: trykk på sensorens knapp til lampen på den blinker",
    en="network open for {}: press the sensor's button until its lamp blinks",
)
LEFT = Words(nb="{} igjen", en="{} left")
FOUND = Words(nb="funnet", en="found")
INTERVIEWED = Words(nb="spurt ut", en="interviewed")
ENROLLED = Words(nb="innmeldt", en="enrolled")
REPORTING = Words(nb="melder fra", en="reporting")
HEARD = Words(nb="hørt", en="heard")
TROUBLE = Words(nb="FEIL", en="TROUBLE")
YES = Words(nb="ja", en="yes")
SET = Words(nb="stilt inn", en="set")
ANSWERS = Words(nb="den svarer", en="it answers")
BATTERY = Words(nb="batteri", en="battery")


class Steps:
    """A line for each thing that is done; on a terminal also how long is left."""

    def __init__(self, *, on_terminal: bool, language: str = "en") -> None:
        self._on_terminal = on_terminal
        self._language = language
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
                left = spell_duration(step["left_s"]).in_language(self._language)
                self._status.update(LEFT.in_language(self._language).format(left))
            return
        text = line(step, self._language)
        if self._status is not None:
            self._status.console.print(text, markup=False)
        else:
            print(text, flush=True)


def line(step: Mapping[str, Any], language: str = "en") -> str:
    """One step in words."""

    def say(words: Words) -> str:
        return words.in_language(language)

    match step:
        case {"step": "opened", "left_s": left_s}:
            return say(OPEN).format(say(spell_duration(left_s)))
        case {"step": "found", "address": address}:
            return _row(say(FOUND), address)
        case {"step": "interviewed", "manufacturer": maker, "model": model, "says": says}:
            name = " ".join(filter(None, (maker, model)))
            return _row(say(INTERVIEWED), ", ".join([*([name] if name else []), *says]))
        case {"step": "enrolled"}:
            return _row(say(ENROLLED), say(YES))
        case {"step": "reporting-set"}:
            return _row(say(REPORTING), say(SET))
        case {"step": "heard-from"}:
            return _row(say(HEARD), _heard(step, language))
        case {"step": "trouble", "what": what, "hint": hint}:
            return _row(say(TROUBLE), what) + f"\n  {'':<12} {hint}"
        case _:
            return _row(str(step.get("step")), "")


def _row(what: str, text: str) -> str:
    return f"  {what:<12} {text}".rstrip()


def _heard(step: Mapping[str, Any], language: str) -> str:
    parts = [kind.replace("-", " ") for kind in step["kinds"]]
    if step["lqi"] is not None:
        parts.append(f"LQI {step['lqi']}")
    if step["battery_percent"] is not None:
        parts.append(f"{BATTERY.in_language(language)} {step['battery_percent']:.0f} %")
    return ", ".join(parts) or ANSWERS.in_language(language)
