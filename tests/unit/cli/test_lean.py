"""What a gateway never uses is not in its memory, and is there for whoever uses it after all."""

from __future__ import annotations

import json
import subprocess
import sys

from heimvakt.cli.lean import UNUSED

AS_A_GATEWAY = """
import sys
from heimvakt.cli import lean
lean.begin()
import heimvakt.cli.service, heimvakt_drivers.zigbee.life
import heimvakt_drivers.zigbee.radio.radio_znp
"""
WITH_PINS = """
import sys
import heimvakt.cli.service, heimvakt.app.gateway
import heimvakt_drivers.gpio.driver, heimvakt_drivers.gpio.zero_board
from heimvakt import app
app.catalogue()
"""
TELL = """
import json
waiting = [name for name, module in sys.modules.items() if type(module).__name__ == "_LazyModule"]
print(json.dumps({"waiting": waiting, "imported": list(sys.modules)}))
"""
USE = """
import zigpy.ota.providers, dns.resolver, rich.console, urllib.request
assert zigpy.ota.providers.RemoteZigpyProvider and zigpy.ota.providers.aiohttp.ClientSession
assert dns.resolver.Resolver and rich.console.Console and urllib.request.Request
assert type(zigpy.ota.providers) is type(dns.resolver) is type(urllib.request) is type(sys)
"""


def run(*parts: str) -> str:
    """What a new interpreter prints."""
    command = [sys.executable, "-W", "error", "-c", "".join(parts)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_never_used_is_found_and_not_executed() -> None:
    told = json.loads(run(AS_A_GATEWAY, TELL))
    assert sorted(told["waiting"]) == sorted(UNUSED), "a library does not import it any more"
    unused = {"aiohttp", "jsonschema", "rich", "pygments", "typer", "http.client"}
    assert not unused & set(told["imported"])


def test_whoever_uses_it_after_all_has_the_true_one() -> None:
    run(AS_A_GATEWAY, USE)


def test_a_home_pays_for_no_library_of_what_it_has_not() -> None:
    told = json.loads(run(WITH_PINS, TELL))
    assert "gpiozero" in told["imported"]
    foreign = {"osdp", "pymodbus", "cryptography", "jwt", "cobs", "serial", "zigpy"}
    assert not foreign & set(told["imported"])
