"""`heimvakt radio` at the real daemon: it goes on with another stick, and nobody pairs again."""

from __future__ import annotations

import json

from heimvakt_drivers.virtual.zigbee import EmergencyButton, VirtualRadio
from tests.support.command import heimvakt
from tests.support.home import Home, home


def moved(h: Home, radio: VirtualRadio) -> EmergencyButton:
    """The pendant as it is, within reach of another radio: it has noticed nothing."""
    there = radio.add(EmergencyButton(h.pendant.ieee))
    there.nwk, there.joined = h.pendant.nwk, True
    for cluster, attributes in h.pendant.clusters.items():
        for number, attribute in attributes.items():
            there.clusters[cluster][number].value = attribute.value
    return there


async def test_a_new_stick_takes_over_while_the_service_runs() -> None:
    async with home() as h, h.running() as service, service.link() as (link, watched):
        new = VirtualRadio(seed=99, asleep_s=0.2)
        beside, file = h.folder / "beside", h.folder / "network.json"
        async with new.serve_pty(link=beside):
            socket = ("--socket", h.command.control)
            backup = await heimvakt("radio", "backup", file, *socket)
            assert backup.code == 0, backup.err
            kept = json.loads(file.read_text())
            assert kept["metadata"]["format"] == "zigpy/open-coordinator-backup"
            assert kept["network_key"]["key"] not in backup.out + service.said()

            assert (await link.ask("radios"))["radios"] == {"zigbee": str(h.folder / "radio")}
            before = h.command.configuration.read_text()
            swap = await heimvakt("radio", "swap", "--port", beside, "--yes", *socket)
            assert swap.code == 0, swap.err
            assert "The radio is blank" in swap.out
            written = h.command.configuration.read_text()
            assert f'port = "{beside}"' in written
            assert written == before.replace(f'port = "{h.folder / "radio"}"', f'port = "{beside}"')
            await watched.event("radio-back")
            assert (await link.ask("radios"))["radios"] == {"zigbee": str(beside)}
            await moved(h, new).press()
            await h.centre.alarm("button")
            assert h.centre.kinds() == ["button"]
            assert kept["network_key"]["key"] not in swap.out + service.said()
