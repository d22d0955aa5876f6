"""A new private key in a file of its own, for orders and for bundles."""

from __future__ import annotations

from pathlib import Path

from heimvakt.tokens.keys import SigningKey, write_key

from .exits import Exit, fail


def new_key(name: str, file: Path) -> SigningKey:
    """Make it and write it down; ends the command where that cannot be done."""
    made = SigningKey.new(name)
    try:
        write_key(made, file)
    except FileExistsError:
        fail(Exit.FOUND, f"{file} is there already", "a key is never written over")
    except OSError as error:
        fail(Exit.FOUND, f"{file}: {error.strerror}")
    return made
