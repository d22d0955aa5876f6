"""Whatever the path and the bytes: a document, or a finding that says what to do."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.config.findings import Finding
from heimvakt.config.source import SIZE_MAX, Document, parse, read
from tests.unit.config.documents import mutated
from tests.unit.config.homes import GOOD


def the_finding(path: Path) -> Finding:
    source = read(path)
    assert source.document is None
    (finding,) = source.findings
    assert finding.hints
    return finding


def written(tmp_path: Path, content: bytes) -> Path:
    file = tmp_path / "home.toml"
    file.write_bytes(content)
    return file


def test_the_digest_tells_two_files_apart(tmp_path: Path) -> None:
    first = read(written(tmp_path, b"a = 1\n"))
    second = read(written(tmp_path, b"a = 2\n"))
    assert first.document is not None
    assert first.document.data == {"a": 1}
    assert len(first.digest) == 64
    assert first.digest != second.digest


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    written(tmp_path, b"a = 1\n")
    finding = the_finding(tmp_path / "hone.toml")
    assert finding.what == "there is no such file"
    assert finding.hints == (f"did you mean {tmp_path}/home.toml?",)
    assert the_finding(tmp_path / "no" / "folder.toml").what == "there is no such file"


def test_a_folder(tmp_path: Path) -> None:
    assert the_finding(tmp_path).what == "this is a folder, not a file"
    written(tmp_path, b"")
    assert the_finding(tmp_path).hints == ("in it: home.toml",)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert the_finding(pipe).what == "this is not a regular file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    file = written(tmp_path, b"a = 1\n")
    file.chmod(0)
    assert the_finding(file).what == "this user may not read the file"


def test_no_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    file = written(tmp_path, b"a = 1\n")
    monkeypatch.setattr(Path, "open", refuse)
    assert the_finding(file).what == "this user may not read the file"


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_a_name_that_no_file_has(name: str) -> None:
    assert the_finding(Path(name)).what.startswith("the file cannot be read: ")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# nothing yet\n", b"  \r\n"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    assert the_finding(written(tmp_path, content)).what == "the file is empty"


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    assert read(written(tmp_path, b"a = 1 #" + b"x" * (SIZE_MAX - 7))).findings == ()
    finding = the_finding(written(tmp_path, b"a = 1 #" + b"x" * (SIZE_MAX - 6)))
    assert finding.what == "the file is larger than 1 MiB"


def test_a_byte_order_mark(tmp_path: Path) -> None:
    finding = the_finding(written(tmp_path, b"\xef\xbb\xbfversion = 1\n"))
    assert finding.what == "the file begins with a byte order mark (BOM)"
    assert "UTF-8" in finding.hints[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
def test_utf_16(tmp_path: Path, encoding: str) -> None:
    content = "\ufeffversion = 1\n".encode(encoding)
    assert "UTF-16" in the_finding(written(tmp_path, content)).what


def test_latin_1(tmp_path: Path) -> None:
    content = 'version = 1\nroom = "stue på bad"\n'.encode("latin-1")
    finding = the_finding(written(tmp_path, content))
    assert (finding.line, finding.column) == (2, 15)
    assert finding.what == (
        "the file is not saved as UTF-8: here is the byte 0xE5, å in older encodings"
    )


def test_umlauts_tabs_and_line_ends_of_windows_are_fine(tmp_path: Path) -> None:
    source = read(written(tmp_path, 'a\t=\t"stue på bad"\r\n\tb = 1\r\n'.encode()))
    assert source.document is not None
    assert source.document.data == {"a": "stue på bad", "b": 1}
    assert source.document.positions.of_value(("b",)).column == 6


def test_a_control_character(tmp_path: Path) -> None:
    finding = the_finding(written(tmp_path, b'a = "x\x07y"\n'))
    assert (finding.line, finding.column) == (1, 7)
    assert finding.what == "there is a control character here (U+0007)"


@pytest.mark.parametrize(
    "content", [b"a = " + b"9" * 6000, b"a = 2024-02-30\n", b'a = "\\ud800"\n', b"a = 25:00:00\n"]
)
def test_what_only_the_parser_refuses_is_told_too(tmp_path: Path, content: bytes) -> None:
    finding = the_finding(written(tmp_path, content))
    assert finding.line == 1
    assert finding.what.startswith("this is not TOML: ")


def explained(content: bytes) -> None:
    parsed = parse("home.toml", content)
    try:
        data = tomllib.loads(content.decode())
    except (ValueError, RecursionError):
        data = {}
    if isinstance(parsed, Document):
        assert parsed.data == data
        return
    assert parsed
    assert not data or len(content) > 40  # too deep for us is not too deep for tomllib
    for finding in parsed:
        assert finding.what
        assert finding.hints


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes(content: bytes) -> None:
    explained(content)


@given(mutated(GOOD))
@settings(max_examples=300)
def test_a_home_with_slips_of_the_finger(text: str) -> None:
    explained(text.encode())


@pytest.mark.parametrize("content", [b"a=" + b"[" * 100_000, b"a." * 100_000, b"[" * 100_000])
def test_what_is_too_deep_ends_no_process(content: bytes) -> None:
    parsed = parse("home.toml", content)
    assert not isinstance(parsed, Document)
