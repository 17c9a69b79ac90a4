"""Who is asking, by the token of the request, and whether they hold the role that a step wants."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from contracts.refusal import Refusal
from contracts.vocabulary import Role
from kit.auth.scope import Principal
from kit.auth.tokens import Claims, KeysAway, TokenRefused, TokenVerifier
from kit.http.problems import Problem

SCHEME = "bearer"
BEARER = HTTPBearer(bearerFormat="JWT", description="OpenID Connect access token")
"""How callers identify themselves, as the OpenAPI document says it."""

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="hotline"'}


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
