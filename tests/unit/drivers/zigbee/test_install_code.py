"""Install codes as people type and scan them. The code and its key: the specification's example."""

from __future__ import annotations

import pytest

from heimvakt.core.tending import TendingFailed
from heimvakt_drivers.zigbee.tending.install_code import parse

CODE = "83FED3407A939723A5C639B26916D505C3B5"
KEY = bytes.fromhex("66B6900981E1EE3CA4206B6B861C02BB")
ADDRESS = "00:12:4b:00:2a:11:02:9f"


@pytest.mark.parametrize(
    "typed",
    [CODE, CODE.lower(), " ".join(CODE[i : i + 4] for i in range(0, 36, 4)), "-".join(CODE)],
)
def test_a_code_is_turned_into_its_key_however_it_is_spaced(typed: str) -> None:
    code = parse(typed)
    assert (code.key.serialize(), code.address) == (KEY, None)


def test_the_text_of_a_qr_code_says_whose_it_is() -> None:
    code = parse(f"Z:{ADDRESS.replace(':', '')}$I:{CODE}")
    assert (code.key.serialize(), code.address) == (KEY, ADDRESS)


@pytest.mark.parametrize("place", range(36))
def test_any_mistyped_digit_is_found(place: int) -> None:
    wrong = "0" if CODE[place] != "0" else "1"
    with pytest.raises(TendingFailed, match="at least one digit is mistyped"):
        parse(CODE[:place] + wrong + CODE[place + 1 :])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (CODE[:-2], "this one has 34"),
        ("", "no install code that is known"),
        ("XYZ", "no install code that is known"),
        (f"Z:{ADDRESS}", "no install code that is known"),
    ],
)
def test_what_cannot_be_a_code_is_said(typed: str, said: str) -> None:
    with pytest.raises(TendingFailed, match=said) as failed:
        parse(typed)
    assert failed.value.hint
