"""When a caller is who they say: enough of the items that the procedure compares agree (R004-045)."""

from collections.abc import Iterable

from procedures.model.types import Identity


def enough_agree(agreeing: Iterable[str], identity: Identity) -> bool:
    """Whether as many of the procedure's items agree as it asks for; others prove nothing."""
    return len(set(agreeing) & set(identity.items)) >= identity.at_least
