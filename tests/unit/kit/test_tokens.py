"""Tokens count only when the trusted issuer signed them, for us, with a key it still publishes, and lately."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from contracts.vocabulary import Role
from kit.auth.tokens import MOST_LETTERS, KeysAway, TokenRefused, TokenVerifier, remote_verifier
from kit.clock import machine_now
from kit.settings import AuthSettings

ISSUER = "https://id.example/realms/hotline"
OLD_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NEW_KEY = ec.generate_private_key(ec.SECP256R1())


class IdentityProvider:
    """A real HTTP application that publishes keys, counts who asks, and can fall silent."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = [jwk(RSAAlgorithm.to_jwk(OLD_KEY.public_key()), "old")]
        self.asked = 0
        self.away = False
        self.app = Starlette(routes=[Route("/jwks", self._jwks)])

    async def _jwks(self, _: Request) -> Response:
        self.asked += 1
        return Response(status_code=503) if self.away else JSONResponse({"keys": self.keys})


def jwk(text: str, kid: str, use: str = "sig") -> dict[str, Any]:
    return {**json.loads(text), "kid": kid, "use": use}


def claims(**changed: Any) -> dict[str, Any]:
    now = int(machine_now().timestamp())
    usual = {
        "iss": ISSUER,
        "aud": "hotline-loop",
        "sub": "u-17",
        "name": "王芳",
        "utility": "kunlun-gas-956100",
        "roles": ["unit", "offline_access"],
        "units": ["jinan"],
        "exp": now + 600,
    }
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


def signed(key: Any = OLD_KEY, kid: str | None = "old", algorithm: str = "RS256", **changed: Any) -> str:
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers={"kid": kid} if kid else {})


@pytest.fixture
def provider() -> IdentityProvider:
    return IdentityProvider()


@pytest.fixture
async def client(provider: IdentityProvider) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(provider.app)) as client:
        yield client


def verifier(client: httpx.AsyncClient, **settings: Any) -> TokenVerifier:
    usual: dict[str, Any] = {"jwks_min_interval_seconds": 0, "leeway_seconds": 30}
    given = {"issuer": ISSUER, "jwks_url": "http://id.example/jwks", **usual, **settings}
    return remote_verifier(AuthSettings(**given), client)


async def refused(checker: TokenVerifier, token: str) -> str:
    with pytest.raises(TokenRefused) as caught:
        await checker.claims(token)
    return caught.value.code


async def test_a_good_token_tells_who_it_is_and_foreign_roles_are_ignored(client: httpx.AsyncClient) -> None:
    found = await verifier(client).claims(signed())
    assert (found.sub, found.utility) == ("u-17", "kunlun-gas-956100")
    assert found.roles == {Role.UNIT}
    assert found.units == {"jinan"}


async def test_keys_are_fetched_once_for_many_tokens(provider: IdentityProvider, client: httpx.AsyncClient) -> None:
    checker = verifier(client)
    for number in range(5):
        await checker.claims(signed(sub=f"u-{number}"))
    assert provider.asked == 1


async def test_a_new_key_is_found_by_asking_again(provider: IdentityProvider, client: httpx.AsyncClient) -> None:
    checker = verifier(client)
    await checker.claims(signed())
    provider.keys.append(jwk(ECAlgorithm.to_jwk(NEW_KEY.public_key()), "new"))
    assert (await checker.claims(signed(NEW_KEY, "new", "ES256"))).sub == "u-17"
    assert provider.asked == 2


async def test_unknown_keys_do_not_make_us_ask_without_end(
    provider: IdentityProvider, client: httpx.AsyncClient
) -> None:
    checker = verifier(client, jwks_min_interval_seconds=60)
    await checker.claims(signed())
    for number in range(20):
        assert await refused(checker, signed(kid=f"made-up-{number}")) == "token_invalid"
    assert provider.asked == 1


async def test_a_withdrawn_key_ends_a_token_that_was_accepted_before(
    provider: IdentityProvider, client: httpx.AsyncClient
) -> None:
    checker = verifier(client, jwks_max_age_seconds=0)
    token = signed()
    await checker.claims(token)
    provider.keys = [jwk(ECAlgorithm.to_jwk(NEW_KEY.public_key()), "new")]
    assert await refused(checker, token) == "token_invalid"


