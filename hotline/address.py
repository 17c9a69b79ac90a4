"""Where the embedded hotline answers: written under ./var when it starts, read by the commands that ask it."""

from pathlib import Path

from kit.settings import Settings

_FILE = "address"


class NotRunning(RuntimeError):
    """Nothing says where the hotline answers."""


def tell_address(var: Path, address: str) -> None:
    """Leave word of the address."""
    var.mkdir(parents=True, exist_ok=True)
    (var / _FILE).write_text(address + "\n", "ascii")


def known_address(settings: Settings) -> str:
    """The address that was left under `settings.embedded.path`. Raises NotRunning."""
    path = settings.embedded.path / _FILE
    if not path.exists():
        raise NotRunning(f"{path} is not there: start the hotline with `hotline up`, or name its address with --url")
    return path.read_text("ascii").strip()
