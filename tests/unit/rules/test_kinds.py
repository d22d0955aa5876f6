"""What the catalogue says of a rule is what the rule does."""

from __future__ import annotations

import ast
import inspect

import pytest

from heimvakt.rules import KINDS
from heimvakt.rules.custom import wording as custom_wording


def _asked_for(module: ast.Module, own: str) -> set[str]:
    """The kinds of the alarms for which a rule asks, as they stand in its text; a module of several
    kinds of rules reads there what is `own` to each."""
    nodes = tuple(ast.walk(module))
    if any(isinstance(n, ast.ImportFrom) and n.module == "trouble_kind" for n in nodes):
        return {own}  # all that is done there is the same, and asks for what is bound to it
    calls = (node for node in nodes if isinstance(node, ast.Call))
    asked = (call for call in calls if getattr(call.func, "id", "") == "RaiseAlarm")
    kinds = (word.value for call in asked for word in call.keywords if word.arg == "kind")
    return {str(kind.value) if isinstance(kind, ast.Constant) else own for kind in kinds}


@pytest.mark.parametrize("name", KINDS)
def test_it_raises_alarms_of_the_kinds_that_routes_may_name(name: str) -> None:
    # What a home makes up has its settings, its steps and its words in modules of their own.
    module = custom_wording if name == "custom" else inspect.getmodule(KINDS[name].settings)
    assert module is not None
    assert _asked_for(ast.parse(inspect.getsource(module)), name) == KINDS[name].raises
