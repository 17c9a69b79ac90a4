"""Who is asking, what they may do, and whose work orders they may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from contracts.fact import Actor
from contracts.refusal import Refusal
from contracts.ticket import came_by
from contracts.vocabulary import CENTRE, Role
from kit.auth.tokens import Claims, KeysAway, TokenRefused, TokenVerifier
from kit.http.problems import Problem
from kit.store.port import Condition, In

SCHEME = "bearer"
BEARER = HTTPBearer(bearerFormat="JWT", description="OpenID Connect access token")
"""How callers identify themselves, as the OpenAPI document says it."""

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="hotline"'}


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
    """Need-to-know (R004-026, R004-039): the centre sees its utility, a division its area, a unit its own orders.

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


async def authenticate(request: Request) -> Principal:
    """The bearer of this request's token; raises Problem 401 (who are you), 503 (the issuer's keys cannot be had)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(Refusal("not_authenticated"), headers=_CHALLENGE)
    verifier: TokenVerifier = request.app.state.verifier
    try:
        return principal_of(await verifier.claims(token.strip()))
    except TokenRefused as refused:
        raise Problem(Refusal(refused.code, params={"reason": refused.reason}), headers=_CHALLENGE) from None
    except KeysAway as away:
        raise Problem(Refusal("unavailable", params={"what": "identity provider"})) from away


async def authorize(request: Request, roles: Collection[Role]) -> Principal:
    """The bearer, if they hold one of these roles; raises Problem 401, 503, or 403 naming the roles accepted."""
    principal = await authenticate(request)
    if principal.roles.isdisjoint(roles):
        raise Problem(Refusal("role_missing", accepts=tuple(role.value for role in roles)))
    return principal


def principal_of(claims: Claims) -> Principal:
    """What a verified token says of its holder."""
    return Principal(
        subject=claims.sub,
        name=claims.name or claims.sub,
        utility=claims.utility,
        roles=claims.roles,
        units=claims.units,
        divisions=claims.divisions,
        channels=claims.channels,
        platforms=claims.platforms,
    )


class HolderOf(SecurityBase):
    """A dependency: the bearer of the request's token, who must hold one of these roles, where any are given.

    `who: Annotated[Principal, Depends(HolderOf(Role.UNIT))]`.
    """

    model = BEARER
    scheme_name = SCHEME

    def __init__(self, *roles: Role) -> None:
        self._roles = roles

    async def __call__(self, request: Request) -> Principal:
        return await authorize(request, self._roles) if self._roles else await authenticate(request)


Authenticated = Annotated[Principal, Depends(HolderOf())]
"""Parameter type for an endpoint that any valid token may call."""
