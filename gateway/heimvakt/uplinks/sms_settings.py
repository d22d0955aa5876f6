"""`[receivers.NAME]` with `kind = "sms"`: which telephone, and how often it may be written to."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from heimvakt.core.receiver import ReceiverSettings

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""ITU-T E.164. No subscriber has fewer than 7 digits with the country's code."""


def _international(number: object) -> object:
    """A number without quotation marks has lost its +, so that is said here and not as a type."""
    if type(number) is int:
        number = str(number)
    elif isinstance(number, str) and _E164.fullmatch(number):
        return number
    if isinstance(number, str):
        raise PydanticCustomError(
            "no_number", "this is no international number", {"hint": _hint(number)}
        )
    return number  # of another type


def _hint(number: str) -> str:
    bare = re.sub(r"[\s()./-]", "", number)
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    elif re.fullmatch(r"[2-9]\d{7}", bare):
        bare = "+47" + bare  # eight digits are a Norwegian number
    elif re.fullmatch(r"47[2-9]\d{7}", bare):
        bare = "+" + bare
    if _E164.fullmatch(bare):
        return f'write it as "{bare}"'
    return 'write + and the country\'s code, and digits only, such as "+4790000000"'


class SmsReceiverSettings(ReceiverSettings):
    """A person who is told by SMS, and answers OK."""

    needs_modem: ClassVar[bool] = True

    kind: Literal["sms"] = Field(description="How this receiver is reached.")
    number: Annotated[str, BeforeValidator(_international)] = Field(
        description="The telephone, with + and the country's code.",
        examples=["+4790000000"],
        json_schema_extra={"pattern": f"^{_E164.pattern}$"},
    )
    language: Literal["nb", "en"] | None = Field(
        default=None,
        description="What this person reads: nb or en. Without it, the language of the home.",
    )
    at_most: int = Field(
        default=6,
        ge=1,
        le=30,
        strict=True,
        description="How many SMS an hour. Half of them are kept for high alarms; a high alarm "
        "beyond them waits.",
    )

    @property
    def telephone(self) -> str:
        """The number."""
        return self.number
