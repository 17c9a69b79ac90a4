"""Keeps what fails from holding up the rest: all at once, and where that fails, ever smaller parts by themselves."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


async def each_apart(
    items: Sequence[T],
    handle: Callable[[Sequence[T]], Awaitable[None]],
    give_up: Callable[[T, Exception], Awaitable[None]],
) -> None:
    """Handle all at once; where that fails, handle the halves, in order, until the one that cannot be is alone.

    An outage (ConnectionError) is nobody's fault and is raised.
    """
    try:
        await handle(items)
    except ConnectionError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a rule may raise, the others go on
        if len(items) == 1:
            await give_up(items[0], error)
            return
        middle = len(items) // 2
        await each_apart(items[:middle], handle, give_up)
        await each_apart(items[middle:], handle, give_up)
