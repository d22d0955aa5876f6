"""Secrets as drivers ask for them: by the reference that the configuration writes."""

from __future__ import annotations

from heimvakt.core.ports import DriverError
from heimvakt.uplinks.secrets import SecretError, secret_text


def driver_secret(reference: str) -> str:
    """See `core.ports.DriverContext.secret`."""
    try:
        return secret_text(reference)
    except SecretError as error:
        raise DriverError(str(error), hint=error.hint) from error
