"""Folders like those of the kernel, for sticks that nobody has to plug in."""

from __future__ import annotations

from pathlib import Path

from heimvakt_drivers.zigbee.sticks.usb import Roots


class UsbTree:
    """/sys and /dev below one folder."""

    def __init__(self, folder: Path) -> None:
        self.roots = Roots(sys=folder / "sys", dev=folder / "dev")
        self._plugged = 0
        (self.roots.sys / "class/tty").mkdir(parents=True)

    def plug(
        self,
        usb_id: str,
        maker: str | None = None,
        product: str | None = None,
        *,
        by_id: str | None = None,
        interface: int = 0,
        tty: str | None = None,
        port: Path | None = None,
    ) -> str:
        """A stick; gives the path to open. `port` is what its tty really is."""
        sys, dev = self.roots.sys, self.roots.dev
        self._plugged += 1
        number = self._plugged
        name = tty or f"ttyUSB{number - 1}"
        stick = sys / f"devices/pci0000:00/usb1/1-{number}"
        function = stick / f"1-{number}:1.{interface}"
        (function / name / "tty" / name).mkdir(parents=True)
        vendor, _, product_id = usb_id.partition(":")
        said = {"idVendor": vendor, "idProduct": product_id, "busnum": "1", "devnum": str(number)}
        said |= {"manufacturer": maker or "", "product": product or ""}
        for file, text in said.items():
            (stick / file).write_text(text + "\n")
        (function / "bInterfaceNumber").write_text(f"{interface:02x}\n")
        tty_folder = function / name / "tty" / name
        (tty_folder / "device").symlink_to(function / name)
        (sys / "class/tty" / name).symlink_to(tty_folder)
        device = dev / name
        dev.mkdir(exist_ok=True)
        if port is None:
            device.touch()
        else:
            device.symlink_to(port)
        if by_id is None:
            return str(device)
        (dev / "serial/by-id").mkdir(parents=True, exist_ok=True)
        link = dev / "serial/by-id" / by_id
        link.symlink_to(f"../../{name}")
        return str(link)
