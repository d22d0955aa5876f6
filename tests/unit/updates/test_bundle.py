"""A bundle is exactly a manifest and what was signed; what somebody has made of it is refused."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.updates.bundle import begin, copy_payload
from heimvakt.updates.making import sign
from heimvakt.updates.refusing import Refused
from tests.support.updates import FLEET, bundled, configuration_bundle

TEXT = b'version = 1\n[gateway]\nid = "no-1"\n'
GOOD = configuration_bundle(TEXT, 7)


def taken(content: bytes) -> bytes:
    """The payload, as the updater reads it; whoever signed it."""
    from heimvakt.updates.manifest import claimed

    found = begin(io.BytesIO(content))
    manifest = claimed(found.token)
    if manifest is None:
        raise Refused("no manifest")
    out = io.BytesIO()
    copy_payload(found, manifest, out)
    return out.getvalue()


def test_what_was_signed_comes_out() -> None:
    assert taken(GOOD) == TEXT
    with tarfile.open(fileobj=io.BytesIO(GOOD)) as tar:
        assert tar.getnames() == ["manifest.jws", "home.toml"]


def test_the_same_parts_give_the_same_octets() -> None:
    assert configuration_bundle(TEXT, 7) == GOOD


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_octet_can_be_changed_to_another_content(at: int, by: int) -> None:
    changed = bytearray(GOOD)
    changed[at] ^= by
    try:
        assert taken(bytes(changed)) == TEXT
    except Refused:
        return


@given(st.integers(0, len(GOOD) - 1))
def test_one_that_is_cut_off_is_refused_or_whole(at: int) -> None:
    try:
        assert taken(GOOD[:at]) == TEXT
    except Refused:
        return


@given(st.binary(max_size=2_000))
def test_no_file_does_harm(content: bytes) -> None:
    with pytest.raises(Refused):
        taken(content)


def archive(*members: tuple[str, bytes, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(content), "/etc/shadow"
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def test_only_a_manifest_and_its_payload_are_in_it() -> None:
    found = begin(io.BytesIO(GOOD))
    token, file = found.token.encode(), tarfile.REGTYPE
    good = (("manifest.jws", file, token), ("home.toml", file, TEXT))
    assert taken(archive(*good)) == TEXT
    for wrong in (
        good[::-1],
        (good[0],),
        (*good, ("more.txt", file, b"more")),
        (good[0], ("home.toml", tarfile.SYMTYPE, b"")),
        (good[0], ("../home.toml", file, TEXT)),
        (good[0], ("home.toml", file, TEXT + b"# more")),
        (good[0], ("home.toml", file, TEXT.replace(b"no-1", b"no-2"))),
        (("manifest.jws", file, b"x" * 20_000), good[1]),
        (("manifest.jws", file, b"\xff" * 10), good[1]),
    ):
        with pytest.raises(Refused):
            taken(archive(*wrong))


def test_a_manifest_of_another_payload_does_not_fit() -> None:
    from heimvakt.updates.manifest import claimed

    other = claimed(begin(io.BytesIO(configuration_bundle(TEXT + b"# more", 8))).token)
    assert other is not None
    assert sign(other, FLEET)
    with pytest.raises(Refused, match=r"were signed|not what was signed"):
        taken(bundled(other, TEXT))
