"""OpenID Connect access tokens: signature, issuer, audience and time, checked against the issuer's published keys."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple, Protocol

import httpx
import jwt
import structlog
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from contracts.fact import Line
from contracts.vocabulary import Role
from kit.clock import machine_now
from kit.settings import AuthSettings

_log = structlog.get_logger(__name__)

MOST_LETTERS = 16_384
"""Of a token: one with every unit of a large utility has a tenth of it."""

_MOST_CHECKED = 2048


class TokenRefused(Exception):
    """The token does not count: `code` is token_expired or token_invalid, `reason` an English phrase for the log."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class KeysAway(ConnectionError):
    """The issuer's keys were never fetched and cannot be fetched now."""


def _known_roles(value: object) -> object:
    """An identity provider's own roles (`offline_access`, …) are none of ours."""
    known = set(Role)
    return [word for word in value if word in known] if isinstance(value, (list, tuple)) else value


Second = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, lt=1e11)]
"""A moment in seconds since 1970: a number, and neither infinite nor thousands of years away."""

Scope = Annotated[frozenset[Line], Field(max_length=50)]


class Claims(BaseModel):
    """What a token must say. The others are the scope of a role: units and divisions, or a connected system's channels
    and platforms.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    sub: Line = Field(min_length=1)
    exp: Second
    nbf: Second | None = None
    name: Line | None = None
    utility: Line = Field(min_length=1)
    roles: Annotated[frozenset[Role], BeforeValidator(_known_roles), Field(min_length=1)]
    units: Scope = frozenset()
    divisions: Scope = frozenset()
    channels: Scope = frozenset()
    platforms: Scope = frozenset()


class KeySource(Protocol):
    """Where the public keys of the trusted issuer come from."""

    async def key(self, kid: str) -> jwt.PyJWK | None:
        """The signing key of this id, or None when the issuer has no such key; raises KeysAway."""
        ...


class JwksKeys:
    """The keys behind a JWKS URL, kept `max_age`; an unknown id asks again, but never sooner than `min_interval`.

    Keys once fetched outlive an issuer that is away: an outage of the identity provider must not stop the hotline.
    """

    def __init__(self, url: str, client: httpx.AsyncClient, *, max_age: timedelta, min_interval: timedelta) -> None:
        self._url = url
        self._client = client
        self._max_age = max_age
        self._min_interval = min_interval
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._asked_at: datetime | None = None
        self._fetching = asyncio.Lock()

    async def key(self, kid: str) -> jwt.PyJWK | None:
        if kid not in self._keys or self._is_older_than(self._max_age):
            await self._refresh(kid)
        return self._keys.get(kid)

    async def _refresh(self, kid: str) -> None:
        async with self._fetching:
            if self._is_older_than(self._max_age if kid in self._keys else self._min_interval):
                self._asked_at = machine_now()
                await self._fetch()
        if not self._keys:
            raise KeysAway(f"no signing keys from {self._url}")

    def _is_older_than(self, age: timedelta) -> bool:
        return self._asked_at is None or machine_now() - self._asked_at >= age

    async def _fetch(self) -> None:
        try:
            response = await self._client.get(self._url)
            response.raise_for_status()
            found = jwt.PyJWKSet.from_dict(response.json())
        except (httpx.HTTPError, ValueError, jwt.PyJWTError) as error:
            _log.warning("signing keys not refreshed", url=self._url, error=str(error), kept=len(self._keys))
            return
        self._keys = {key.key_id: key for key in found if key.key_id and key.public_key_use in (None, "sig")}


class _Checked(NamedTuple):
    """A token whose signature was found right, under this key."""

    kid: str
    key: jwt.PyJWK
    claims: Claims


class TokenVerifier:
    """Checks bearer tokens of one trusted issuer."""

    def __init__(
        self, keys: KeySource, *, issuer: str, audience: str, algorithms: tuple[str, ...], leeway: timedelta
    ) -> None:
        self._keys = keys
        self._leeway = leeway.total_seconds()

        self._issuer = issuer
        self._audience = audience
        self._algorithms = algorithms
        self._checked: OrderedDict[bytes, _Checked] = OrderedDict()

    async def claims(self, token: str) -> Claims:
        """The claims of a token that counts now; raises TokenRefused or KeysAway."""
        if len(token) > MOST_LETTERS:
            raise TokenRefused("token_invalid", f"longer than {MOST_LETTERS} letters")
        claims = await self._signed(token)
        now = machine_now().timestamp()
        if now >= claims.exp + self._leeway:
            raise TokenRefused("token_expired", "expired")
        if claims.nbf is not None and now < claims.nbf - self._leeway:
            raise TokenRefused("token_invalid", "not valid yet")
        return claims

    async def _signed(self, token: str) -> Claims:
        """A signature takes a tenth of a millisecond and depends on nothing but token and key: it is checked once.

        The key (it may be withdrawn) is looked at every time. What is kept is the digest of a token that counts.
        """
        digest = hashlib.blake2b(token.encode(), digest_size=16).digest()
        known = self._checked.get(digest)
        kid = known.kid if known else _key_id(token)
        key = await self._keys.key(kid)
        if key is None:
            raise TokenRefused("token_invalid", "signed with a key the issuer does not publish")
        if known is None or known.key is not key:
            claims = _signed_claims(
                token, key, issuer=self._issuer, audience=self._audience, algorithms=self._algorithms
            )
            known = self._checked[digest] = _Checked(kid, key, claims)
            if len(self._checked) > _MOST_CHECKED:
                self._checked.popitem(last=False)
        return known.claims


def remote_verifier(settings: AuthSettings, client: httpx.AsyncClient) -> TokenVerifier:
    """The verifier for the configured identity provider; `settings.issuer` and `settings.jwks_url` must be set."""
    assert settings.issuer is not None
    assert settings.jwks_url is not None
    keys = JwksKeys(
        settings.jwks_url,
        client,
        max_age=timedelta(seconds=settings.jwks_max_age_seconds),
        min_interval=timedelta(seconds=settings.jwks_min_interval_seconds),
    )
    return TokenVerifier(
        keys,
        issuer=settings.issuer,
        audience=settings.audience,
        algorithms=settings.algorithms,
        leeway=timedelta(seconds=settings.leeway_seconds),
    )


def _key_id(token: str) -> str:
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError as error:
        raise TokenRefused("token_invalid", f"not a JSON Web Token: {error}") from None
    if not isinstance(kid, str):
        raise TokenRefused("token_invalid", "names no key (kid)")
    return kid


def _signed_claims(token: str, key: jwt.PyJWK, *, issuer: str, audience: str, algorithms: tuple[str, ...]) -> Claims:
    try:
        payload = jwt.decode(
            token,
            key,
            algorithms=algorithms,
            issuer=issuer,
            audience=audience,
            options={
                "require": ["exp", "iss", "aud", "sub"],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
        return Claims.model_validate(payload)
    except ValidationError as error:
        wrong = ", ".join(str(problem["loc"][0]) for problem in error.errors())
        raise TokenRefused("token_invalid", f"claims missing or wrong: {wrong}") from None
    except jwt.PyJWTError as error:
        raise TokenRefused("token_invalid", str(error)) from None
