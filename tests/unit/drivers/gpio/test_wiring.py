"""What the levels of pins say, by how a contact is wired; a cable that is cut is never a rest."""

from __future__ import annotations

from itertools import product

import pytest

from heimvakt.core.devices import Role
from heimvakt_drivers.gpio.settings import GpioOptions, Wired
from heimvakt_drivers.gpio.wiring import Contact, Wiring, wiring_of
from tests.support.pins import device


def wiring(role: Role, **options: object) -> Wiring:
    given = GpioOptions.model_validate(options)
    return wiring_of(device("it", role, 4), given)


@pytest.mark.parametrize(
    ("role", "options", "closed_level", "closed_means"),
    [
        (Role.BUTTON, {}, False, Contact.ON),
        (Role.BUTTON, {"pull": "down"}, True, Contact.ON),
        (Role.BUTTON, {"active": "high"}, True, Contact.ON),
        (Role.BUTTON, {"wired": "closed"}, False, Contact.REST),
        (Role.DOOR, {}, False, Contact.REST),
        (Role.TAMPER, {}, False, Contact.REST),
        (Role.DOOR, {"wired": "open"}, False, Contact.ON),
        (Role.MOTION, {"pull": "none", "active": "high"}, True, Contact.ON),
    ],
)
def test_what_a_closed_circuit_means(
    role: Role, options: dict[str, str], closed_level: bool, closed_means: Contact
) -> None:
    other = {Contact.ON: Contact.REST, Contact.REST: Contact.ON}[closed_means]
    wired = wiring(role, **options)
    assert wired.contact(closed_level) is closed_means
    assert wired.contact(not closed_level) is other


@pytest.mark.parametrize("role", [Role.DOOR, Role.TAMPER])
def test_of_doors_and_housings_a_cut_cable_reads_as_open(role: Role) -> None:
    pulled = wiring(role)
    assert pulled.contact(pulled.pull == "up") is Contact.ON


def test_a_supervised_line_tells_four_things_apart() -> None:
    wired = wiring(Role.BUTTON, wired="supervised", second=27)
    said = {
        (first, second): wired.contact(first, second)
        for first, second in product((False, True), repeat=2)
    }
    assert said == {
        (True, False): Contact.REST,
        (False, True): Contact.ON,
        (True, True): Contact.CUT,
        (False, False): Contact.SHORT,
    }
    assert {contact for contact in Contact if contact.is_fault} == {Contact.CUT, Contact.SHORT}


def test_every_way_of_wiring_is_known() -> None:
    for wired in Wired:
        assert wiring(Role.LEAK, wired=wired).supervised is (wired is Wired.SUPERVISED)
