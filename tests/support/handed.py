"""A hand-over to look at, without anybody having walked through a home."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from heimvakt.commissioning.record import DeviceRow, ReceiverRow, Record, Seen, Step
from heimvakt.core.checks import Outcome

AT = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
CONFIGURATION = "3f9a22c10b7e91d4" + 48 * "0"


def seen(
    step: Step, what: str, outcome: Outcome = Outcome.PASS, *, found: str = "found", **more: object
) -> Seen:
    one = Seen(
        step=step,
        what=what,
        label=what,
        outcome=outcome,
        at=AT + timedelta(minutes=3),
        found=found,
        of=CONFIGURATION,
    )
    return replace(one, **more)  # type: ignore[arg-type]


def device(
    device_id: str, role: str, room: str = "hall", address: str = "00:12:4b:00"
) -> DeviceRow:
    return DeviceRow(
        device_id=device_id,
        role=role,
        room=room,
        driver="zigbee",
        address=address,
        model="Heimvakt HV-1",
        lqi=180,
        battery_percent=88.0,
    )


WELL = (
    seen(Step.CHECK, "home.toml", found="0 errors, 0 warnings"),
    seen(Step.PAIR, "front-door"),
    seen(Step.WALK, "front-door", seconds=0.4),
    seen(Step.SELF_TEST, "store/flush"),
    seen(Step.SELF_TEST, "box/battery", Outcome.SKIPPED),
    seen(Step.TEST_ALARM, "path/broadband/centre/test", seconds=0.3),
    seen(Step.TEST_ALARM, "path/mobile/centre/test", seconds=1.25),
    seen(Step.BUTTON, "pendant", found="pressed, accepted by operator-1", seconds=0.2),
)


def record(*more: Seen, language: str = "en") -> Record:
    """A home that works, but for what is said."""
    named = {(one.step, one.what) for one in more}
    return Record(
        gateway_id="no-1505-004711",
        version="0.3.0",
        language=language,
        timezone="Europe/Oslo",
        configuration=CONFIGURATION,
        by="installer-12",
        began_at=AT,
        ended_at=AT + timedelta(minutes=21),
        journal_seq=4711,
        seen=(*(one for one in WELL if (one.step, one.what) not in named), *more),
        devices=(device("front-door", "door"), device("pendant", "button", room="")),
        receivers=(ReceiverRow(name="centre", kind="mqtt", connected=("broadband", "mobile")),),
    )