async def test_an_issuer_that_is_away_does_not_stop_those_it_vouched_for(
    provider: IdentityProvider, client: httpx.AsyncClient
) -> None:
    checker = verifier(client, jwks_max_age_seconds=0)
    await checker.claims(signed())
    provider.away = True
    assert (await checker.claims(signed(sub="u-18"))).sub == "u-18"
    assert provider.asked == 2


async def test_without_any_keys_nobody_is_judged(provider: IdentityProvider, client: httpx.AsyncClient) -> None:
    provider.away = True
    with pytest.raises(KeysAway):
        await verifier(client).claims(signed())


async def test_an_expired_token_is_refused_and_the_leeway_is_counted(client: httpx.AsyncClient) -> None:
    now = int(machine_now().timestamp())
    checker = verifier(client, leeway_seconds=30)
    assert (await checker.claims(signed(exp=now - 20))).sub == "u-17"
    assert await refused(checker, signed(exp=now - 40)) == "token_expired"


async def test_a_token_accepted_once_expires_all_the_same(client: httpx.AsyncClient) -> None:
    checker = verifier(client, leeway_seconds=0)
    token = signed(exp=machine_now().timestamp() + 0.2)
    await checker.claims(token)
    await asyncio.sleep(0.3)
    assert await refused(checker, token) == "token_expired"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-system"},
        {"aud": None},
        {"exp": None},
        {"sub": None},
        {"utility": None},
        {"utility": ""},
        {"utility": ["a", "b"]},
        {"roles": []},
        {"roles": ["offline_access"]},
        {"roles": None},
        {"nbf": 4_000_000_000},
    ],
    ids=str,
)
async def test_a_claim_missing_or_wrong_refuses_the_token(client: httpx.AsyncClient, changed: dict[str, Any]) -> None:
    assert await refused(verifier(client), signed(**changed)) == "token_invalid"


async def test_a_token_signed_by_somebody_else_under_a_known_key_id_is_refused(client: httpx.AsyncClient) -> None:
    forger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert await refused(verifier(client), signed(forger)) == "token_invalid"


async def test_the_algorithm_is_ours_to_choose_not_the_tokens(client: httpx.AsyncClient) -> None:
    checker = verifier(client)
    assert await refused(checker, signed(algorithm="RS512")) == "token_invalid"
    unsigned = jwt.encode(claims(), "", algorithm="none", headers={"kid": "old"})
    assert await refused(checker, unsigned) == "token_invalid"
    secret = jwt.encode(claims(), "old" * 20, algorithm="HS256", headers={"kid": "old"})
    assert await refused(checker, secret) == "token_invalid"


async def test_an_algorithm_that_is_not_pinned_is_refused_even_with_a_published_key(
    provider: IdentityProvider, client: httpx.AsyncClient
) -> None:
    provider.keys.append(jwk(ECAlgorithm.to_jwk(NEW_KEY.public_key()), "new"))
    token = signed(NEW_KEY, "new", "ES256")
    assert (await verifier(client).claims(token)).sub == "u-17"
    assert await refused(verifier(client, algorithms="RS256"), token) == "token_invalid"


async def test_a_key_published_for_encryption_signs_nothing(
    provider: IdentityProvider, client: httpx.AsyncClient
) -> None:
    provider.keys.append(jwk(ECAlgorithm.to_jwk(NEW_KEY.public_key()), "enc", use="enc"))
    assert await refused(verifier(client), signed(NEW_KEY, "enc", "ES256")) == "token_invalid"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ey.ey.ey"])
async def test_what_is_no_token_is_refused(client: httpx.AsyncClient, token: str) -> None:
    assert await refused(verifier(client), token) == "token_invalid"


async def test_a_token_that_names_no_key_is_refused(client: httpx.AsyncClient) -> None:
    assert await refused(verifier(client), signed(kid=None)) == "token_invalid"


@pytest.mark.parametrize("exp", [float("inf"), float("nan"), 1e300, "4102444800", True, -1])
async def test_a_token_ends_at_a_moment_that_is_a_number(client: httpx.AsyncClient, exp: Any) -> None:
    with pytest.raises(TokenRefused) as caught:
        await verifier(client).claims(signed(exp=exp))
    assert caught.value.code == "token_invalid"


async def test_a_token_of_any_length_is_not_even_looked_at(client: httpx.AsyncClient) -> None:
    with pytest.raises(TokenRefused) as caught:
        await verifier(client).claims(signed(padding="x" * MOST_LETTERS))
    assert "longer" in caught.value.reason
