"""What a command may believe of the service that it speaks with."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from heimvakt.cli import client

WITHIN_S = 30.0


def serve(listening: socket.socket, may_end: threading.Event) -> dict[str, str]:
    """One life of a service: it is asked once, says that it ends, and ends when it may."""
    end, _ = listening.accept()
    with end, end.makefile("rwb") as lines:
        asked: dict[str, str] = json.loads(lines.readline())
        lines.write(b'{"goes_on": false}\n')
        lines.flush()
        assert may_end.wait(WITHIN_S)
    return asked


def test_a_life_that_ends_has_hung_up_before_the_next_one_is_asked(tmp_path: Path) -> None:
    """Else the old one would say that all is well, and the next request would find nobody."""
    may_end = threading.Event()
    with (
        socket.socket(socket.AF_UNIX) as listening,
        ThreadPoolExecutor(2) as threads,
    ):
        listening.bind(str(tmp_path / "control"))
        listening.listen()
        served = threads.submit(serve, listening, may_end)
        taken = threads.submit(client.take_over, tmp_path / "control", within_s=WITHIN_S)
        try:
            with pytest.raises(TimeoutError):
                taken.result(0.3)
        finally:
            may_end.set()
        assert taken.result(WITHIN_S) is False
        assert served.result(WITHIN_S) == {"do": "take-over"}
