"""From where a gateway fetches a bundle: HTTPS, or this very box. Pure.

Written down as a pattern, and not taken apart by a library: what two of them read differently leads
somewhere else than it was allowed to.
"""

from __future__ import annotations

import re

URL_MAX = 1000
_PORT = r"(?::[0-9]{1,5})?"
_REST = r"(?:/[!$-;=?-\[\]_a-z~]*)?"
"""What an address is written with, without `#`."""
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
_HERE = r"(?:127\.0\.0\.1|\[::1\]|localhost)"
_HTTPS = re.compile(f"https://{_HOST}{_PORT}{_REST}")
_LOOPBACK = re.compile(f"http://{_HERE}{_PORT}{_REST}")


def is_fetchable(url: str, *, after: str = "") -> bool:
    """Whether a bundle may be fetched there; `after` is the address that has led there, if one has.

    Nobody else on the way may see which bundle a home fetches, nor send a gateway to what listens
    on its own loopback.
    """
    if len(url) > URL_MAX:
        return False
    if _HTTPS.fullmatch(url):
        return True
    return _LOOPBACK.fullmatch(url) is not None and (not after or is_loopback(after))


def is_loopback(url: str) -> bool:
    """Whether it is in clear, on this box."""
    return _LOOPBACK.fullmatch(url) is not None


def without_query(url: str) -> str:
    """As it may stand in a log: a query often carries a permission to fetch."""
    return url.partition("?")[0]
