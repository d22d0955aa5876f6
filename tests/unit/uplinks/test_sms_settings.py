"""`[receivers.NAME]` of kind sms: what is taken, and what an installer reads about the rest."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from heimvakt.uplinks.sms_settings import SmsReceiverSettings


def hint(number: str) -> str:
    with pytest.raises(ValidationError) as error:
        SmsReceiverSettings(kind="sms", number=number)
    (mistake,) = error.value.errors()
    return str(mistake["ctx"]["hint"])


def test_a_number_is_enough() -> None:
    settings = SmsReceiverSettings(kind="sms", number="+4790000000")
    assert (settings.at_most, settings.language) == (6, None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("90000000", "+4790000000"),
        ("900 00 000", "+4790000000"),
        ("+47 900 00 000", "+4790000000"),
        ("004790000000", "+4790000000"),
        ("0046 70 123 45 67", "+46701234567"),
    ],
)
def test_a_number_that_can_be_guessed_is_said_as_it_should_be(written: str, meant: str) -> None:
    assert hint(written) == f'write it as "{meant}"'


@pytest.mark.parametrize(
    "written", ["", "112", "1234567", "+0790000000", "daughter", "+47x0000000"]
)
def test_others_are_told_how_to_write_one(written: str) -> None:
    assert "+4790000000" in hint(written)


@pytest.mark.parametrize("at_most", [0, -1, 31, True, "6"])
def test_how_often_has_limits(at_most: object) -> None:
    with pytest.raises(ValidationError):
        SmsReceiverSettings.model_validate(
            {"kind": "sms", "number": "+4790000000", "at_most": at_most}
        )


def test_every_key_is_described_for_the_editor() -> None:
    for name, schema in SmsReceiverSettings.model_json_schema()["properties"].items():
        assert schema.get("description"), name
