"""The self-tests, part by part, as `heimvakt selftest` does them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heimvakt.core.checks import Outcome, Result

OF_THE_MACHINE = ("box", "clock", "store")
"""What a virtual rig has none of its own of."""


def test_part(
    examined: list[Result],
    part: str,
    is_virtual: bool,
    record_property: Callable[[str, object], None],
) -> None:
    """Nothing of a part has failed; what is a warning is recorded, and printed with -rP."""
    found = [one for one in examined if one.check_id.startswith(f"{part}/")]
    if not found:
        pytest.skip("there is nothing to look at")
    for one in found:
        print(f"{one.outcome:<8} {one.check_id}: {one.text.en}")
        if one.outcome is Outcome.WARN:
            record_property("warning", f"{one.check_id}: {one.text.en}")
    failed = [one for one in found if one.outcome is Outcome.FAIL]
    said = "\n".join(f"{one.check_id}: {one.text.en}\n  {_advice(one)}" for one in failed)
    if said and is_virtual and part in OF_THE_MACHINE:
        pytest.skip(f"the machine of a virtual rig is not looked at: {said}")
    assert not failed, said
    skipped = [one for one in found if one.outcome is Outcome.SKIPPED]
    if len(skipped) == len(found):
        pytest.skip("; ".join(f"{one.check_id}: {one.text.en}" for one in skipped))


def _advice(result: Result) -> str:
    return result.advice.en if result.advice else ""
