"""What an order may say and who may say it, and what is remembered and answered of one.

Pure values. Whose signature it is has been found out before; whether an order is obeyed is decided
in `obeying`, and journalled with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .events import ChangeOf, CommandResult, Mode


class KeyRole(StrEnum):
    """Whose key it is."""

    OPERATOR = "operator"
    """Of the response centre."""
    TECHNICIAN = "technician"
    FLEET = "fleet"
    """Whoever keeps all the gateways of a municipality."""


class OrderVerb(StrEnum):
    """What can be ordered."""

    UNLOCK = "unlock"
    LOCK = "lock"
    SIREN = "siren"
    SILENCE = "silence"
    LIGHT = "light"
    IDENTIFY = "identify"
    RELEASE_DOSE = "release-dose"
    SET_MODE = "set-mode"
    ACKNOWLEDGE = "acknowledge"
    CLOSE = "close"
    OUTSTANDING = "outstanding"
    SEND_TEST = "send-test"
    SELF_TEST = "self-test"
    CONFIGURE = "configure"
    """A signed file of the home is to be fetched."""
    UPDATE = "update"
    """A signed program is."""
    DIAGNOSTICS = "diagnostics"


SET_MODE_SERVICE = "set-mode service"
"""A right of its own, since alarms are tests while it lasts; `set-mode` is for all other modes."""
RIGHTS = frozenset({*OrderVerb, SET_MODE_SERVICE})

_V = OrderVerb
MAY: Mapping[str, frozenset[str]] = {
    KeyRole.OPERATOR: frozenset(
        {_V.UNLOCK, _V.LOCK, _V.SIREN, _V.SILENCE, _V.LIGHT, _V.RELEASE_DOSE}
        | {_V.SET_MODE, _V.ACKNOWLEDGE, _V.CLOSE, _V.OUTSTANDING}
    ),
    KeyRole.TECHNICIAN: frozenset(
        {_V.LOCK, _V.SILENCE, _V.IDENTIFY, _V.SELF_TEST, _V.SEND_TEST, _V.OUTSTANDING}
        | {SET_MODE_SERVICE}
    ),
    KeyRole.FLEET: frozenset({_V.CONFIGURE, _V.UPDATE, _V.DIAGNOSTICS, _V.OUTSTANDING}),
}
"""Who may order what, where a home says nothing narrower."""

DOES: Mapping[str, str] = {
    _V.UNLOCK: "lock",
    _V.LOCK: "lock",
    _V.SIREN: "siren",
    _V.SILENCE: "siren",
    _V.LIGHT: "light",
    _V.RELEASE_DOSE: "dispenser",
    _V.IDENTIFY: "",
}
"""What a device does, and the role that it must have; empty: any."""
BRINGS: Mapping[str, ChangeOf] = {
    _V.CONFIGURE: ChangeOf.CONFIGURATION,
    _V.UPDATE: ChangeOf.PROGRAM,
}
"""What is fetched, and must be in the bundle."""
NOT_YET = frozenset({_V.DIAGNOSTICS})

LIFE_MAX = timedelta(hours=24)
SHORT_LIFE_MAX = timedelta(minutes=10)
SHORT_LIVED = frozenset({_V.UNLOCK, _V.LOCK, _V.RELEASE_DOSE})
"""What opens, closes or hands out is meant now or not at all (promise 23)."""
LEEWAY = timedelta(seconds=60)
"""An order may come from so far in the future: clocks differ. Older it may not be for that."""
RESULT_AFTER = timedelta(seconds=14)
"""Promise 23: the result is told within 15 s, and one of them is for the way."""
SELF_TEST_AFTER = timedelta(minutes=15)
"""A self-test is done in a minute; where each path and each device has to be waited for, in ten."""
FETCH_WITHIN = timedelta(hours=2)
"""100 MB on a line of 20 KB/s take 83 minutes; slower than that nobody waits for it."""
FETCHED_AFTER = FETCH_WITHIN + timedelta(minutes=15)
"""Then nothing more will be heard of it."""
DONE_LATER: Mapping[str, timedelta] = {
    _V.SELF_TEST: SELF_TEST_AFTER,
    **dict.fromkeys(BRINGS, FETCHED_AFTER),
}
"""What is done by whoever is told of the answer, who says himself how that went; and by when."""
COMMAND_WITHIN = timedelta(seconds=13)
"""After it a device is asked no more, so that its own answer is the result."""
UNLOCK_WITHIN = timedelta(hours=12)
"""So long an alarm is a reason to open a door, since it was raised or somebody last did something
about it, where a home says nothing else. A helper is there within hours; what nobody closed after
that was forgotten, and a door must not be open to it for ever."""
KEPT_MAX = 300
"""Orders of one role that are remembered at once, and as many of its short-lived ones. A busy day
has some tens; one role that uses up its own leaves those of the others."""


class Refusal(StrEnum):
    """Why an order is not obeyed."""

    MALFORMED = "malformed"
    WRONG_ALGORITHM = "wrong-algorithm"
    UNKNOWN_KEY = "unknown-key"
    BAD_SIGNATURE = "bad-signature"
    OTHER_GATEWAY = "other-gateway"
    TOO_LONG = "too-long"
    USED_BEFORE = "used-before"
    TOO_MANY = "too-many"
    CLOCK_UNKNOWN = "clock-unknown"
    TOO_EARLY = "too-early"
    EXPIRED = "expired"
    NOT_ALLOWED = "not-allowed"
    NO_SUCH_DEVICE = "no-such-device"
    WRONG_DEVICE = "wrong-device"
    WRONG_ARGUMENT = "wrong-argument"
    NO_REASON = "no-reason"
    NO_SUCH_ALARM = "no-such-alarm"
    NOT_URGENT = "not-urgent"
    LONG_AGO = "long-ago"
    NO_VISIT = "no-visit"
    ORDERED_VISIT = "ordered-visit"
    NOT_HERE = "not-here"
    NO_UPDATES = "no-updates"
    TOO_LARGE = "too-large"
    BUSY = "busy"


_R = Refusal
SENTENCES: Mapping[Refusal, str] = {
    _R.MALFORMED: "it cannot be read",
    _R.WRONG_ALGORITHM: "it is not signed with EdDSA",
    _R.UNKNOWN_KEY: "this gateway does not know the key",
    _R.BAD_SIGNATURE: "the signature is not that of the key",
    _R.OTHER_GATEWAY: "it is for another gateway",
    _R.TOO_LONG: "it would be valid for too long",
    _R.USED_BEFORE: "an order of this number was taken before",
    _R.TOO_MANY: "there were too many orders of this role today",
    _R.CLOCK_UNKNOWN: "the clock of the gateway is not set",
    _R.TOO_EARLY: "it is from the future: one of the clocks is wrong",
    _R.EXPIRED: "it has expired",
    _R.NOT_ALLOWED: "the key may not give this order here",
    _R.NO_SUCH_DEVICE: "there is no such device in this home",
    _R.WRONG_DEVICE: "this device cannot do that",
    _R.WRONG_ARGUMENT: "what the order asks for cannot be done",
    _R.NO_REASON: "a door is opened for an alarm or a visit, and the order names neither",
    _R.NO_SUCH_ALARM: "there is no such open alarm on this gateway",
    _R.NOT_URGENT: "this alarm is no reason to open a door",
    _R.LONG_AGO: "nothing has happened with this alarm for too long to open a door for it",
    _R.NO_VISIT: "there is no visit now",
    _R.ORDERED_VISIT: "only an order began this visit: somebody has to show a key in the home",
    _R.NOT_HERE: "this version of the gateway cannot do that yet",
    _R.NO_UPDATES: "this home has no key for signed changes",
    _R.TOO_LARGE: "it is larger than this home fetches",
    _R.BUSY: "another one is being fetched",
}
FORGED = frozenset({_R.WRONG_ALGORITHM, _R.UNKNOWN_KEY, _R.BAD_SIGNATURE, _R.OTHER_GATEWAY})
"""Who gives such orders may be trying what he can do."""
REPEATS_MAX = 2
"""A centre that did not hear the answer sends an order again; more often is no mishap."""


@dataclass(frozen=True, slots=True)
class OrderKey:
    """A key that orders are signed with; only its public half is ever here."""

    role: KeyRole
    public: bytes
    """Of Ed25519: 32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderKeys:
    """Who may give which orders, as the configuration says."""

    may: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By the role of the key: verbs."""
    unlock_within: timedelta = UNLOCK_WITHIN
    bundle_bytes_max: int = 0
    """Of a signed change; 0: the home takes none."""


NO_KEYS = OrderKeys()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedOrder:
    """An order that was taken or refused, for as long as it could be given again."""

    expires_at: datetime
    result: CommandResult | None = None
    """None while it is being carried out."""
    reason: str = ""
    receiver: str = ""
    role: str = ""
    verb: str = ""
    device_id: str | None = None
    repeats: int = 0
    """How often it came again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAnswer:
    """What is told to who gave an order."""

    order_id: str
    """Empty: it could not be read."""
    receiver: str
    result: str
    """`accepted`, or how it ended: a `CommandResult`."""
    reason: str = ""
    code: str = ""
    """Why it is refused, for programs: a `Refusal`."""
    first: str = ""
    """Of an order that came again: what became of it when it came first."""
    verb: str = ""
    device_id: str | None = None
    alarm_id: str | None = None


def rights_of(event_verb: str, argument: str, now: Mode) -> frozenset[str]:
    """Any one of these is enough to give the order. Who may begin service may end it as well."""
    if event_verb != OrderVerb.SET_MODE:
        return frozenset({event_verb})
    if argument == Mode.SERVICE:
        return frozenset({SET_MODE_SERVICE})
    ends_service = now is Mode.SERVICE and argument == Mode.HOME
    return frozenset({OrderVerb.SET_MODE, SET_MODE_SERVICE} if ends_service else {event_verb})


def kept_of(orders: Iterable[UsedOrder], role: str, verb: str) -> int:
    """How many are remembered of one role that live as long as this verb: a system that asks too
    often what is outstanding must not keep its operator from opening a door."""
    short = verb in SHORT_LIVED
    return sum(order.role == role and (order.verb in SHORT_LIVED) is short for order in orders)
