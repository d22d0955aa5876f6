"""What systemd asks of `heimvakt run` is read without typer, and as typer would read it."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from heimvakt.cli import run, service
from heimvakt.cli.service import Asked

PLAIN = (
    "--config home.toml",
    "--config home.toml --log json",
    "--log console --config /etc/heimvakt/home.toml --verbose",
    "--config a.toml --config b.toml",
    "--config home.toml --state here --socket there/control --log auto",
    "--config home.toml --driven-from 2026-11-22T07:00:00+00:00",
)
FOR_TYPER = (
    "",
    "--help",
    "--verbose",
    "--config",
    "--config=home.toml",
    "--config home.toml --log loud",
    "--config home.toml --log",
    "--config --verbose",
    "--config home.toml --nonsense",
    "--config home.toml more",
    "home.toml",
)


@pytest.mark.parametrize("line", PLAIN)
def test_what_is_asked_plainly_is_what_typer_reads(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_typer: list[Asked] = []
    monkeypatch.setattr(service, "run", by_typer.append)
    app = typer.Typer(add_completion=False)
    app.command()(run.command)
    done = CliRunner().invoke(app, line.split())
    assert done.exit_code == 0, done.output
    assert [service.asked(line.split())] == by_typer


@pytest.mark.parametrize("line", FOR_TYPER)
def test_whatever_else_is_asked_is_left_to_typer(line: str) -> None:
    assert service.asked(line.split()) is None
