"""Loopback ports: choosing free ones, and asking whether somebody listens."""

from __future__ import annotations

import asyncio
import random
import socket

LOOPBACK = "127.0.0.1"
# Below the ports systems hand to outgoing connections (32768 up on Linux, 49152 up elsewhere): a broker that is
# restarted on its port would otherwise now and then find a client's connection sitting on it.
_RANGE = range(20_000, 32_000)


class PortInUse(RuntimeError):
    """The port asked for is taken by another process."""


def free_ports(count: int) -> tuple[int, ...]:
    """Different ports nobody listens on now; another process could still take one before it is used."""
    found: list[int] = []
    for port in random.sample(_RANGE, len(_RANGE)):
        if is_free(port):
            found.append(port)
        if len(found) == count:
            return tuple(found)
    raise PortInUse(f"no {count} free ports between {_RANGE.start} and {_RANGE.stop - 1}")


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def is_open(port: int) -> bool:
    """Whether somebody accepts connections on this loopback port."""
    with socket.socket() as client:
        client.settimeout(0.5)
        return client.connect_ex((LOOPBACK, port)) == 0


async def claim_port(port: int) -> int:
    """The port asked for, or a free one for 0.

    Raises PortInUse when it stays taken for two seconds: the system needs a moment to clear up after a killed server.
    """
    if port == 0:
        return free_ports(1)[0]
    for _ in range(100):
        if is_free(port):
            return port
        await asyncio.sleep(0.02)
    raise PortInUse(f"port {port} on {LOOPBACK} is taken by another process; stop it or choose another port")
