"""The composition root: the only package that knows all the parts, and how they live together.

Here is what a configuration may name, which most verbs ask for. The life of a gateway is imported
by who lives it (`serving`, `life`): it is a third of a verb's start.
"""

from __future__ import annotations

from heimvakt.config.catalogue import Catalogue, installed_drivers
from heimvakt.config.machine import this_machine
from heimvakt.rules import KINDS
from heimvakt.uplinks.mqtt_settings import MqttReceiverSettings
from heimvakt.uplinks.sms_settings import SmsReceiverSettings


def catalogue() -> Catalogue:
    """Everything that a configuration may name."""
    return Catalogue(
        drivers=installed_drivers(),
        rules=KINDS,
        receivers={"mqtt": MqttReceiverSettings, "sms": SmsReceiverSettings},
        machine=this_machine,
    )
