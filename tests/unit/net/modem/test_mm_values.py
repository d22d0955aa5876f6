"""What ModemManager says as our state, and a copy of it that its signals keep true."""

from __future__ import annotations

from typing import Any

import pytest

from heimvakt.core.modem import Registration, Sim
from heimvakt.net.modem import mm_values as values
from heimvakt.net.modem.mm_objects import Objects

PATH = "/org/freedesktop/ModemManager1/Modem/0"


def interfaces(**changed: Any) -> dict[str, dict[str, Any]]:
    network = {"RegistrationState": 1, "OperatorName": "Telenor"}
    modem = {
        "State": 8,
        "UnlockRequired": 3,
        "SignalQuality": [80, True],
        "AccessTechnologies": 1 << 14,
        "Ports": [["ttyUSB2", 2], ["wwan0", 6]],
    }
    for name, value in changed.items():
        (network if name in network else modem)[name] = value
    return {values.MODEM: modem, values.MODEM_3GPP: network, values.MESSAGING: {}}


def test_a_modem_that_is_registered() -> None:
    state = values.modem_state(interfaces())
    assert state.can_send
    assert (state.operator, state.technology, state.trouble) == ("Telenor", "4g", None)
    assert state.signal is not None
    assert state.signal.dbm == -63


@pytest.mark.parametrize(
    ("changed", "sim", "registration"),
    [
        ({"State": 2, "UnlockRequired": 2}, Sim.PIN_NEEDED, Registration.NONE),
        ({"State": 2, "UnlockRequired": 4}, Sim.PUK_NEEDED, Registration.NONE),
        ({"State": 2, "UnlockRequired": 7}, Sim.UNKNOWN, Registration.NONE),
        ({"State": -1, "StateFailedReason": 2}, Sim.ABSENT, Registration.NONE),
        ({"State": -1, "StateFailedReason": 4}, Sim.UNKNOWN, Registration.NONE),
        ({"State": 1, "UnlockRequired": 0}, Sim.UNKNOWN, Registration.NONE),
        ({"State": 3, "RegistrationState": 0}, Sim.READY, Registration.NONE),
        ({"State": 7, "RegistrationState": 2}, Sim.READY, Registration.SEARCHING),
        ({"State": 6, "RegistrationState": 3}, Sim.READY, Registration.DENIED),
        ({"State": 11, "RegistrationState": 5}, Sim.READY, Registration.ROAMING),
    ],
)
def test_other_states(changed: dict[str, Any], sim: Sim, registration: Registration) -> None:
    state = values.modem_state(interfaces(**changed))
    assert (state.sim, state.registration) == (sim, registration)
    assert state.can_send == (registration is Registration.ROAMING)


@pytest.mark.parametrize(
    ("bits", "technology"),
    [
        (0, None),
        (1 << 1, "2g"),
        (1 << 5 | 1 << 14, "4g"),
        (1 << 15 | 1 << 14, "5g"),
        (1 << 9, "3g"),
    ],
)
def test_the_best_technology(bits: int, technology: str | None) -> None:
    assert values.modem_state(interfaces(AccessTechnologies=bits)).technology == technology


def test_tries_left_and_the_holder_of_a_port() -> None:
    assert values.tries_left(interfaces(UnlockRetries={2: 1, 4: 10})) == 1
    assert values.tries_left(interfaces()) is None
    assert values.holder({PATH: interfaces()}, "/dev/ttyUSB2") == PATH
    assert values.holder({PATH: interfaces()}, "/dev/ttyUSB20") is None


def test_a_modem_that_can_send_goes_first() -> None:
    mute = {name: one for name, one in interfaces().items() if name != values.MESSAGING}
    assert values.modems({"/a": mute, "/b": interfaces(), "/c": {}}) == ["/b", "/a"]


def test_signals_keep_the_copy_true() -> None:
    objects = Objects({PATH: interfaces()})
    objects.change(PATH, "PropertiesChanged", (values.MODEM, {"State": 7}, []))
    assert values.state_number(objects[PATH]) == 7
    objects.change("/org", "InterfacesAdded", ("/b", {values.MODEM: {"State": 3}}))
    assert "/b" in objects
    objects.change("/org", "InterfacesRemoved", ("/b", [values.MODEM]))
    assert "/b" not in objects
    objects.change("/b", "PropertiesChanged", (values.MODEM, {"State": 8}, []))
    objects.change("/b", "PropertiesChanged", ("nonsense",))
    assert list(objects.as_mapping()) == [PATH]
