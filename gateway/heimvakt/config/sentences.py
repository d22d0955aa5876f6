"""What pydantic says, in the words of an installer: a sentence and what to do, for each error type.

The texts of models are kept: a custom error says it all, and brings `hint` in its context.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from . import confidential
from .findings import either, nearest, quoted
from .positions import Path
from .spoken import meant_key

Said = tuple[str, tuple[str, ...]]
"""A sentence about the value, and hints."""


def explain(error: ErrorDetails, path: Path, field: FieldInfo | None) -> Said:
    """One error of pydantic as a sentence.

    Args:
        error: as pydantic tells it.
        path: where the value stands in the file.
        field: the field of the model, for its examples.
    """
    value, context = error.get("input"), error.get("ctx", {})
    kind = error["type"]
    if "hint" in context:
        said: Said = error["msg"], (str(context["hint"]),)
    elif kind in _SENTENCES:
        said = _SENTENCES[kind](value, context, _example(field))
    elif kind in ("value_error", "assertion_error"):
        said = str(context.get("error") or error["msg"]), (_example(field),)
    else:
        said = f"{quoted(value)} does not fit: {error['msg'].lower()}", (_example(field),)
    if not confidential.is_secret(path, value):
        return said
    # A model that found the secret itself may say more, if it keeps it to itself.
    knows = kind == "value_error" or "hint" in context
    if knows and not confidential.repeats("; ".join((said[0], *said[1])), value):
        return said
    return "this is not a reference to a secret", (confidential.HINT,)


def unknown_key(key: str, known: Sequence[str], taken: Mapping[str, Any]) -> Said:
    """A key that nobody reads."""
    if key == "version":
        return "there is no such key here", (
            "version stands at the top of the file, before the first [table]",
        )
    if (meant := meant_key(key)) in known and meant not in taken:
        return "there is no such key", (f'write "{meant}"',)
    if close := nearest(key, [k for k in known if k not in taken]):
        return "there is no such key", (f'did you mean "{close}"?',)
    if close := nearest(key, known):
        return "there is no such key", (f'"{close}" is set already: take this line away',)
    return "there is no such key", (f"keys that can stand here: {', '.join(sorted(known))}",)


def missing_key(key: str, field: FieldInfo | None) -> Said:
    """A key that must be there."""
    return f"{key} is missing", (_line(key, field),)


def known_keys(model: type[BaseModel], location: Path) -> dict[str, FieldInfo]:
    """The fields of the model in which `location` ends, whatever lies between."""
    for part in location[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            inner = next(_models_in(model.model_fields[part].annotation), None)
            if inner is None:
                return {}
            model = inner
    return {f.alias or name: f for name, f in model.model_fields.items()}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


# --------------------------------------------------------------------------------- the sentences

_Sentence = Callable[[Any, Mapping[str, Any], str], Said]


def _expected(thing: str) -> _Sentence:
    def say(value: Any, context: Mapping[str, Any], example: str) -> Said:
        return f"{quoted(value)} is not {thing}", (example or f"write {thing}{_BARE}",)

    return say


_BARE = ", without quotation marks"


def _expected_table(value: Any, context: Mapping[str, Any], example: str) -> Said:
    return f"{quoted(value)} is not a table", (example or "write it as a [table] of its own",)


def _choice(value: Any, context: Mapping[str, Any], example: str) -> Said:
    # pydantic's own text: 'door', 'bed' or 'chair'
    allowed = str(context["expected"]).replace(" or ", ", ").split(", ")
    words = [word.strip("'") for word in allowed]
    what = f"{quoted(value)} cannot stand here"
    if isinstance(value, str) and (close := nearest(value, words)):
        return what, (f'did you mean "{close}"?', f"it can be {either(words)}")
    return what, (f"write {either([quoted(w) for w in words])}",)


def _text(value: Any, context: Mapping[str, Any], example: str) -> Said:
    if isinstance(value, list | dict):
        return f"{quoted(value)} is not a text", (example or "write one text in quotation marks",)
    return f"{quoted(value)} is not a text", (f'put it in quotation marks: "{quoted(value)}"',)


def _list(value: Any, context: Mapping[str, Any], example: str) -> Said:
    if isinstance(value, dict):
        return "this is a table, not a list", (example,)
    return f"{quoted(value)} is not a list", (f"put it in brackets: [{quoted(value)}]",)


def _too_few(value: Any, context: Mapping[str, Any], example: str) -> Said:
    least, actual = int(context["min_length"]), int(context["actual_length"])
    if not actual:
        return "the list is empty", (example or "name at least one",)
    return f"{actual} are too few: at least {least}", (example,)


def _too_many(value: Any, context: Mapping[str, Any], example: str) -> Said:
    return f"too many: at most {context['max_length']}", ("take some away",)


def _short(value: Any, context: Mapping[str, Any], example: str) -> Said:
    if not value:
        return "the text is empty", (example,)
    least = context["min_length"]
    return f"{quoted(value)} is too short: at least {least} characters", (example,)


def _long(value: Any, context: Mapping[str, Any], example: str) -> Said:
    return f"{quoted(value)} is too long: at most {context['max_length']} characters", (example,)


def _bound(word: str, sign: str) -> _Sentence:
    def say(value: Any, context: Mapping[str, Any], example: str) -> Said:
        return f"{quoted(value)} is too {word}", (f"it must be {sign} {context[_BOUND[sign]]}",)

    return say


_BOUND = {"at least": "ge", "more than": "gt", "at most": "le", "less than": "lt"}


def _pattern(value: Any, context: Mapping[str, Any], example: str) -> Said:
    return f"{quoted(value)} is not written as it should be", (
        example or f"it must fit {context['pattern']}",
    )


_SENTENCES: Mapping[str, _Sentence] = {
    "enum": _choice,
    "literal_error": _choice,
    "string_type": _text,
    "string_pattern_mismatch": _pattern,
    "string_too_short": _short,
    "string_too_long": _long,
    "int_type": _expected("a whole number"),
    "int_parsing": _expected("a whole number"),
    "int_from_float": _expected("a whole number"),
    "float_type": _expected("a number"),
    "float_parsing": _expected("a number"),
    "finite_number": _expected("a number that ends"),
    "bool_type": lambda value, _, __: (
        f"{quoted(value)} is neither true nor false",
        ("write true or false, without quotation marks",),
    ),
    "bool_parsing": lambda value, _, __: (
        f"{quoted(value)} is neither true nor false",
        ("write true or false, without quotation marks",),
    ),
    "list_type": _list,
    "tuple_type": _list,
    "set_type": _list,
    "frozen_set_type": _list,
    "dict_type": _expected_table,
    "model_type": _expected_table,
    "model_attributes_type": _expected_table,
    "too_short": _too_few,
    "too_long": _too_many,
    "greater_than": _bound("small", "more than"),
    "greater_than_equal": _bound("small", "at least"),
    "less_than": _bound("large", "less than"),
    "less_than_equal": _bound("large", "at most"),
}


def _example(field: FieldInfo | None) -> str:
    examples = field.examples if field else None
    return f"for example {toml(examples[0])}" if examples else ""


def _line(key: str, field: FieldInfo | None) -> str:
    if field is None:
        return ""
    if field.examples:
        return f"add a line such as: {key} = {toml(field.examples[0])}"
    choices = [str(c) for c in get_args(field.annotation) if isinstance(c, str)]
    choices = choices or [str(m) for m in _members(field.annotation)]
    if choices:
        return f'add a line {key} = "..." with one of: {", ".join(choices)}'
    return f"add a line: {key} = ..."


def _members(annotation: Any) -> list[Any]:
    return list(getattr(annotation, "__members__", {}).values())


def toml(value: Any) -> str:
    """A value of an example as TOML."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case list() | tuple():
            return f"[{', '.join(toml(v) for v in value)}]"
        case dict():
            return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
        case _:
            return str(value)
