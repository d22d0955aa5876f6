"""A secret as a driver gets it, or is told what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from heimvakt.app.driver_secrets import driver_secret
from heimvakt.core.ports import DriverError


def test_a_driver_gets_what_the_file_says(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("4f\n", encoding="utf-8")
    (tmp_path / "key").chmod(0o400)
    assert driver_secret(f"file:{tmp_path}/key") == "4f"


def test_what_cannot_be_read_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DriverError) as failed:
        driver_secret(f"file:{tmp_path}/key")
    assert failed.value.hint == f"put it there: {tmp_path}/key"
