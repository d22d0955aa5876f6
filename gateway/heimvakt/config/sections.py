"""One table of the file against its model, with every mistake told at its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .findings import at_line, dotted, nearest, quoted
from .ids import ID_MAX, as_id, looks_like_a_person
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
        mistakes = error.errors(include_url=False)
        misspelt = _misspelt(mistakes)
        for mistake in mistakes:
            if not _follows_from_others(mistake, misspelt):
                _tell(report, model, mistake, table, path)
        return None


def without_mistakes(model: type[ModelT], table: Mapping[str, Any]) -> ModelT | None:
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
        # Without the name, which a message must not spread.
        report.error(
            path,
            "this name may be a national identity number (fødselsnummer): eleven digits",
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
    what = f"{dotted(path[:-1])}: {quoted(name)} cannot be a name here"
    report.error(path, what, hint, at_key=True)
    return False


def did_you_mean(
    report: Report, word: str, known: Mapping[str, Path], *, several: str, none: str
) -> str:
    """A hint for a name that is nowhere: the nearest with its line, or all that there are."""
    instances = [name for name in known if name.startswith(f"{word}.")]
    if close := nearest(word, known) or (instances[0] if len(instances) == 1 else None):
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
    to_key = inner
    while to_key and isinstance(to_key[-1], int):
        to_key = to_key[:-1]
    key = str(to_key[-1]) if to_key else ""
    fields = known_keys(model, to_key)
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
            sentence, hints = explain(mistake, path, fields.get(key))
            report.error(path, f"{dotted(path)}: {sentence}", *hints)


def _misspelt(mistakes: Sequence[ErrorDetails]) -> set[Path]:
    """The missing keys that are there under another name."""
    missing = {mistake["loc"] for mistake in mistakes if mistake["type"] == "missing"}
    found = set()
    for mistake in mistakes:
        *outer, key = mistake["loc"] or ("",)
        if mistake["type"] == "extra_forbidden":
            here = {str(loc[-1]): loc for loc in missing if list(loc[:-1]) == outer}
            if close := nearest(str(key), here):
                found.add(here[close])
    return found


def _follows_from_others(mistake: ErrorDetails, misspelt: set[Path]) -> bool:
    """Whether it is told already: a key that is there, misspelt; a list whose items are wrong."""
    match mistake["type"]:
        case "missing":
            return mistake["loc"] in misspelt
        case "too_short":
            value = mistake.get("input")
            return isinstance(value, list) and len(value) >= mistake["ctx"]["min_length"]
        case _:
            return False


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
