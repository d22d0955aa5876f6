"""What happens, as a rule of a home's own says it in the file: verbs, each with its devices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Annotated, Any

from pydantic import (
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from heimvakt.core.events import Press
from heimvakt.rules.device_id import DeviceId
from heimvakt.rules.kind import RuleSettings, Wire

from .signs import MEASURED, VERBS, Sign


def _of(description: str, example: str) -> object:
    return Field(description=description, examples=[[example]])


_Devices = tuple[DeviceId, ...]


class Happening(RuleSettings):
    """Any of these things, on any of the devices that it names."""

    model_config = ConfigDict(defer_build=True)  # few homes have such a rule

    opened: Annotated[_Devices, _of("Doors that are opened.", "front-door")] = ()
    closed: Annotated[_Devices, _of("Doors that are closed.", "front-door")] = ()
    entered: Annotated[_Devices, _of("Beds and chairs that somebody gets into.", "bed")] = ()
    left: Annotated[_Devices, _of("Beds and chairs that somebody gets out of.", "bed")] = ()
    motion: Annotated[
        _Devices,
        _of(
            "Sensors that see somebody move. One movement alone is nobody: it counts when another "
            "sign follows within two minutes, or when it lasts.",
            "hall-motion",
        ),
    ] = ()
    started: Annotated[_Devices, _of("Appliances that are switched on.", "stove")] = ()
    stopped: Annotated[_Devices, _of("Appliances that are switched off.", "stove")] = ()
    unlocked: Annotated[_Devices, _of("Locks that are unlocked.", "front-lock")] = ()
    locked: Annotated[_Devices, _of("Locks that are locked.", "front-lock")] = ()
    pressed: Annotated[_Devices, _of("Buttons that are pressed.", "bell")] = ()
    presented: Annotated[_Devices, _of("Readers that a known key is held to.", "front-reader")] = ()
    detected: Annotated[
        _Devices, _of("Detectors of smoke, heat, carbon monoxide or water.", "kitchen-smoke")
    ] = ()
    below: Annotated[
        float | None, Field(ge=-40, le=120, description="Colder than this, in °C, at `sensors`.")
    ] = None
    above: Annotated[
        float | None, Field(ge=-40, le=120, description="Hotter than this, in °C, at `sensors`.")
    ] = None
    sensors: Annotated[_Devices, _of("What measures, for `below` and `above`.", "fridge-air")] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Happening:
        if self.sensors and self.below is None and self.above is None:
            raise PydanticCustomError(
                "no_limit", "`sensors` needs a limit", {"hint": "add below = 5, or above = 30"}
            )
        if not self.sensors and (self.below is not None or self.above is not None):
            raise PydanticCustomError(
                "no_sensors",
                "nothing measures this temperature",
                {"hint": 'add what measures: sensors = ["fridge-air"]'},
            )
        if not any(True for _ in self.named()):
            raise PydanticCustomError(
                "nothing_happens",
                "it does not say what happens",
                {"hint": 'write what and where, such as { opened = ["front-door"] }'},
            )
        return self

    @model_serializer(mode="wrap")
    def _as_written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Only what the file says, under the names that it has there."""
        written: dict[str, Any] = handler(self)
        return {k.rstrip("_"): v for k, v in written.items() if v is not None and v not in ((), [])}

    def named(self) -> Iterator[tuple[str, str, int, str]]:
        """Each verb with the key and the place where its device stands, and that device."""
        for verb in VERBS:
            if verb in MEASURED:
                key, devices = "sensors", self.sensors if getattr(self, verb) is not None else ()
            else:
                key, devices = verb, getattr(self, verb)
            for index, device_id in enumerate(devices):
                yield verb, key, index, device_id

    def signs(self, mode_presses: Collection[tuple[str, Press]] = ()) -> dict[str, Sign]:
        """By key.

        Args:
            mode_presses: those of buttons that set a mode.
        """
        signs = (
            Sign(
                verb=verb,
                device_id=device_id,
                limit=getattr(self, verb) if verb in MEASURED else 0.0,
                sets_modes=frozenset(
                    press for button, press in mode_presses if button == device_id
                ),
            )
            for verb, _, _, device_id in self.named()
        )
        return {sign.key: sign for sign in signs}

    def wires(self, field: str) -> Iterable[Wire]:
        """The devices, as they stand below the key `field`."""
        places = {
            (key, index): Wire(
                field=(field, key, index), device_id=device_id, roles=VERBS[verb].roles
            )
            for verb, key, index, device_id in self.named()
        }
        return places.values()

    def verbs(self) -> frozenset[str]:
        """What it is about."""
        return frozenset(verb for verb, *_ in self.named())
