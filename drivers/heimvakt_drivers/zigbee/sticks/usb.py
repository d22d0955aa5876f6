"""What is plugged in, as the kernel shows it: read from its files, nothing is opened.

Opening a port to look would pull at the lines by which many sticks are reset.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .sticks import Family, family_of, may_be_radio

PORTS_MAX = 64
"""No gateway has so many; whatever makes more is not plugged in by hand."""

LINKS_MAX = 8
"""From a name that somebody gave a port to the kernel's own."""

TTYS = ("ttyUSB*", "ttyACM*")
"""What the kernel calls a serial port on USB."""


@dataclass(frozen=True, slots=True)
class Roots:
    """Where the kernel's files are; elsewhere in tests."""

    sys: Path = Path("/sys")
    dev: Path = Path("/dev")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbPort:
    """One serial port on USB."""

    port: str
    """The path under /dev/serial/by-id, the same in every socket; the kernel's where there is none,
    as on a machine without udev."""
    device: str
    """The kernel's path of this time."""
    usb_id: str
    maker: str | None
    product: str | None
    interface: int | None
    folder: Path
    """The USB device in sysfs."""

    @property
    def family(self) -> Family | None:
        """What it looks like."""
        return family_of(self.usb_id, self.maker, self.product, self.interface)

    @property
    def may_be_radio(self) -> bool:
        """Whether it is one, or nobody can tell without asking it."""
        return self.family is not None or may_be_radio(self.usb_id)


def plugged_in(roots: Roots) -> list[UsbPort]:
    """All serial ports on USB: those that look like radios first, then by their paths."""
    names = _names_by_id(roots.dev)
    found = [port for tty in _ttys(roots.sys) if (port := _port(tty, roots, names)) is not None]
    return sorted(found, key=lambda p: (p.family is None, not p.may_be_radio, p.port))


def port_of(path: str, roots: Roots) -> UsbPort | None:
    """The USB port behind a path, whatever its name; None if it is none, or nothing is there."""
    if not path.startswith("/"):
        return None
    at = Path(path)
    for _ in range(LINKS_MAX):
        tty = roots.sys / "class/tty" / at.name
        if tty.exists():
            return _port(tty, roots, _names_by_id(roots.dev))
        if not at.is_symlink():
            return None
        at = at.parent / at.readlink()
    return None


def _ttys(sys: Path) -> list[Path]:
    found = [tty for pattern in TTYS for tty in (sys / "class/tty").glob(pattern)]
    return sorted(found)[:PORTS_MAX]


def _names_by_id(dev: Path) -> dict[str, str]:
    """The stable path of each tty, by the kernel's name."""
    try:
        links = sorted((dev / "serial/by-id").iterdir())
    except OSError:
        return {}  # the folder comes with the first port and goes with the last
    return {link.readlink().name: str(link) for link in links if link.is_symlink()}


def _port(tty: Path, roots: Roots, names: dict[str, str]) -> UsbPort | None:
    above = list(_above(tty, roots.sys))
    folder = next((f for f in above if (f / "idVendor").exists()), None)
    if folder is None:
        return None
    vendor, product_id = _line(folder / "idVendor"), _line(folder / "idProduct")
    if vendor is None or product_id is None:
        return None  # pulled out just now
    at = next((n for f in above if (n := _line(f / "bInterfaceNumber")) is not None), None)
    device = str(roots.dev / tty.name)
    return UsbPort(
        port=names.get(tty.name, device),
        device=device,
        usb_id=f"{vendor}:{product_id}".lower(),
        maker=_line(folder / "manufacturer"),
        product=_line(folder / "product"),
        interface=int(at, 16) if at is not None else None,
        folder=folder,
    )


def _above(tty: Path, sys: Path) -> Iterator[Path]:
    """The folders of the devices that the port hangs on, from the nearest one."""
    at = (tty / "device").resolve()
    top = sys.resolve()
    while at != top and at.is_relative_to(top):
        yield at
        at = at.parent


def _line(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip() or None
    except OSError:
        return None
