"""Who somebody is, and whose work orders they may see: the centre all, a division its area, a unit its own."""

from dataclasses import dataclass

from contracts.fact import Actor
from contracts.ticket import came_by
from contracts.vocabulary import CENTRE, Role
from kit.store.port import Condition, In


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of a valid token: one person or system, of exactly one utility."""

    subject: str
    name: str
    utility: str
    roles: frozenset[Role]
    units: frozenset[str] = frozenset()
    divisions: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()

    def has(self, *roles: Role) -> bool:
        """Whether any of these roles is held."""
        return not self.roles.isdisjoint(roles)

    def actor(self, *roles: Role) -> Actor:
        """How facts name this person: in the first of `roles` that they hold, with that role's own scope."""
        role = next((role for role in roles if role in self.roles), None) or min(self.roles)
        names = tuple(sorted(self._scope_of(role)))
        return Actor(
            subject=self.subject,
            role=role,
            scope=names[0] if len(names) == 1 else None,
            scopes=names if len(names) > 1 else None,
        )

    def _scope_of(self, role: Role) -> frozenset[str]:
        if role is Role.UNIT:
            return self.units
        return self.divisions if role is Role.DIVISION else frozenset()


def may_see(principal: Principal, *, utility: str, unit: str | None, division: str | None) -> bool:
    """Need-to-know: the centre sees its utility, a division its area, a unit its own orders.

    `unit` and `division` are where the work order lies now; None (not dispatched yet) is seen by the centre alone.
    """
    if principal.utility != utility:
        return False
    return (
        principal.has(*CENTRE)
        or (principal.has(Role.DIVISION) and division in principal.divisions)
        or (principal.has(Role.UNIT) and unit in principal.units)
    )


def brought_by(principal: Principal, *, channel: str, platform: str | None) -> bool:
    """Whether this connected system sees and moves a ticket: what came by its own channel or platform.

    One that names platforms has what they sent, and of its channels only what no platform sent.
    """
    if not principal.has(Role.INTEGRATION):
        return False
    if platform is not None and principal.platforms:
        return platform in principal.platforms
    return channel in principal.channels


def brought_by_them(principal: Principal) -> Condition:
    """The same rule for lists: a condition on the fields `channel` and `came_by`."""
    if not principal.platforms:
        return In("channel", tuple(sorted(principal.channels)))
    own = (came_by(channel, None) for channel in principal.channels)
    return In("came_by", tuple(sorted((*own, *(came_by("", platform) for platform in principal.platforms)))))


def seen_by(principal: Principal) -> tuple[Condition, ...] | None:
    """The same rule for lists: conditions on the fields `unit` and `division`, or None when nothing may be listed.

    Who holds several roles is listed by the widest of them.
    """
    if principal.has(*CENTRE):
        return ()
    if principal.has(Role.DIVISION) and principal.divisions:
        return (In("division", tuple(sorted(principal.divisions))),)
    if principal.has(Role.UNIT) and principal.units:
        return (In("unit", tuple(sorted(principal.units))),)
    return None
