"""What it means that an SMS was not taken: TS 27.005, 3.2.5, and TS 24.011, annex E-2. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from heimvakt.core.modem import SmsError, SmsNotNow, SmsRefused

_NUMBER = "look at the number in the configuration"
_SUBSCRIPTION = "ask the operator whether the SIM may send SMS"

_FOR_GOOD: Mapping[int, tuple[str, str]] = {
    1: ("the number does not exist", _NUMBER),
    8: ("the operator bars this SIM from sending", _SUBSCRIPTION),
    10: ("calls from this SIM are barred", _SUBSCRIPTION),
    28: ("the network does not know the subscriber", _NUMBER),
    29: ("the network does not offer this to the SIM", _SUBSCRIPTION),
    30: ("the number is not known in the network", _NUMBER),
    50: ("the SIM has no subscription for SMS", _SUBSCRIPTION),
    69: ("the network cannot do this", _SUBSCRIPTION),
    303: ("the modem cannot do this", "use a modem that can send SMS"),
    304: ("the modem does not understand the message", "report this with the modem's model"),
}
"""The same message would be refused again."""
_FOR_NOW: Mapping[int, tuple[str, str]] = {
    38: ("the network is out of order", ""),
    41: ("the network has a fault for the moment", ""),
    42: ("the network is congested", ""),
    310: ("there is no SIM", "put a SIM into the modem"),
    311: ("the SIM wants its PIN", "see the PIN in the configuration"),
    316: ("the SIM wants its PUK", "unlock the SIM in a telephone"),
    322: ("the memory for messages is full", "erase messages on the SIM"),
    330: ("the SIM does not know its service centre", "ask the operator for another SIM"),
    331: ("there is no network", ""),
    332: ("the network did not answer in time", ""),
}
"""Known by name; whatever is neither here nor above is taken to pass, too."""


def refusal(code: int | None, what: str) -> SmsError:
    """The error for `+CMS ERROR: code`; `what` is what the modem said, for those without code."""
    if code is not None and code in _FOR_GOOD:
        reason, hint = _FOR_GOOD[code]
        return SmsRefused(f"{reason} (CMS {code})", hint=hint)
    if code is not None and code in _FOR_NOW:
        reason, hint = _FOR_NOW[code]
        return SmsNotNow(f"{reason} (CMS {code})", hint=hint)
    return SmsNotNow(f"the SMS was not taken: {what}")
