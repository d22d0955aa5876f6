"""No two signs look or sound alike, with colour or without, and none flashes too fast."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.patterns import (
    LIGHTS,
    LONG,
    SOUNDS,
    WELL_AGAIN,
    Light,
    Sound,
    light_at,
    sound_at,
)
from heimvakt.core.signs import Sign

FLASHES_MAX_PER_S = 3.0
"""More may harm people with photosensitive epilepsy (WCAG 2.2, 2.3.1)."""

milliseconds = st.integers(0, 7_200_000)


def rhythm(light: Light) -> tuple[float, float]:
    """How long a turn is, and how much of it is light."""
    period = light.on_ms + light.off_ms
    return period, light.on_ms / period if period else 0.0


def in_words(sound: Sound) -> str:
    """As somebody would say it back: S for a short beep, L for a long one."""
    return "".join("L" if beep_ms >= LONG else "S" for beep_ms in sound.beeps_ms[::2])


def test_every_sign_has_a_light() -> None:
    assert set(LIGHTS) == set(Sign)


@pytest.mark.parametrize(("one", "other"), list(combinations(Sign, 2)))
def test_no_two_lights_have_the_same_rhythm(one: Sign, other: Sign) -> None:
    (period, share), (period_of_other, share_of_other) = rhythm(LIGHTS[one]), rhythm(LIGHTS[other])
    slower = max(period, period_of_other) / max(min(period, period_of_other), 1)
    assert slower >= 1.25 or abs(share - share_of_other) >= 0.2


@pytest.mark.parametrize("light", list(LIGHTS.values()), ids=str)
def test_no_light_flashes_too_fast(light: Light) -> None:
    if light.off_ms:
        assert 1000 / (light.on_ms + light.off_ms) <= FLASHES_MAX_PER_S


def test_no_two_sounds_are_said_in_the_same_words() -> None:
    said = [in_words(sound) for sound in (*SOUNDS.values(), WELL_AGAIN)]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("sign", [Sign.ALARM_TAKEN, Sign.ALARM_DELIVERED, Sign.HELP_COMING])
def test_what_becomes_of_an_alarm_is_heard_also_at_night(sign: Sign) -> None:
    assert SOUNDS[sign].wakes


@given(st.sampled_from([*SOUNDS.values(), WELL_AGAIN]), milliseconds, st.booleans())
def test_a_sound_is_what_it_says_until_it_says(sound: Sound, at_ms: int, quiet: bool) -> None:
    now = sound_at(sound, at_ms, quiet=quiet)
    assert now.until_ms is None or now.until_ms > at_ms
    last_ms = at_ms + 10_000 if now.until_ms is None else now.until_ms - 1
    for later_ms in ((at_ms + last_ms) // 2, last_ms):
        assert sound_at(sound, later_ms, quiet=quiet) == now


@given(st.sampled_from(list(LIGHTS.values())), milliseconds)
def test_a_light_is_what_it_says_until_it_says(light: Light, at_ms: int) -> None:
    now = light_at(light, at_ms)
    if now.until_ms is None:
        assert now.on is bool(light.on_ms)
        return
    assert now.until_ms > at_ms
    for later_ms in ((at_ms + now.until_ms) // 2, now.until_ms - 1):
        assert light_at(light, later_ms) == now
    assert light_at(light, now.until_ms).on is not now.on


def played(sound: Sound, for_s: int, *, quiet: bool = False) -> list[tuple[int, int]]:
    """Each beep: when it began, and how long it was, in milliseconds."""
    beeps, at_ms = [], 0
    while at_ms < for_s * 1_000:
        now = sound_at(sound, at_ms, quiet=quiet)
        if now.until_ms is None:
            break
        if now.on:
            beeps.append((at_ms, now.until_ms - at_ms))
        at_ms = now.until_ms
    return beeps


def test_no_connection_is_said_at_once_soon_again_and_then_each_quarter_of_an_hour() -> None:
    beeps = played(SOUNDS[Sign.NO_CONNECTION], 3_600)
    begins = [at_ms // 1_000 for at_ms, _ in beeps[::3]]
    assert begins == [0, 60, 120, 1_020, 1_920, 2_820]
    assert {length_ms for _, length_ms in beeps} == {LONG}


def test_at_night_it_is_said_once_and_not_again() -> None:
    beeps = played(SOUNDS[Sign.NO_CONNECTION], 3_600, quiet=True)
    assert [at_ms // 1_000 for at_ms, _ in beeps] == [0, 1, 2]


def test_a_reminder_comes_again_each_minute_also_at_night() -> None:
    day, night = (played(SOUNDS[Sign.REMINDER], 600, quiet=quiet) for quiet in (False, True))
    assert day == night
    assert len(day) == 10 * 16


def test_that_help_is_coming_is_said_three_times() -> None:
    beeps = played(SOUNDS[Sign.HELP_COMING], 3_600)
    assert [at_ms // 1_000 for at_ms, _ in beeps[::4]] == [0, 20, 40]


@given(st.sampled_from([*SOUNDS.values(), WELL_AGAIN]))
def test_a_sound_is_over_before_it_begins_again(sound: Sound) -> None:
    assert all(sum(sound.beeps_ms) < wait_s * 1_000 for wait_s in sound.again_s)
    assert all(
        begin + length <= later for (begin, length), (later, _) in pairwise(played(sound, 300))
    )
