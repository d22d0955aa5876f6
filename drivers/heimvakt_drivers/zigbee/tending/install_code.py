"""The install code on a device's label: checked, and turned into the key that lets it in.

Digits with a check sum at the end, or the text of the maker's QR code, which has the address too.
Facts: Base Device Behavior Specification 3.0.1, chapter 10.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heimvakt.core.tending import TendingFailed

if TYPE_CHECKING:
    import zigpy.types as t

DIGITS = (16, 20, 28, 36)
"""6, 8, 12 or 16 octets in hexadecimal digits, and the check sum of two."""

QR_HINT = "read it again from the label; of a QR code give the whole text, in quotes"


@dataclass(frozen=True, slots=True)
class InstallCode:
    """A code that is right in itself."""

    key: t.KeyData
    address: str | None
    """Of the device, where the code says it."""


def parse(text: str) -> InstallCode:
    """The code as somebody typed or scanned it.

    Raises:
        TendingFailed: it cannot be right; the text says why.
    """
    import zigpy.util  # not before a code is used

    digits = re.sub(r"[\s:-]", "", text)
    if not re.fullmatch(r"[0-9A-Fa-f]+", digits):
        try:
            ieee, key = zigpy.util.parse_install_code_qr(text.strip())
        except ValueError:
            raise TendingFailed("this is no install code that is known", hint=QR_HINT) from None
        return InstallCode(key, str(ieee))
    if len(digits) not in DIGITS:
        raise TendingFailed(
            f"an install code has 36 digits, seldom 16, 20 or 28; this one has {len(digits)}",
            hint="0 to 9 and A to F; spaces, colons and dashes do not count",
        )
    try:
        key = zigpy.util.convert_install_code(bytes.fromhex(digits))
    except ValueError:
        raise TendingFailed(
            "the check sum of the install code is wrong: at least one digit is mistyped",
            hint="read it again from the label: B and 8, D and 0 look alike",
        ) from None
    return InstallCode(key, None)
