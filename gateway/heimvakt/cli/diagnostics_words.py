"""What `heimvakt diagnostics` says to whoever gathers a bundle, in the language of the home.

The bundle itself is in English, as its readers are the makers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from heimvakt.core.words import Words

from .times import count

TAKEN_OUT = (
    Words(
        nb="passord, PIN-koder, nøkler til nett og låser, installasjonskoder, sertifikater",
        en="passwords, PINs, tokens, keys of networks and locks, install codes, certificates",
    ),
    Words(
        nb="innlogging i adresser, telefonnumre, fødselsnumre, e-postadresser, kort",
        en="logins in addresses, telephone numbers, national identity numbers, mail addresses, "
        "cards",
    ),
    Words(
        nb="hvem som har nøkkel, hvem som tok eller lukket en alarm, hvem som kom",
        en="who has a key, who took or closed an alarm, who came",
    ),
    Words(
        nb="romnavn som ikke er vanlige ord for et rom, tekster i egne regler, kommentarer",
        en="names of rooms that are not plain words for one, texts of rules of the home's own, "
        "comments",
    ),
)
"""Said each time: whoever sends it answers for it."""
IN_IT = (
    Words(
        nb="nummeret på enheten, navn og adresser på sensorer, navn på regler og mottakere",
        en="the number of the gateway, names and addresses of devices, names of rules and "
        "receivers",
    ),
    Words(
        nb="adressene til meldingstjenere, hvilke sertifikater og hemmelige filer som er nevnt, "
        "stier",
        en="the addresses of brokers, which certificates and files of secrets are named, paths",
    ),
)
PARTS = {
    "manifest.json": "hva pakken inneholder",
    "versions.json": "programvare og versjoner",
    "box.json": "minne, disk, last, temperaturer, hva som er plugget i",
    "configuration.txt": "hjemmets fil: det som er kjent som harmløst",
    "findings.json": "hva som er galt i den filen",
    "status.json": "hva tjenesten sier om seg selv",
    "devices.json": "sensorene, forbindelser og batterier",
    "self-test.json": "den siste egentesten",
    "store.json": "hva som er lagret: antall, og om alt er helt",
    "files.json": "navnene i tilstandsmappen",
    "systemd.txt": "hva systemd sier om tjenesten",
    "service.log": "de siste linjene i loggen",
    "events.jsonl": "HVA SOM HAR HENDT I HJEMMET de siste dagene",
}
"""In Norwegian; in English a part says itself what it is."""
ARE_OUT = Words(nb="tatt ut:", en="taken out:")
ARE_IN = Words(nb="fortsatt med:", en="still in it:")
FOR_YOU_ALONE = Words(nb="bare du kan lese den", en="for nobody else to read")
NOTHING = Words(nb="ingenting ble skrevet", en="nothing was written")
ADD_IT = Words(nb="Ta det med?", en="Add it?")


def about_events(days: int) -> Words:
    """What it means to send what happened in the home."""
    last = "det siste døgnet" if days == 1 else f"de siste {days} døgnene"
    return Words(
        nb=f"Dette tar med det som har hendt i hjemmet {last}: når noen sto opp, var på\n"
        "badet, tok medisin, gikk ut. Den som leser det, vet mye om den som bor der.\n"
        "Send det bare til dem som har lov til å vite det, og bare hvis de trenger det.",
        en=f"This adds what happened in the home on the last {count(days, 'day')}: when somebody\n"
        "got up, was in the bathroom, took medicine, went out. Whoever reads it knows much about\n"
        "the one who lives there. Send it only to those who may know, and only if they need it.",
    )


def what_is(name: str, said: str) -> Words:
    """What a part of the bundle is."""
    return Words(nb=PARTS.get(name, said), en=said)


def language_of(text: str) -> str:
    """Of the file of a home, whatever else is wrong with it; English where there is none."""
    try:
        gateway = tomllib.loads(text).get("gateway")
    except tomllib.TOMLDecodeError:
        return "en"
    return str(gateway.get("language", "nb")) if isinstance(gateway, Mapping) else "en"
