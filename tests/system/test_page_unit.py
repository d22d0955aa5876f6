"""The local page as a service, from the package on a clean Debian under the real systemd.

`make package-test` runs these: they take minutes. Figures are printed at the end (`-rP`). That the
kernel drops what a unit has no business with on the network is not shown here: see `OUTSIDE`.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.armed_box import HOME, configure, install, until_connected
from tests.support.machine import Machine, as_version, machine
from tests.support.neighbour import BOX, HERE, neighbour

ROOT = Path(__file__).parents[2]
PORT = 8380
URL = f"http://127.0.0.1:{PORT}"
OPEN_PORT = 8390
"""Where something listens for everybody, to show that the wire works."""
WITH_PAGE = f'{HOME}[page]\nlisten = "127.0.0.1:{PORT}"\n'
PYTHON = "/usr/lib/heimvakt/bin/python3"
PAGE = "heimvakt-page"
ASK = """
import http.client, json, sys
to, method, path, body, headers = json.loads(sys.argv[1])
line = http.client.HTTPConnection(*to, timeout=10)
try:
    line.request(method, path, body, headers)
    answer = line.getresponse()
    print(json.dumps([answer.status, dict(answer.getheaders()), answer.read(200_000).decode()]))
except OSError as error:
    print(json.dumps([0, {}, type(error).__name__]))
