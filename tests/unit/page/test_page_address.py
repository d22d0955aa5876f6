"""Where the page may listen: on this box, and nowhere that anybody else could reach."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.page_address import NotLocal, is_loopback, parse_page_address


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("127.0.0.1:8380", "127.0.0.1:8380"),
        ("127.1.2.3:8380", "127.1.2.3:8380"),
        ("[::1]:8380", "[::1]:8380"),
        ("localhost:8380", "127.0.0.1:8380"),
        ("unix:/run/heimvakt-page/page", "unix:/run/heimvakt-page/page"),
    ],
)
def test_what_is_on_this_box_is_taken(written: str, meant: str) -> None:
    assert str(parse_page_address(written)) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "8380",
        ":8380",
        "0.0.0.0:8380",
        "[::]:8380",
        "192.168.1.10:8380",
        "[fe80::1]:8380",
        "[::ffff:192.168.1.10]:8380",
        "gateway.local:8380",
        "localhost.evil.example:8380",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:80",
        "127.0.0.1:70000",
        "127.0.0.1:٣٤٥٦",
        "unix:",
        "unix:page",
        "unix:/" + "x" * 107,
    ],
)
def test_all_else_is_refused_with_what_to_write(written: str) -> None:
    with pytest.raises(NotLocal) as error:
        parse_page_address(written)
    assert error.value.hint


@given(st.ip_addresses())
def test_no_address_is_taken_that_another_machine_could_reach(address: object) -> None:
    text = str(address)
    host = f"[{text}]" if ":" in text else text
    try:
        parse_page_address(f"{host}:8380")
    except NotLocal:
        assert not ip_address(text).is_loopback
    else:
        assert ip_address(text).is_loopback
        assert is_loopback(text)
