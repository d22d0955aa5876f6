"""The JSON Schema of the whole file: an editor completes keys with it and explains them.

It says less than `load`: what hangs together across sections, only `heimvakt check` knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from heimvakt.core.alarms import Priority
from heimvakt.core.fields import Hours, format_duration
from heimvakt.core.mode_plans import MAY_REST
from heimvakt.core.orders import MAY

from .catalogue import Catalogue
from .ids import ID, ID_MAX
from .models import VERSION, DeviceSettings, GatewaySettings, RouteSettings
from .modes import MODELS as MODES
from .orders import OrderKeySettings, OrderLimits
from .page import PageSettings
from .paths import PathSettings
from .signs import SignSettings
from .storage import StoreSettings
from .tags import TagSettings
from .updates import UpdateKeySettings, UpdateLimits

Schema = dict[str, Any]

_ROUTES = "Who is told of what. Without any route every receiver gets every alarm."
_PATHS = "The ways out of the box, by a name; the first is used first."
_RULES = (
    "What is an alarm. The name of a section is the kind of rule, unless it has a key kind. "
    "Rules that every home has need no section."
)
_NAMES = {"pattern": ID, "maxLength": ID_MAX}


def schema(catalogue: Catalogue) -> Schema:
    """The schema of a file that may use all of the catalogue; imports every driver of it."""
    drivers = {name: catalogue.drivers[name]().settings for name in sorted(catalogue.drivers)}
    rules = {kind: rule.settings for kind, rule in catalogue.rules.items()}
    definitions: dict[str, Schema] = {}
    models: list[type[BaseModel]] = [GatewaySettings, DeviceSettings, RouteSettings]
    models += [PathSettings, SignSettings, StoreSettings, PageSettings, TagSettings]
    models += [OrderKeySettings, OrderLimits, UpdateKeySettings, UpdateLimits]
    models += MODES.values()
    models += [*drivers.values(), *rules.values(), *catalogue.receivers.values()]
    refs = _definitions(models, definitions)
    for kind, model in rules.items():
        _with_kind(definitions, refs[model], kind, required=False)
        allowed = catalogue.rules[kind].priorities
        if (priority := definitions[refs[model]]["properties"].get("priority")) is not None:
            priority.pop("$ref", None)
            priority.pop("allOf", None)
            priority["enum"] = [p.value for p in Priority if p in allowed]
    known = {kind for rule in catalogue.rules.values() for kind in rule.raises}
    definitions[refs[RouteSettings]]["properties"]["kind"]["items"] = {"enum": sorted(known)}
    for model in MODES.values():
        listed = definitions[refs[model]]["properties"]["suppresses"]
        listed["items"] = {"enum": sorted(MAY_REST)}
    for kind, model in catalogue.receivers.items():
        _with_kind(definitions, refs[model], kind, required=True)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "The home of a Heimvakt gateway",
        "type": "object",
        "additionalProperties": False,
        "required": ["version", "gateway", "receivers"],
        "properties": {
            "version": {"const": VERSION, "description": "The version of this file format."},
            "gateway": _ref(refs[GatewaySettings]),
            "drivers": {
                "type": "object",
                "description": "What is plugged in. Several of a kind: [drivers.KIND.NAME].",
                "additionalProperties": False,
                "properties": {name: _driver(refs[model]) for name, model in drivers.items()},
            },
            "devices": _named("What is in the home, by an id.", _ref(refs[DeviceSettings])),
            "rules": _rules({kind: refs[model] for kind, model in rules.items()}),
            "paths": _named(_PATHS, _ref(refs[PathSettings])),
            "signs": _ref(refs[SignSettings]),
            "store": _ref(refs[StoreSettings]),
            "page": _ref(refs[PageSettings]),
            "tags": _named("The keys of those who come, by a number.", _ref(refs[TagSettings])),
            "modes": {
                "type": "object",
                "description": "What rests while the home is set to a mode, and for how long.",
                "additionalProperties": False,
                "properties": {mode: _ref(refs[model]) for mode, model in MODES.items()},
            },
            "orders": _orders(refs[OrderKeySettings], definitions.pop(refs[OrderLimits])),
            "updates": _updates(refs[UpdateKeySettings], definitions.pop(refs[UpdateLimits])),
            "receivers": _named(
                "Who can be told, by a name.",
                {"oneOf": [_ref(refs[m]) for m in catalogue.receivers.values()]},
            )
            | {"minProperties": 1},
            "routes": {
                "type": "array",
                "description": _ROUTES,
                "items": _ref(refs[RouteSettings]),
            },
        },
        "definitions": definitions,
    }


class _Generator(GenerateJsonSchema):
    """Defaults as the file writes them."""

    def encode_default(self, dft: Any) -> Any:
        match dft:
            case timedelta():
                return format_duration(dft)
            case Hours():
                return str(dft)
            case _:
                return super().encode_default(dft)


def _definitions(
    models: list[type[BaseModel]], into: dict[str, Schema]
) -> dict[type[BaseModel], str]:
    """Put the schemas of the models, and of all that they use, into `into`; tell their names."""
    refs, shared = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(models)],
        ref_template="#/definitions/{model}",
        schema_generator=_Generator,
    )
    names: dict[type[BaseModel], str] = {}
    tidy: dict[str, str] = {}
    for model in models:
        names[model] = old = refs[(model, "validation")]["$ref"].removeprefix("#/definitions/")
        readable = _readable_name(model)
        tidy[old] = old if readable in tidy.values() and old not in tidy else readable
    for name, definition in shared["$defs"].items():
        into[tidy.get(name, name)] = _tidied(definition, tidy)
    return {model: tidy[old] for model, old in names.items()}


def _readable_name(model: type[BaseModel]) -> str:
    """Every rule calls its model `Settings`: the module tells them apart."""
    if model.__name__ != "Settings":
        return model.__name__
    return model.__module__.rpartition(".")[2] + ".Settings"


def _tidied(schema: Any, names: Mapping[str, str], *, names_keys: bool = False) -> Any:
    """Without what only Python knows: titles made of names, null, which TOML has not."""
    if isinstance(schema, list):
        return [_tidied(item, names) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if names_keys:
        return {key: _tidied(value, names) for key, value in schema.items()}
    tidy = {key: value for key, value in schema.items() if key != "title"}
    if "default" in tidy and tidy["default"] is None:
        del tidy["default"]
    choices = [c for c in tidy.get("anyOf", ()) if c != {"type": "null"}]
    if len(choices) == 1:
        del tidy["anyOf"]
        tidy = {**choices[0], **tidy}
    if bounds := tidy.pop("x-bounds", None):
        tidy["description"] = f"{tidy['description']} From {bounds}."
    if str(tidy.get("$ref")).startswith("#/definitions/"):
        name = tidy["$ref"].removeprefix("#/definitions/")
        ref = {"$ref": f"#/definitions/{names.get(name, name)}"}
        del tidy["$ref"]
        # In this draft nothing counts that stands beside a $ref.
        tidy = {"allOf": [ref], **tidy} if tidy else ref
    return {
        key: _tidied(value, names, names_keys=key in ("properties", "$defs"))
        for key, value in tidy.items()
    }


def _with_kind(definitions: dict[str, Schema], name: str, kind: str, *, required: bool) -> None:
    """`kind` may stand in the table, though the model need not know it."""
    definition = definitions[name]
    described = definition.get("properties", {}).get("kind", {}).get("description")
    text = {"description": described} if described else {}
    definition["properties"] = {"kind": {"const": kind, **text}, **definition.get("properties", {})}
    definition["properties"]["kind"] = {"const": kind, **text}
    if required:
        definition["required"] = list(dict.fromkeys(["kind", *definition.get("required", [])]))


def _driver(name: str) -> Schema:
    own = _ref(name)
    several = {"type": "object", "minProperties": 1, "additionalProperties": own}
    return {"anyOf": [own, several]}


def _rules(names: Mapping[str, str]) -> Schema:
    own_name = {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": list(names)}},
        "allOf": [
            {"if": {"properties": {"kind": {"const": kind}}}, "then": _ref(name)}
            for kind, name in names.items()
        ],
    }
    return {
        "type": "object",
        "description": _RULES,
        "propertyNames": _NAMES,
        "properties": {kind: _ref(name) for kind, name in names.items()},
        "additionalProperties": own_name,
    }


def _orders(name: str, limits: Schema) -> Schema:
    may = {
        role: {"type": "array", "items": {"enum": sorted(MAY[role])}, "uniqueItems": True}
        for role in MAY
    }
    return {
        "type": "object",
        "description": "Who may order something of this home: see docs/orders.md.",
        "additionalProperties": False,
        "properties": {
            "keys": _named("Public keys, by the name that is the kid of orders.", _ref(name)),
            "may": {
                "type": "object",
                "description": "What the keys of a role may order here, where that is less than "
                "in any home.",
                "additionalProperties": False,
                "properties": may,
            },
            **limits["properties"],
        },
    }


def _updates(name: str, limits: Schema) -> Schema:
    return {
        "type": "object",
        "description": "Whose signed changes are taken: see docs/updates.md.",
        "additionalProperties": False,
        "properties": {
            "keys": _named("Public keys, by the name that is the kid of bundles.", _ref(name)),
            **limits["properties"],
        },
    }


def _named(description: str, table: Schema) -> Schema:
    return {
        "type": "object",
        "description": description,
        "propertyNames": _NAMES,
        "additionalProperties": table,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}
