"""When an alarm goes without what explains it, and that it is not forgotten nor done too soon."""

from __future__ import annotations

from heimvakt.uplinks.shortened import ALARMS_MAX, ENDS_MAX, SUSPECT_BYTES, Shortened

LONG = SUSPECT_BYTES + 1


def test_a_limit_that_the_broker_names_is_kept() -> None:
    one = Shortened()
    assert not one.must_be("a/0", 3000, None)
    assert not one.must_be("a/0", 3000, 3000)
    assert one.must_be("a/0", 3001, 3000)


def test_a_broker_without_a_word_is_believed_when_it_hangs_up_each_time() -> None:
    one = Shortened()
    for _ in range(ENDS_MAX):
        assert not one.must_be("a/0", LONG, None)
        one.hung_up("a/0", LONG)
    assert one.must_be("a/0", LONG, None)
    assert not one.must_be("b/0", LONG, None)


def test_what_is_short_is_not_suspected() -> None:
    one = Shortened()
    for _ in range(10 * ENDS_MAX):
        one.hung_up("a/0", SUSPECT_BYTES)
    assert not one.must_be("a/0", SUSPECT_BYTES, None)


def test_one_that_was_taken_whole_is_above_suspicion() -> None:
    one = Shortened()
    one.hung_up("a/0", LONG)
    one.hung_up("a/0", LONG)
    one.taken("a/0")
    one.hung_up("a/0", LONG)
    assert not one.must_be("a/0", LONG, None)


def test_the_oldest_suspect_is_forgotten_when_there_are_too_many() -> None:
    one = Shortened()
    for number in range(ALARMS_MAX + 1):
        for _ in range(ENDS_MAX):
            one.hung_up(f"{number}/0", LONG)
    assert not one.must_be("0/0", LONG, None)
    assert one.must_be("1/0", LONG, None)
