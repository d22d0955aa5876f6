"""The type of a setting that names a device: rules see an id, a file may say what it is instead.

`{ role = "door", room = "hall" }` may stand in a file wherever an id may. `config.chosen` puts the
ids in that it finds, before a rule reads its settings: no rule knows how a device was named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

from heimvakt.core.devices import Role

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

_CHOICE: dict[str, Any] = {
    "type": "object",
    "description": "Devices by what they are, those that are paired later too.",
    "additionalProperties": False,
    "required": ["role"],
    "properties": {"role": {"enum": [role.value for role in Role]}, "room": {"type": "string"}},
}


@dataclass(frozen=True, slots=True)
class OfDevice:
    """Marks a text as the id of a device."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return handler(source)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [handler(schema), _CHOICE]}


DeviceId = Annotated[str, OfDevice()]
"""In settings alone: `doors: Annotated[tuple[DeviceId, ...], Field(...)]`."""
