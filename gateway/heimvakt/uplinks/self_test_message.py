"""What a self-test has found, as it is told to receivers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from heimvakt.core.checks import Outcome, Result
from heimvakt.core.self_test import SelfTest

from .envelope import Envelope, Part, attributes


class CheckData(Part, defer_build=True):
    """One check."""

    check_id: str = Field(
        description="`device/hall-motion/link`: what kind of thing, which one, what of it. Stays "
        "the same from one self-test to the next."
    )
    outcome: Outcome = Field(
        description="`pass`; `warn`: works, and not for long or not well; `fail`; `skipped`: "
        "nobody knows, and `text` says why."
    )
    text: str = Field(description="What was found, in the language of the home.")
    measured: float | None = Field(default=None, description="The figure, in `unit`.")
    unit: str | None = Field(default=None, description="Of `measured` and of the limits.")
    warn: float | None = Field(default=None, description="Beyond this it is a warning.")
    fail: float | None = Field(default=None, description="Beyond this it has failed.")
    advice: str | None = Field(default=None, description="What somebody in the home can do.")


class SelfTestData(Part, defer_build=True):
    """A self-test."""

    began_at: datetime = Field(description="By the clock of the gateway, UTC.")
    took_s: float = Field(description="Seconds.")
    version: str = Field(description="Version of the software.")
    by: str = Field(description="Who asked for it: `command`, or who ordered it.")
    sent_at: datetime = Field(description="When this left the gateway, UTC.")
    passed: int = Field(description="How many checks passed.")
    warned: int = Field(description="How many are warnings.")
    failed: int = Field(description="How many have failed.")
    skipped: int = Field(description="How many could not be done.")
    omitted: int = Field(
        default=0, description="So many that passed or were skipped had no room in this message."
    )
    checks: tuple[CheckData, ...] = Field(description="In the order in which they were done.")


class SelfTestMessage(Envelope, defer_build=True):
    """Topic `heimvakt/v1/{gateway_id}/self-test`, QoS 1."""

    type: Literal["heimvakt.self-test.v1"] = Field(description="What this message is.")
    data: SelfTestData = Field(description="What was found.")


def self_test_message(
    test: SelfTest, sent_at: datetime, *, only_named: bool = False
) -> SelfTestMessage:
    """The message; `only_named`: without what is well, for a broker that takes no more."""
    told = [one for one in test.results if one.outcome.is_named or not only_named]
    return SelfTestMessage(
        **attributes(test.gateway_id, f"self-test-{test.began_at.isoformat()}", at=test.began_at),
        type="heimvakt.self-test.v1",
        data=SelfTestData(
            began_at=test.began_at,
            took_s=round(test.took_s, 1),
            version=test.version,
            by=test.by,
            sent_at=sent_at,
            passed=len(test.of(Outcome.PASS)),
            warned=len(test.of(Outcome.WARN)),
            failed=len(test.of(Outcome.FAIL)),
            skipped=len(test.of(Outcome.SKIPPED)),
            omitted=len(test.results) - len(told),
            checks=tuple(_check(one, test.language) for one in told),
        ),
    )


def _check(result: Result, language: str) -> CheckData:
    limit = result.limit
    return CheckData(
        check_id=result.check_id,
        outcome=result.outcome,
        text=result.text.in_language(language),
        measured=result.measured,
        unit=result.unit or None,
        warn=limit.warn if limit else None,
        fail=limit.fail if limit else None,
        advice=result.advice.in_language(language) if result.advice else None,
    )
