"""`[receivers.NAME]` of kind mqtt: what is taken, and what an installer reads about the rest."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from heimvakt.uplinks.mqtt_settings import BrokerAddress, MqttReceiverSettings


def settings(*brokers: str, **more: Any) -> MqttReceiverSettings:
    return MqttReceiverSettings(kind="mqtt", brokers=brokers, **more)


def mistake(*brokers: str, **more: Any) -> str:
    with pytest.raises(ValidationError) as error:
        settings(*brokers, **more)
    hints = [str(one.get("ctx", {}).get("hint")) for one in error.value.errors()]
    return "\n".join([str(error.value), *hints])


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtts://centre.example", BrokerAddress("centre.example", 8883, tls=True)),
        ("mqtts://centre.example:443/", BrokerAddress("centre.example", 443, tls=True)),
        ("mqtts://[2001:db8::1]:8884", BrokerAddress("2001:db8::1", 8884, tls=True)),
        ("mqtt://127.0.0.1", BrokerAddress("127.0.0.1", 1883, tls=False)),
        ("mqtt://127.1.2.3:9", BrokerAddress("127.1.2.3", 9, tls=False)),
        ("mqtt://localhost:1884", BrokerAddress("localhost", 1884, tls=False)),
        ("mqtt://[::1]", BrokerAddress("::1", 1883, tls=False)),
    ],
)
def test_addresses_are_read_and_written(url: str, address: BrokerAddress) -> None:
    assert settings(url).addresses == (address,)
    assert BrokerAddress.of(str(address)) == address


@pytest.mark.parametrize(
    "url",
    [
        "mqtt://centre.example",
        "mqtt://192.168.1.2",
        "mqtt://127.0.0.1.centre.example",
        "mqtt://localhost.example",
        "mqtt://[2001:db8::1]",
    ],
)
def test_clear_text_is_for_this_machine_only(url: str) -> None:
    assert 'write "mqtts://' in mistake(url)
    assert 'write "mqtts://' in mistake("mqtts://centre.example", url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("centre.example", 'write "mqtts://HOST"'),
        ("tcp://centre.example", 'write "mqtts://HOST"'),
        ("mqtts://", 'write "mqtts://HOST"'),
        ("mqtts://centre.example:0", 'write "mqtts://HOST"'),
        ("mqtts://centre.example/x?y", 'write "mqtts://HOST"'),
        ("mqtts://[::1", 'write "mqtts://HOST"'),
        ("mqtts://centre .example", 'write "mqtts://HOST"'),
        ("mqtts://centre.example:99999", "a port is a number"),
        ("mqtts://centre.example:x", "a port is a number"),
        ("mqtts://me:word@centre.example", "no user or password in an address"),
    ],
)
def test_other_addresses_are_refused_with_what_to_write(url: str, said: str) -> None:
    assert said in mistake(url)


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="no user or password") as error:
        BrokerAddress.of("mqtts://me:hunter2@centre.example")
    assert "hunter2" not in str(error.value)


def test_what_belongs_together_comes_together() -> None:
    assert "go together" in mistake("mqtts://a", certificate="credential:c")
    assert "go together" in mistake("mqtts://a", key="credential:c")
    assert "needs a username" in mistake("mqtts://a", password="credential:p")
    assert "need TLS" in mistake("mqtt://localhost", ca="file:/ca.pem")


@pytest.mark.parametrize("secret", ["hunter2", "file:relative", "credential:", "credential:a/b"])
def test_a_secret_is_named_and_never_written(secret: str) -> None:
    mistake("mqtts://a", username="me", password=secret)


def test_unknown_keys_and_no_broker_at_all_are_mistakes() -> None:
    mistake("mqtts://a", insecure=True)
    mistake()


def test_every_key_is_described_for_the_editor() -> None:
    for name, schema in MqttReceiverSettings.model_json_schema()["properties"].items():
        assert schema.get("description"), name
