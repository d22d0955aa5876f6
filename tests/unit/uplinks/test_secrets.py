"""Secrets are read where they are named, and refused with the line to type."""

from __future__ import annotations

from pathlib import Path

import pytest

from heimvakt.uplinks.secrets import SecretError, secret_path, secret_text


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("correct horse\n")
    path.chmod(0o640)
    return path


def hint(reference: str) -> str:
    with pytest.raises(SecretError) as error:
        secret_text(reference)
    assert "correct horse" not in str(error.value)
    return f"{error.value}; {error.value.hint}"


def test_a_file_is_read_without_its_line_end(file: Path) -> None:
    assert secret_text(f"file:{file}") == "correct horse"


def test_a_credential_is_read_from_where_systemd_put_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(file.parent))
    assert secret_text("credential:password") == "correct horse"


@pytest.mark.parametrize("folder", ["heimvakt_", "sealed_"])
def test_a_credential_may_be_one_of_a_whole_folder_as_systemd_names_those(
    folder: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(file.parent))
    file.rename(file.with_name(f"{folder}lock-key"))
    assert secret_text("credential:lock-key") == "correct horse"


def test_where_to_put_a_credential_is_said_when_it_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert "/etc/heimvakt/credentials/password" in hint("credential:password")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert "/etc/heimvakt/credentials/password" in hint("credential:password")


def test_a_file_that_everybody_can_read_is_refused_unless_it_is_public(file: Path) -> None:
    file.chmod(0o644)
    assert f"chmod o= {file}" in hint(f"file:{file}")
    assert secret_path(f"file:{file}", private=False) == file


def test_what_is_not_there_or_no_file_or_empty_is_refused(tmp_path: Path, file: Path) -> None:
    assert "No such file" in hint(f"file:{tmp_path}/nothing")
    tmp_path.chmod(0o700)
    assert "not a file" in hint(f"file:{tmp_path}")
    file.write_bytes(b"\n")
    assert "empty" in hint(f"file:{file}")
    file.write_bytes(b"x" * 70_000)
    assert "too large" in hint(f"file:{file}")
    file.write_bytes(b"\xff\xfe")
    assert "UTF-8" in hint(f"file:{file}")


@pytest.mark.parametrize("reference", ["password", "file:relative", "credential:../x", ""])
def test_what_names_no_secret_is_refused(reference: str) -> None:
    assert "does not name a secret" in hint(reference)
