"""Codes are read from where they are kept; one that cannot be used leaves all else as it is."""

from __future__ import annotations

from pathlib import Path
from typing import cast
from unittest.mock import Mock

import pytest
from structlog.testing import capture_logs

from heimvakt.app.key_codes import key_codes
from heimvakt.config.configuration import Configuration
from heimvakt.config.tags import TagSettings


def configuration(folder: Path, **codes: str | None) -> Configuration:
    """One whose keys have these codes; None: its file is not there."""
    tags = {}
    for name, code in codes.items():
        file = folder / name
        if code is not None:
            file.write_text(code)
            file.chmod(0o600)
        tags[name] = TagSettings(code=f"file:{file}")
    tags["card"] = TagSettings(card="26:0004a2f1")
    return cast(Configuration, Mock(tags=tags))


def test_each_code_is_that_of_its_key(tmp_path: Path) -> None:
    with capture_logs() as logs:
        found = key_codes(configuration(tmp_path, a1="4711\n", a2="123456789012"))
    assert found == {"4711": "a1", "123456789012": "a2"}
    assert logs == []


@pytest.mark.parametrize("code", ["471", "1234567890123", "47 11", "four", "٤٧١١", None])
def test_what_is_no_code_is_left_out_and_told_without_it(tmp_path: Path, code: str | None) -> None:
    with capture_logs() as logs:
        found = key_codes(configuration(tmp_path, a1=code, a2="4711"))
    assert found == {"4711": "a2"}
    (told,) = logs
    assert (told["log_level"], told["key"]) == ("warning", "a1")
    assert code is None or code not in str(told)


def test_of_two_keys_with_one_code_the_first_has_it(tmp_path: Path) -> None:
    with capture_logs() as logs:
        found = key_codes(configuration(tmp_path, a1="4711", a2="4711"))
    assert found == {"4711": "a1"}
    assert [(told["key"], told["first"]) for told in logs] == [("a2", "a1")]
    assert "4711" not in str(logs)
