"""systemd is told on a real socket, by a name in the file system or in the abstract one."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from heimvakt.runtime.notify import Notifier


@pytest.fixture(params=["file", "abstract"])
def systemd(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    name = str(tmp_path / "notify") if request.param == "file" else f"@heimvakt-{os.getpid()}"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as end:
        end.bind(name.replace("@", "\0"))
        end.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        yield end


def test_each_call_is_one_datagram_of_lines(systemd: socket.socket) -> None:
    Notifier().tell(READY="1", STATUS="armed: 5 rules")
    assert systemd.recv(4096) == b"READY=1\nSTATUS=armed: 5 rules"


def test_a_manager_that_does_not_read_stops_nothing(systemd: socket.socket) -> None:
    notifier = Notifier()
    for _ in range(5_000):
        notifier.tell(WATCHDOG="1")
    assert systemd.recv(4096) == b"WATCHDOG=1"


def test_where_nobody_asks_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    Notifier().tell(READY="1")


def test_a_socket_that_is_gone_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    Notifier().tell(READY="1")


def test_where_nothing_can_be_opened_any_more_it_is_not_told_and_goes_on(
    systemd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_free(*_: object) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    notifier = Notifier()
    with monkeypatch.context() as full:
        full.setattr(socket, "socket", none_free)
        notifier.tell(STATUS="untold")
    notifier.tell(READY="1")
    assert systemd.recv(4096) == b"READY=1"


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [
        ("30000000", None, 30.0),
        ("30000000", "this", 30.0),
        ("30000000", "1", None),
        ("0", None, None),
        ("-5", None, None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_the_watchdog_is_fed_where_it_is_asked_of_this_process(
    monkeypatch: pytest.MonkeyPatch, usec: str | None, pid: str | None, seconds: float | None
) -> None:
    if pid == "this":
        pid = str(os.getpid())
    for name, value in (("WATCHDOG_USEC", usec), ("WATCHDOG_PID", pid)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert Notifier().watchdog_s == seconds
