"""A catalogue with small drivers and receivers of the tests' own, and the real rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from heimvakt.config import CannotUse, Catalogue, Loaded, load
from heimvakt.core.devices import Device
from heimvakt.core.ports import Driver, DriverPlugin, Mistake
from heimvakt.core.receiver import ReceiverSettings

HERE = Path(__file__).parent
GOOD = (HERE / "mistakes" / "home.toml").read_text(encoding="utf-8")


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RadioSettings(_Settings):
    port: Annotated[str, Field(min_length=1, description="Where.", examples=["/dev/ttyUSB0"])]
    channel: Annotated[int | None, Field(ge=11, le=26, description="The channel.")] = None
    encrypted: Annotated[bool, Field(description="Whether nobody else can listen.")] = True


class LineSettings(_Settings):
    port: Annotated[str, Field(description="Where.")]
    key: Annotated[str | None, Field(pattern="^credential:.+", description="Its key.")] = None


class Plugin:
    """Finds fault with what it is told to."""

    device_settings: type[Any] | None = None

    def __init__(self, name: str, settings: type[BaseModel]) -> None:
        self.name = name
        self.settings = settings

    def check(
        self, settings: Any, where: tuple[str | int, ...], devices: Sequence[Device]
    ) -> Sequence[Mistake]:
        found = []
        if not settings.port.startswith("/dev/"):
            found.append(
                Mistake((*where, "port"), f'"{settings.port}" is no port', "write /dev/...")
            )
        if settings.port == "/dev/unplugged":
            found.append(
                Mistake((*where, "port"), "nothing is plugged in", "plug it in", warning=True)
            )
        for device in devices:
            if device.address.startswith("bad"):
                place = ("devices", device.device_id, "address")
                found.append(Mistake(place, f'"{device.address}" is no address', "read the label"))
        return found

    def create(self, settings: Any) -> Driver:
        raise NotImplementedError


class CentreSettings(ReceiverSettings):
    kind: Annotated[Literal["mqtt"], Field(description="How.")]
    brokers: Annotated[
        tuple[str, ...], Field(min_length=1, max_length=2, description="Where.", examples=[["a"]])
    ]
    password: Annotated[str | None, Field(pattern="^credential:.+", description="Secret.")] = None


class PhoneSettings(ReceiverSettings):
    """Without a field `kind`: the loader keeps it away."""

    number: Annotated[str, Field(pattern=r"^\+\d+$", description="Whom.", examples=["+4799999999"])]


def _broken() -> DriverPlugin:
    raise CannotUse("No module named 'bus'")


CATALOGUE = Catalogue(
    drivers={
        "zigbee": lambda: Plugin("zigbee", RadioSettings),
        "osdp": lambda: Plugin("osdp", LineSettings),
        "bus": _broken,
    },
    receivers={"mqtt": CentreSettings, "sms": PhoneSettings},
)


def check(tmp_path: Path, content: str | bytes, catalogue: Catalogue = CATALOGUE) -> Loaded:
    """What `load` makes of a file with this content."""
    file = tmp_path / "home.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load(file, catalogue)
