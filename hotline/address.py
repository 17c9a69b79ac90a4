"""Where the embedded hotline and its bus answer: written under ./var at the start, read by the commands that ask."""

from pathlib import Path

from kit.settings import PREFIX, Settings

PATH_VARIABLE = f"{PREFIX}EMBEDDED__PATH"
"""Says in a second terminal where the first one's `hotline up` keeps everything."""

_HTTP = "address"
_BUS = "bus"


class NotRunning(RuntimeError):
    """Nothing says where the hotline answers."""


def tell_address(var: Path, address: str, bus: str) -> None:
    """Leave word of the HTTP address and of the broker, `host:port`."""
    var.mkdir(parents=True, exist_ok=True)
    (var / _HTTP).write_text(address + "\n", "ascii")
    (var / _BUS).write_text(bus + "\n", "ascii")


def known_address(settings: Settings) -> str:
    """The address that was left under `settings.embedded.path`. Raises NotRunning."""
    path = settings.embedded.path / _HTTP
    if not path.exists():
        raise NotRunning(
            f"{path} is not there: start the hotline with `hotline up`, or say where it runs: {PATH_VARIABLE} is the"
            " directory it keeps everything in, --url its address"
            f" 没有 {path}：请先用 hotline up 启动，或用 {PATH_VARIABLE} 指明它的目录，或用 --url 指明地址"
        )
    return path.read_text("ascii").strip()


def known_bus(settings: Settings) -> tuple[str, ...]:
    """The servers that are set, or the broker that `hotline up` left word of. Raises NotRunning."""
    if settings.kafka.bootstrap_servers:
        return settings.kafka.bootstrap_servers
    path = settings.embedded.path / _BUS
    if not path.exists():
        raise NotRunning(f"{path} is not there")
    return (path.read_text("ascii").strip(),)
