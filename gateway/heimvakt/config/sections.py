"""One table of the file against its model, with every mistake told at its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .findings import at_line, dotted, nearest, quoted
from .models import ID_MAX, as_id, looks_like_a_person
from .positions import Path
from .report import Report
from .sentences import explain, known_keys, missing_key, unknown_key

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_section(
    report: Report, model: type[ModelT], table: Mapping[str, Any], path: Path
) -> ModelT | None:
    """The table as a value of its model; None if something is wrong, which is told."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        for mistake in error.errors(include_url=False):
            if not _follows_from_others(mistake):
                _tell(report, model, mistake, table, path)
        return None


def without_mistakes(model: type[BaseModel], table: Mapping[str, Any]) -> BaseModel | None:
    """The table without the keys that have mistakes, or None if it cannot do without them."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        wrong = {e["loc"][0] for e in error.errors(include_url=False) if e["loc"]}
    try:
        return model.model_validate({k: v for k, v in table.items() if k not in wrong})
    except ValidationError:
        return None


def tables(report: Report, data: Mapping[str, Any], section: str) -> Iterator[tuple[str, Any]]:
    """The tables `[section.NAME]` of a section; what is no table is told and left out."""
    found = data.get(section, {})
    if not isinstance(found, dict):
        report.wrong((section,), "this must be tables", f"write [{section}.NAME] above its keys")
        return
    for name, table in found.items():
        if isinstance(table, dict):
            yield name, table
        else:
            report.wrong(
                (section, name),
                "this must stand in a table",
                f"write [{section}.NAME] on a line above it",
                at_key=True,
            )


def check_id(report: Report, path: Path, others: Mapping[str, Any]) -> bool:
    """Whether the last name in `path` can be an id; if not, that is told."""
    name = str(path[-1])
    if looks_like_a_person(name):
        report.wrong(
            path,
            "eleven digits may be a national identity number (fødselsnummer)",
            "nothing in this file may tell who lives here",
            at_key=True,
        )
        return False
    meant = as_id(name)
    if meant == name:
        return True
    if len(name) > ID_MAX:
        report.wrong(
            path, "the name is too long", f"at most {ID_MAX} letters, digits and -", at_key=True
        )
        return False
    if meant is None:
        hint = "use the letters a to z, digits and -"
    elif meant in others:
        other = at_line(report.place_of((*path[:-1], meant)))
        hint = f'there is a "{meant}" already{other}: give this one another name'
    else:
        hint = f'write it as "{meant}"'
    report.wrong(path, f"{quoted(name)} cannot be a name here", hint, at_key=True)
    return False


def did_you_mean(
    report: Report, word: str, known: Mapping[str, Path], *, several: str, none: str
) -> str:
    """A hint for a name that is nowhere: the nearest with its line, or all that there are."""
    if close := nearest(word, known):
        return f'did you mean "{close}"{at_line(report.place_of(known[close]))}?'
    if known:
        return f"{several}: {', '.join(known)}"
    return none


def _tell(
    report: Report,
    model: type[BaseModel],
    mistake: ErrorDetails,
    table: Mapping[str, Any],
    section: Path,
) -> None:
    inner = _in_file(mistake["loc"], table, missing=mistake["type"] == "missing")
    path = (*section, *inner)
    fields = known_keys(model, inner)
    key = str(inner[-1]) if inner else ""
    match mistake["type"]:
        case "missing":
            sentence, hints = missing_key(key, fields.get(key))
            report.wrong(path[:-1], sentence, *hints, at_key=True)
        case "extra_forbidden":
            around: Any = table
            for part in inner[:-1]:
                around = around[part]
            sentence, hints = unknown_key(key, list(fields), around)
            report.wrong(path, sentence, *hints, at_key=True)
        case _:
            name = next((p for p in reversed(inner) if isinstance(p, str)), "")
            sentence, hints = explain(mistake, path, fields.get(name))
            report.error(path, f"{dotted(path)}: {sentence}", *hints)


def _follows_from_others(mistake: ErrorDetails) -> bool:
    """A list counts as too short where its items are wrong: they are told, the list is not."""
    value = mistake.get("input")
    return (
        mistake["type"] == "too_short"
        and isinstance(value, list)
        and len(value) >= mistake["ctx"]["min_length"]
    )


def _in_file(location: Path, table: Mapping[str, Any], *, missing: bool) -> Path:
    """Where in the table an error is: pydantic names branches of unions too, the file does not."""
    here: Any = table
    path: Path = ()
    for number, part in enumerate(location):
        inside = (isinstance(here, dict) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        )
        if inside:
            here = here[part]
            path = (*path, part)
        elif missing and number == len(location) - 1:
            path = (*path, part)
    return path
