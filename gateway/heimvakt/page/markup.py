"""HTML made of values: whatever is no `Html` already is escaped here, and nowhere else."""

from __future__ import annotations

from html import escape


class Html(str):
    """A piece of a page that needs no more care."""

    __slots__ = ()


VOID = frozenset({"input", "link", "meta", "br"})


def tag(
    name: str, /, *inside: str | Html | list[Html] | None, **attributes: str | bool | float | None
) -> Html:
    """`<name a="b">inside</name>`. Of attributes `class_` is `class`, `data_x` is `data-x`, True
    one without a value, False and None none at all."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(*inside)}</{name}>")


def joined(*inside: str | Html | list[Html] | None) -> Html:
    """One behind the other."""
    return Html("".join(_text(each) for each in inside))


def _text(inside: str | Html | list[Html] | None) -> str:
    match inside:
        case None:
            return ""
        case Html():
            return inside
        case str():
            return escape(inside)
        case list():
            return "".join(inside)


def _attribute(key: str, value: str | bool | float | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
