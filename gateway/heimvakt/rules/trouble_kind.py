"""Kinds of rules about what is wrong with the devices of a role: settings, wiring, binding."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from heimvakt.core.alarms import Priority
from heimvakt.core.devices import Role
from heimvakt.core.rule import Rule

from .kind import Context, RuleKind, RuleSettings
from .trouble import Bound, Sort, State, speaks, step


class Settings(RuleSettings):
    """Of what is told at once."""

    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.MEDIUM


class LastingSettings(Settings):
    """Of what is told when it has lasted."""

    told_after: timedelta


def kind(name: str, role: Role, settings: type[Settings], *sorts: Sort) -> RuleKind[Any]:
    """An entry of the catalogue, armed in every home."""
    return RuleKind(
        kind=name,
        settings=settings,
        bind=partial(_bind, name, role, sorts),
        wiring=lambda _: (),
        listens=frozenset({role}),
        raises=frozenset({name}),
        priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
        implicit=True,
    )


def _bind(
    name: str,
    role: Role,
    sorts: Iterable[Sort],
    rule_id: str,
    settings: Settings,
    context: Context,
) -> Rule[State]:
    devices = {i: context.devices[i] for i in context.of_role(role)}
    bound = Bound(
        kind=name,
        devices=devices,
        sorts={sort.name: sort for sort in sorts},
        told_after=(settings.told_after if isinstance(settings, LastingSettings) else timedelta()),
        priority=settings.priority,
    )
    return Rule(
        rule_id=rule_id,
        kind=name,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset(devices),
        told_of=frozenset(devices),
        told_of_check_ins=any(sort.ends is speaks for sort in sorts),
    )
