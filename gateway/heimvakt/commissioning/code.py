"""A QR code as squares, dark or not."""

from __future__ import annotations

from collections.abc import Sequence


def squares(text: str) -> Sequence[Sequence[bool]]:
    """Row by row, without the white around; a quarter of it may be dirty or torn (level Q)."""
    import segno  # whoever hands over no home need not have it in memory

    code = segno.make_qr(text, error="q")
    return [[bool(square) for square in row] for row in code.matrix]
