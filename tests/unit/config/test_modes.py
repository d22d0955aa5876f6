"""What a file says of modes and keys is what the home is given."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from heimvakt.config.configuration import Configuration
from heimvakt.config.modes import MODELS
from heimvakt.core.events import Mode, Press
from heimvakt.core.fields import DurationText, parse_duration
from heimvakt.core.mode_plans import AT_MOST, PLANS
from tests.unit.config.homes import GOOD, check

WRITTEN = """
[tags.carer-7]
card = "26:0004A2F1"
code = "credential:carer-7"

[modes.visit]
lasting = "90m"
suppresses = ["inactivity"]

[modes.privacy]
button = "pendant"
"""


def loaded(folder: Path, text: str) -> Configuration:
    configuration = check(folder, text).configuration
    assert configuration is not None
    return configuration


def test_a_file_that_says_nothing_has_the_usual_modes(tmp_path: Path) -> None:
    home = loaded(tmp_path, GOOD).to_home()
    assert dict(home.modes) == PLANS
    assert home.tags == {}


def test_what_is_written_is_so_and_all_else_as_usual(tmp_path: Path) -> None:
    configuration = loaded(tmp_path, GOOD + WRITTEN.replace("90m", "1h30m"))
    home = configuration.to_home(codes={"4711": "carer-7"})
    visit, privacy = home.modes[Mode.VISIT], home.modes[Mode.PRIVACY]
    assert (visit.lasting, visit.suppresses) == (timedelta(minutes=90), frozenset({"inactivity"}))
    assert (privacy.button, privacy.press) == ("pendant", Press.LONG)
    assert privacy.suppresses == PLANS[Mode.PRIVACY].suppresses
    assert home.modes[Mode.AWAY] == PLANS[Mode.AWAY]
    assert home.tags == {"26:0004a2f1": "carer-7", "code:4711": "carer-7"}


@pytest.mark.parametrize("mode", MODELS)
def test_no_file_can_let_a_mode_last_longer_than_the_engine_does(mode: Mode) -> None:
    field = MODELS[mode].model_fields["lasting"]
    (bounds,) = (each for each in field.metadata if isinstance(each, DurationText))
    assert parse_duration(bounds.at_most) == AT_MOST[mode]
    assert MODELS[mode].model_validate({}).to_plan(mode) == PLANS[mode]
    assert get_args(MODELS[mode].model_fields["press"].annotation) == ("long", "held")
