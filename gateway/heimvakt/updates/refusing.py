"""Why a bundle is not taken, in words for whoever has to do something about it."""

from __future__ import annotations


class Refused(Exception):
    """Nothing was touched; the text says why.

    Attributes:
        hint: what to do, where it is not plain.
    """

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.hint = hint