"""
"""Status, headers and text; status 0: there was no answer."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def box(tree: Path, deb: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """One in which the page runs; every test leaves it so."""
    with machine(tree, tmp_path_factory.mktemp("paged")) as one:
        install(one, deb)
        configure(one)
        assert one.shown(PAGE, "UnitFileState") == "disabled"
        assert one.shown(PAGE, "ActiveState") == "inactive", "off until it is enabled"
        # Enabled before the home has a page: tried once, and said.
        assert one.ran("systemctl", "enable", "--now", PAGE).returncode == 0
        one.until(lambda: one.shown(PAGE, "ActiveState") == "failed")
        assert one.shown(PAGE, "ExecMainStatus") == "78"
        assert one.shown(PAGE, "NRestarts") == "0"
        (one.root / "etc/heimvakt/home.toml").write_text(WITH_PAGE)
        one.said("systemctl", "reload", "heimvakt")
        until_connected(one)
        one.said("systemctl", "restart", PAGE)
        until_listens(one)
        yield one


def until_listens(one: Machine) -> None:
    one.until(lambda: asked(one, "/enter")[0] == 200)


def asked(
    one: Machine, path: str, typed: str | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    """The answer over loopback."""
    method = "GET" if typed is None else "POST"
    if typed is not None:
        headers |= {"Origin": URL, "Content-Type": "application/x-www-form-urlencoded"}
    question = json.dumps([["127.0.0.1", PORT], method, path, typed, headers])
    status, got, text = json.loads(one.said(PYTHON, "-c", ASK, question))
    return status, got, text


def entered(one: Machine) -> str:
    """The cookie of who came in by a code."""
    code = json.loads(one.said("heimvakt", "page", "--json"))["code"]
    status, headers, _ = asked(one, "/enter", f"code={code}")
    assert status == 303
    assert asked(one, "/enter", f"code={code}")[0] != 303, "it opens once"
    cookie: str = headers["Set-Cookie"]
    return cookie.partition(";")[0]


def test_it_is_reached_over_loopback_with_the_code_alone(box: Machine) -> None:
    for path in ("/", "/alarms", "/live", "/walk", "/self-test"):
        status, headers, _ = asked(box, path, Accept="text/html")
        assert (status, headers["Location"]) == (303, "/enter"), path
        assert asked(box, path)[::2] == (403, "a code is needed first\n")
    assert asked(box, "/enter", "code=AAAA-AAAA")[0] != 303
    status, _, text = asked(box, "/", Cookie=entered(box))
    assert status == 200
    assert "no-1505-004711" in text
    asks_for_a_code = ("heimvakt", "page", "--json")
    stranger = box.ran("setpriv", "--reuid=65534", "--clear-groups", *asks_for_a_code)
    assert stranger.returncode != 0, "whoever may not open its desk fetches no code"


def test_another_host_does_not_reach_it(box: Machine) -> None:
    open_to_all = f"{PYTHON} -m http.server {OPEN_PORT}"
    box.said(
        "systemd-run", "--quiet", "--unit=open", "--working-directory=/usr", *open_to_all.split()
    )
    with neighbour(box) as other:

        def meets(port: int) -> bool:
            script = f"import socket; socket.create_connection(({BOX!r}, {port}), timeout=3)"
            return other.ran("python3", "-c", script).returncode == 0

        box.until(lambda: meets(OPEN_PORT))  # the wire works
        assert not meets(PORT)
    box.said("systemctl", "stop", "open")
    ports = box.said("cat", "/proc/net/tcp", "/proc/net/tcp6")
    listening = re.findall(rf":? ([0-9A-F]+):{PORT:04X} \S+ 0A ", ports)
    assert listening == [socket.inet_aton("127.0.0.1")[::-1].hex().upper()], "one, on loopback"


def test_what_its_sandbox_gives_and_what_it_refuses(box: Machine) -> None:
    unit = (ROOT / "systemd/heimvakt-page.service").read_text()
    unit = re.sub(r"^(Type|ExecStart|Restart\w*|RuntimeDirectoryMode)=.*\n", "", unit, flags=re.M)
    unit = unit.replace(
        "[Service]\n",
        "[Service]\nType=oneshot\nStandardOutput=truncate:/root/page-trial.json\n"
        f"ExecStart={PYTHON} -I /usr/lib/heimvakt/page-trial.py\n",
    )
    (box.root / "etc/systemd/system/page-trial.service").write_text(unit)
    trial = box.root / "usr/lib/heimvakt/page-trial.py"
    shutil.copy(Path(__file__).with_name("page_trial.py"), trial)
    make = "cd /dev; mknod ttyUSB9 c 1 3; chgrp dialout ttyUSB9; chmod 666 ttyUSB9"
    box.said("sh", "-c", make)
    box.said("systemctl", "daemon-reload")
    box.said("systemctl", "stop", PAGE)
    with neighbour(box) as other:
        listens = f"import socket, time; socket.create_server(({HERE!r}, 8391)); time.sleep(60)"
        other.ran("sh", "-c", f'python3 -c "{listens}" >/dev/null 2>&1 &')
        box.said("systemctl", "start", "page-trial")
    came = json.loads((box.root / "root/page-trial.json").read_text())
    print(json.dumps(came, indent=1))
    box.said("systemctl", "start", PAGE)
    until_listens(box)
    assert {what for what, is_so in came["allowed"].items() if is_so is not True} == set()
    assert {what for what, is_so in came["refused"].items() if is_so is True} == set()
    assert came["user"] == int(box.said("id", "-u", "heimvakt-page"))


def test_killed_it_is_back_and_the_gateway_does_not_notice(box: Machine) -> None:
    gateway, before = box.shown("heimvakt", "MainPID"), box.shown(PAGE, "MainPID")
    cookie = entered(box)
    box.said("kill", "-KILL", before)
    box.until(lambda: box.shown(PAGE, "MainPID") not in ("0", before))
    until_listens(box)
    assert asked(box, "/", Cookie=cookie)[0] == 403, "who was in fetches another code"
    assert box.shown("heimvakt", "MainPID") == gateway


def test_it_is_there_after_a_reboot_and_says_what_it_costs(box: Machine) -> None:
    box.reboot()
    until_listens(box)
    said = box.said("systemd-analyze", "security", "--no-pager", PAGE).splitlines()[-1]
    print(re.sub(r"[^ -~]", "", said).strip())
    status = box.said("cat", f"/proc/{box.shown(PAGE, 'MainPID')}/smaps_rollup")
    of = {key: int(value) for key, value in re.findall(r"(\w+): +(\d+) kB", status)}
    print(f"page: resident {of['Rss'] / 1024:.0f} MiB, of its own {of['Pss'] / 1024:.0f}")


def test_an_upgrade_restarts_it_and_starts_none_that_was_off_and_it_goes_with_the_package(
    box: Machine, deb: Path, tmp_path: Path
) -> None:
    before = box.shown(PAGE, "MainPID")
    install(box, as_version(deb, "99.1.0", tmp_path))
    box.until(lambda: box.shown(PAGE, "MainPID") not in ("0", before))
    until_listens(box)
    assert box.shown(PAGE, "UnitFileState") == "enabled"
    box.said("systemctl", "disable", "--now", PAGE)
    install(box, deb)
    until_connected(box)
    assert box.shown(PAGE, "ActiveState") == "inactive"
    assert box.shown(PAGE, "UnitFileState") == "disabled"
    box.said("systemctl", "enable", "--now", PAGE)
    until_listens(box)
    process = box.shown(PAGE, "MainPID")
    box.said("dpkg", "--remove", "heimvakt")
    assert box.ran("kill", "-0", process).returncode != 0, "nothing runs of what is not there"
    install(box, deb)
    until_connected(box)
    box.said("systemctl", "enable", "--now", PAGE)
    until_listens(box)
