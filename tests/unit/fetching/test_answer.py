"""What an answer of a server means for a file of which some is here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.fetching.answer import Afresh, Again, AskThere, Meaning, Refused, Take, Wrong, meaning

HERE, FAR = "http://127.0.0.1:8000/a/x", "https://centre.example/a/x"


def of(status: int, have: int = 0, url: str = FAR, **headers: str) -> Meaning:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return meaning(url, status, named, have=have, size=100)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (of(200), Take(0)),
        (of(200, Content_Length="100"), Take(0)),
        (of(200, 40), Take(0)),
        (of(206, 40, Content_Range="bytes 40-99/100"), Take(40)),
        (of(206, 40, Content_Range="bytes 40-99/*"), Take(40)),
    ],
)
def test_a_body_belongs_where_it_was_asked_for_or_at_the_beginning(
    said: Meaning, means: Meaning
) -> None:
    assert said == means


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (of(200, Content_Length="99"), Wrong),
        (of(200, Content_Length="101"), Wrong),
        (of(206, 40, Content_Range="bytes 40-98/99"), Wrong),
        (of(206, 40, Content_Range="bytes 41-99/100"), Afresh),
        (of(206, 40, Content_Range="bytes */100"), Afresh),
        (of(206, 40), Afresh),
        (of(416, 40), Afresh),
        (of(200, Content_Encoding="gzip"), Refused),
        (of(404), Refused),
        (of(401), Refused),
        (of(204), Refused),
        (of(429), Again),
        (of(500), Again),
        (of(503), Again),
    ],
)
def test_what_is_not_the_file(said: Meaning, means: type[Meaning]) -> None:
    assert isinstance(said, means)


@pytest.mark.parametrize(
    ("url", "there", "leads"),
    [
        (FAR, "/b?c=d", "https://centre.example/b?c=d"),
        (FAR, "https://mirror.example/x", "https://mirror.example/x"),
        (HERE, "y", "http://127.0.0.1:8000/a/y"),
        (HERE, "https://mirror.example/x", "https://mirror.example/x"),
        (FAR, "http://centre.example/x", None),
        (FAR, "http://127.0.0.1:8380/", None),
        (FAR, "https://user:pw@mirror.example/x", None),
        (HERE, "http://10.0.0.1/x", None),
        (FAR, "ftp://mirror.example/x", None),
    ],
)
def test_a_server_leads_on_to_where_an_order_could_and_no_further(
    url: str, there: str, leads: str | None
) -> None:
    said = of(302, url=url, Location=there)
    assert said == AskThere(leads) if leads else isinstance(said, Refused)


@given(
    st.sampled_from([200, 206]),
    st.integers(0, 100),
    st.dictionaries(
        st.sampled_from(["Content-Range", "Content-Length"]),
        st.text(max_size=12) | st.from_regex(r"bytes \d{1,3}-\d{1,3}/(\d{1,3}|\*)", fullmatch=True),
    ),
)
def test_whatever_a_server_says_a_body_is_never_put_anywhere_else(
    status: int, have: int, headers: dict[str, str]
) -> None:
    found = meaning(FAR, status, headers, have=have, size=100)
    if isinstance(found, Take):
        assert found.at == (have if status == 206 else 0)
