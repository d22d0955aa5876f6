"""What is written to the log: a line for each thing, and nothing that tells nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

LOG = """\
import logging, sys
from heimvakt.runtime.logs import configure_logs
configure_logs(sys.argv[1])
import structlog
structlog.get_logger("uplink").warning("broker-lost", path="mobile", hint=None, tries=0)
logging.getLogger("library").warning("something")
logging.getLogger("library").info("chatter")
"""


def written(style: str) -> list[str]:
    """In a process of its own: the log of a process is set up once."""
    ran = subprocess.run(
        [sys.executable, "-c", LOG, style], capture_output=True, text=True, check=True, timeout=30
    )
    return ran.stderr.splitlines()


def test_a_program_reads_what_is_known() -> None:
    ours, theirs = (json.loads(line) for line in written("json"))
    del ours["timestamp"]
    assert ours == {"event": "broker-lost", "level": "warning", "path": "mobile", "tries": 0}
    assert (theirs["event"], theirs["logger"]) == ("something", "library")


@pytest.mark.parametrize("word", ["None", "hint", "chatter"])
def test_a_person_reads_no_more_than_that(word: str) -> None:
    ours, _theirs = written("console")
    assert "broker-lost" in ours
    assert "path=mobile" in ours
    assert word not in ours
