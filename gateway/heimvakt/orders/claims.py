"""What an order says. Pure; exact, because a word that is overlooked may be the one that matters:
what is not known here is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from heimvakt.core.alarms import Priority
from heimvakt.core.bundle_url import URL_MAX, is_fetchable
from heimvakt.core.events import Bundle, Feedback, Mode
from heimvakt.core.orders import OrderVerb
from heimvakt.tokens.reading import first_mistake

YEAR_2100_S = 4_102_444_800
LASTING_S_MAX = 86_400
SIZE_MAX = 2_000_000_000

_V = OrderVerb
_SAYS: Mapping[OrderVerb, tuple[frozenset[str], frozenset[str]]] = {
    _V.UNLOCK: (frozenset({"device"}), frozenset({"alarm", "visit", "lasting"})),
    _V.LOCK: (frozenset({"device"}), frozenset()),
    _V.SIREN: (frozenset({"device"}), frozenset({"lasting"})),
    _V.SILENCE: (frozenset({"device"}), frozenset()),
    _V.LIGHT: (frozenset({"device", "on"}), frozenset({"lasting"})),
    _V.IDENTIFY: (frozenset({"device"}), frozenset()),
    _V.RELEASE_DOSE: (frozenset({"device", "dose"}), frozenset({"travel"})),
    _V.SET_MODE: (frozenset({"mode"}), frozenset({"lasting"})),
    _V.ACKNOWLEDGE: (frozenset({"alarm"}), frozenset()),
    _V.CLOSE: (frozenset({"alarm"}), frozenset({"outcome"})),
    _V.OUTSTANDING: (frozenset(), frozenset()),
    _V.SEND_TEST: (frozenset(), frozenset({"priority"})),
    _V.SELF_TEST: (frozenset(), frozenset()),
    _V.CONFIGURE: (frozenset({"url", "sha256", "size"}), frozenset()),
    _V.UPDATE: (frozenset({"url", "sha256", "size"}), frozenset()),
    _V.DIAGNOSTICS: (frozenset(), frozenset()),
}
"""What belongs to each verb: what it needs, and what it may have."""
OF_A_VERB = frozenset().union(*(needs | may for needs, may in _SAYS.values()))


def _of_a_dose(moment: datetime) -> datetime:
    if not 0 < moment.timestamp() < YEAR_2100_S:
        raise ValueError("no dose is planned for that moment")
    return moment.astimezone(UTC)


def _fetchable(url: str) -> str:
    if not is_fetchable(url):
        raise ValueError("a bundle is fetched over https, or http from this box itself")
    return url


Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~](?:[ -~]*[!-~])?$")]
Moment = Annotated[int, Field(gt=0, lt=YEAR_2100_S)]


class Claims(BaseModel):
    """The payload of an order."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    aud: str = Field(max_length=64, description="The id of the gateway that it is for.")
    iat: Moment = Field(description="When it was given: seconds since 1970, UTC.")
    exp: Moment = Field(
        description="Until when it is good: 10 minutes later at most for `unlock`, `lock` and "
        "`release-dose`, 24 hours for the rest."
    )
    jti: str = Field(
        pattern=r"^[A-Za-z0-9._-]{8,64}$",
        description="Its own number, never used again: a UUID.",
    )
    sub: Name = Field(description="Who gives it: a pseudonymous id, never a name.")
    verb: OrderVerb = Field(description="What is to be done.")
    device: Name | None = Field(default=None, description="By which device.")
    alarm: Name | None = Field(
        default=None, description="`unlock`: for which open alarm. `acknowledge`, `close`: which."
    )
    visit: Literal[True] | None = Field(
        default=None, description="`unlock`: for the visit that is on, instead of an alarm."
    )
    on: bool | None = Field(default=None, description="`light`: on or off.")
    mode: Mode | None = Field(default=None, description="`set-mode`: to what.")
    dose: Annotated[AwareDatetime, AfterValidator(_of_a_dose)] | None = Field(
        default=None, description="`release-dose`: the moment that the dose is planned for."
    )
    travel: Literal[True] | None = Field(
        default=None, description="`release-dose`: to be taken away from home."
    )
    priority: Priority | None = Field(
        default=None, description="`send-test`: of the test alarm; without it `information`."
    )
    outcome: Feedback | None = Field(
        default=None, description="`close`: what the alarm turned out to be."
    )
    url: Annotated[str, Field(max_length=URL_MAX), AfterValidator(_fetchable)] | None = Field(
        default=None,
        description="`configure`, `update`: where the bundle is to be fetched, over https.",
    )
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None, description="`configure`, `update`: of the whole bundle, in hex."
    )
    size: Annotated[int, Field(ge=1, le=SIZE_MAX)] | None = Field(
        default=None, description="`configure`, `update`: of the bundle, in bytes."
    )
    lasting: Annotated[int, Field(ge=1, le=LASTING_S_MAX)] | None = Field(
        default=None, description="`unlock`, `siren`, `light`, `set-mode`: for how many seconds."
    )

    @model_validator(mode="after")
    def _fits_the_verb(self) -> Self:
        needs, may = _SAYS[self.verb]
        said = {name for name in OF_A_VERB if getattr(self, name) is not None}
        if lacking := sorted(needs - said):
            raise ValueError(f"{self.verb} needs {' and '.join(lacking)}")
        if strange := sorted(said - needs - may):
            raise ValueError(f"{self.verb} takes no {' and no '.join(strange)}")
        return self

    @property
    def argument(self) -> str:
        """What else belongs to the verb, as the event has it."""
        match self.verb:
            case OrderVerb.UNLOCK:
                return "visit" if self.visit else ""
            case OrderVerb.LIGHT:
                return "on" if self.on else "off"
            case OrderVerb.SET_MODE:
                return str(self.mode)
            case OrderVerb.SEND_TEST:
                return str(self.priority or "")
            case OrderVerb.CLOSE:
                return str(self.outcome or "")
            case OrderVerb.RELEASE_DOSE if self.dose is not None:
                return self.dose.isoformat() + (" travel" if self.travel else "")
            case _:
                return ""

    @property
    def bundle(self) -> Bundle | None:
        """What is to be fetched, if anything is."""
        if self.url is None or self.sha256 is None or self.size is None:
            return None
        return Bundle(url=self.url, sha256=self.sha256, size=self.size)

    @property
    def issued_at(self) -> datetime:
        """`iat`."""
        return datetime.fromtimestamp(self.iat, UTC)

    @property
    def expires_at(self) -> datetime:
        """`exp`."""
        return datetime.fromtimestamp(self.exp, UTC)


def read_claims(payload: bytes) -> Claims | str:
    """What it says, or what is wrong with it; never raises."""
    try:
        return Claims.model_validate_json(payload)
    except ValidationError as error:
        return first_mistake(error)
