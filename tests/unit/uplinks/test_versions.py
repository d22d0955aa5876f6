"""Which version of MQTT is tried: values alone, no clock and no broker."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from heimvakt.uplinks.mqtt_versions import SILENCES_MAX, TRY_5_AGAIN_S, Versions


def test_5_comes_first_and_stays_when_it_works() -> None:
    versions = Versions()
    assert versions.choose(0) == "5"
    versions.worked("5", 1)
    assert versions.choose(10 * TRY_5_AGAIN_S) == "5"
    assert versions.settled


def test_refused_3_1_1_is_tried_at_once_and_remembered_until_5_is_asked_again() -> None:
    versions = Versions()
    assert versions.refused("5"), "another is worth trying at once"
    versions.worked(versions.choose(0), 0)
    assert versions.choose(TRY_5_AGAIN_S - 1) == "3.1.1"
    assert versions.choose(TRY_5_AGAIN_S) == "5"
    assert not versions.settled
    assert versions.refused("5")
    versions.worked("3.1.1", TRY_5_AGAIN_S)
    assert versions.choose(TRY_5_AGAIN_S + 1) == "3.1.1"


def test_silence_of_an_unknown_broker_alternates() -> None:
    versions = Versions()
    tried = []
    for _ in range(4):
        tried.append(versions.choose(0))
        versions.silent(tried[-1])
    assert tried == ["5", "3.1.1", "5", "3.1.1"]


def test_silence_of_a_known_broker_is_put_down_to_the_network_for_a_while() -> None:
    versions = Versions()
    versions.worked("5", 0)
    for _ in range(SILENCES_MAX):
        assert versions.choose(0) == "5"
        versions.silent("5")
    assert versions.choose(0) == "3.1.1"


def test_what_the_installer_says_is_not_put_in_question() -> None:
    versions = Versions("3.1.1")
    versions.silent("3.1.1")
    assert not versions.refused("3.1.1")
    assert versions.choose(10 * TRY_5_AGAIN_S) == "3.1.1"
    only_5 = Versions("5")
    assert not only_5.refused("5")
    assert only_5.choose(0) == "5"


@given(st.lists(st.sampled_from(["silent", "refused", "worked"]), max_size=40))
def test_both_versions_are_tried_again_and_again_while_nothing_works(what: list[str]) -> None:
    """Whatever was learned before, a broker that speaks only one of them is found."""
    versions = Versions()
    for one in what:
        version = versions.choose(0)
        if one == "worked":
            versions.worked(version, 0)
        elif one == "silent":
            versions.silent(version)
        else:
            versions.refused(version)
    tried = set()
    for _ in range(2 * SILENCES_MAX):
        tried.add(versions.choose(0))
        versions.silent(versions.choose(0))
    assert tried == {"5", "3.1.1"}
