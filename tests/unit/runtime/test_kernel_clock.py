"""What the kernel says of the clock is read as it was meant, on any machine."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from heimvakt.runtime import kernel_clock
from heimvakt.runtime.clock_teller import tell
from heimvakt.runtime.kernel_clock import (
    Kept,
    Timex,
    error_us,
    is_synchronised,
    read_rtc,
    told,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OFFSETS = """
#include <stddef.h>
#include <stdio.h>
#include <sys/timex.h>
int main(void) {
    printf("%zu %zu %zu %zu", sizeof(struct timex), offsetof(struct timex, maxerror),
           offsetof(struct timex, status), offsetof(struct timex, tai));
    return 0;
}
"""


def layout() -> list[int]:
    return [ctypes.sizeof(Timex), Timex.maxerror.offset, Timex.status.offset, Timex.tai.offset]


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_the_layout_is_that_of_the_c_library(tmp_path: Path) -> None:
    source, program = tmp_path / "timex.c", tmp_path / "timex"
    source.write_text(OFFSETS)
    subprocess.run(["cc", "-o", program, source], check=True)
    said = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    assert layout() == [int(number) for number in said.split()]


def test_the_layout_is_known_for_this_width() -> None:
    known = {8: [208, 24, 40, 160], 4: [128, 12, 20, 80]}
    assert layout() == known[ctypes.sizeof(ctypes.c_long)]


def test_the_kernel_answers_and_nothing_is_set() -> None:
    before = datetime.now(UTC)
    error = error_us()
    if error is None:
        pytest.skip("this machine does not let anybody ask the kernel about its clock")
    assert 0 <= error <= kernel_clock.ERROR_MAX_US
    assert timedelta() <= datetime.now(UTC) - before < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("error", "kept"), [(0, True), (15_999_999, True), (16_000_000, False), (16_000_001, False)]
)
def test_the_kernel_gives_up_at_sixteen_seconds(
    monkeypatch: pytest.MonkeyPatch, error: int, kept: bool
) -> None:
    monkeypatch.setattr(kernel_clock, "error_us", lambda: error)
    assert is_synchronised(NOW) is kept


@pytest.mark.parametrize(("age_s", "kept"), [(0, True), (6144, True), (6145, False)])
def test_where_the_kernel_may_not_be_asked_timesyncd_has_touched_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, age_s: int, kept: bool
) -> None:
    monkeypatch.setattr(kernel_clock, "error_us", lambda: None)
    file = tmp_path / "synchronized"
    monkeypatch.setattr(kernel_clock, "TIMESYNC", file)
    assert not is_synchronised(NOW)
    file.touch()
    touched = NOW.timestamp() - age_s
    os.utime(file, (touched, touched))
    assert is_synchronised(NOW) is kept


@pytest.mark.parametrize(
    ("text", "shown"),
    [("1795176000\n", NOW), ("", None), ("x", None), ("9" * 30, None), (None, None)],
)
def test_a_real_time_clock_is_read_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None, shown: datetime | None
) -> None:
    rtc = tmp_path / "since_epoch"
    if text is not None:
        rtc.write_text(text)
    monkeypatch.setattr(kernel_clock, "RTC", rtc)
    assert read_rtc() == shown


def test_what_another_process_was_told_by_the_kernel_counts_while_it_is_fresh(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "kernel"
    assert told(file) is None
    tell(Kept(error_us=1_500, drift_ppm=-12.5), file)
    assert file.stat().st_mode & 0o777 == 0o644, "the gateway is another user"
    assert told(file) == Kept(error_us=1_500, drift_ppm=-12.5)
    now = time.clock_gettime(time.CLOCK_BOOTTIME)
    for later_s in (kernel_clock.TOLD_S_MAX + 1, -1000):
        monkeypatch.setattr(time, "clock_gettime", lambda _, s=later_s: now + s)
        assert told(file) is None
    file.write_text("half a li")
    assert told(file) is None


def test_where_the_gateway_may_not_ask_it_goes_by_what_was_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kernel_clock, "ask", lambda: None)
    monkeypatch.setattr(kernel_clock, "told", lambda: Kept(15_999_999, 3.5))
    assert is_synchronised(NOW)
    assert kernel_clock.drift_ppm() == 3.5
    monkeypatch.setattr(kernel_clock, "told", lambda: None)
    assert error_us() is None
    assert kernel_clock.drift_ppm() is None


def test_the_teller_tells_systemd_that_it_has_told_and_ends_when_it_is_asked_to(
    tmp_path: Path,
) -> None:
    if kernel_clock.ask() is None:
        pytest.skip("this machine does not let anybody ask the kernel about its clock")
    heard, file = tmp_path / "notify", tmp_path / "kernel"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(heard))
        systemd.settimeout(60)
        code = "import sys, pathlib; from heimvakt.runtime import clock_teller as t\n"
        code += "t.tell.__defaults__ = (pathlib.Path(sys.argv[1]),); t.main()"
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(file)],
            env={**os.environ, "NOTIFY_SOCKET": str(heard)},
        )
        try:
            assert systemd.recv(100) == b"READY=1"
            assert told(file) is not None
        finally:
            process.terminate()
        assert process.wait(60) == 0
