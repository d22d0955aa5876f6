"""`dataclasses.replace`, three times as fast, for frozen values that change with every event.

It copies the slots and calls no `__init__`: only for classes that check nothing and work nothing
out when they are made. To a type checker it is the function of the standard library.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dataclasses import replace
else:
    ValueT = TypeVar("ValueT")

    def replace(value: ValueT, /, **changes: Any) -> ValueT:
        """The same value with other fields."""
        of = type(value)
        made = object.__new__(of)
        for name, take, put in _SLOTS.get(of) or _slots(of):
            put(made, changes[name] if name in changes else take(value))
        return made


__all__ = ["replace"]

_Slot = tuple[str, Callable[[object], object], Callable[[object, object], None]]
_SLOTS: dict[type[Any], tuple[_Slot, ...]] = {}


def _slots(of: type[Any]) -> tuple[_Slot, ...]:
    if hasattr(of, "__post_init__") or not hasattr(of, "__slots__"):
        raise TypeError(f"{of.__name__} is not only its slots")
    descriptors = [(field.name, getattr(of, field.name)) for field in fields(of)]
    _SLOTS[of] = tuple((name, slot.__get__, slot.__set__) for name, slot in descriptors)
    return _SLOTS[of]
