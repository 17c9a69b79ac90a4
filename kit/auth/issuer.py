"""The embedded mode's own token issuer: a key under ./var, seeded users, tokens for the command line and the tests."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.algorithms import OKPAlgorithm

from contracts.vocabulary import Channel, Role
from kit.auth.keyfile import kept
from kit.auth.tokens import TokenVerifier, remote_verifier
from kit.clock import machine_now
from kit.settings import BUILT_IN_ISSUER, Settings, SettingsError, open_issuer

ALGORITHM = "EdDSA"
_FILE = "issuer-ed25519.pem"


class IssuerKeyError(RuntimeError):
    """The issuer's key file is not ours to use: wrong content, or readable by others."""


class UnknownUser(ValueError):
    """No seeded user of that name; the text lists the names."""


@dataclass(frozen=True, slots=True)
class SeededUser:
    """Someone the embedded mode knows: the claims of their token, without utility and times."""

    subject: str
    name: str
    roles: tuple[Role, ...]
    units: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()


_USERS = {
    "agent": SeededUser("agent-01", "坐席01", (Role.AGENT,)),
    "supervisor": SeededUser("supervisor-01", "督办主管01", (Role.SUPERVISOR,)),
    "knowledge": SeededUser("knowledge-01", "知识管理01", (Role.KNOWLEDGE,)),
    "admin": SeededUser("admin-01", "管理员01", (Role.ADMIN,)),
}
_WITH_NAMES = "unit:NAME, division:NAME, integration, integration:NAME"


def seeded_user(spec: str) -> SeededUser:
    """`agent`, `supervisor`, `knowledge`, `admin`, `unit:NAME[,NAME]`, `division:NAME[,NAME]`, `integration` (of every
    channel) or `integration:NAME[,NAME]` of these channels and platforms.

    Raises UnknownUser.
    """
    kind, _, scope = spec.partition(":")
    names = tuple(name.strip() for name in scope.split(",") if name.strip())
    if kind == "unit" and names:
        return SeededUser(f"unit-{names[0]}", f"责任单位 {names[0]}", (Role.UNIT,), units=names)
    if kind == "division" and names:
        return SeededUser(f"division-{names[0]}", f"事业部 {names[0]}", (Role.DIVISION,), divisions=names)
    if kind == "integration":
        return _connected(names or tuple(Channel))
    if kind in _USERS and not scope:
        return _USERS[kind]
    raise UnknownUser(f"no seeded user {spec!r}; accepted: {', '.join(_USERS)}, {_WITH_NAMES}")


def _connected(names: tuple[str, ...]) -> SeededUser:
    """A system connected for channels, or, by any other name, for platforms."""
    channels = tuple(name for name in names if name in set(Channel))
    platforms = tuple(name for name in names if name not in channels)
    subject = "integration-01" if len(channels) == len(Channel) else f"integration-{names[0]}"
    return SeededUser(subject, "系统对接01", (Role.INTEGRATION,), channels=channels, platforms=platforms)


def has_key(directory: Path) -> bool:
    """Whether an issuer has signed from there before."""
    return (directory / _FILE).exists()


class BuiltInIssuer:
    """Signs tokens with the key in `directory`, made there (mode 0600) on first use."""

    def __init__(self, directory: Path) -> None:
        self._private = _key_in(directory)
        public = self._private.public_key()
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.kid = hashlib.sha256(raw).hexdigest()[:16]
        jwk: dict[str, Any] = orjson.loads(OKPAlgorithm.to_jwk(public))
        self.jwk = {**jwk, "kid": self.kid, "use": "sig", "alg": ALGORITHM}
        self._public = jwt.PyJWK(self.jwk)

    def jwks(self) -> dict[str, Any]:
        """The document served at /.well-known/jwks.json."""
        return {"keys": [self.jwk]}

    def token(self, user: SeededUser, *, utility: str, audience: str, lifetime: timedelta) -> str:
        """A signed bearer token, valid from now for `lifetime` of machine time."""
        now = int(machine_now().timestamp())
        claims = {
            "iss": BUILT_IN_ISSUER,
            "aud": audience,
            "sub": user.subject,
            "name": user.name,
            "utility": utility,
            "roles": list(user.roles),
            "units": list(user.units),
            "divisions": list(user.divisions),
            "channels": list(user.channels),
            "platforms": list(user.platforms),
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
        }
        return jwt.encode(claims, self._private, algorithm=ALGORITHM, headers={"kid": self.kid})

    async def key(self, kid: str) -> jwt.PyJWK | None:
        """A KeySource for verifiers in the same machine."""
        return self._public if kid == self.kid else None

    def verifier(self, *, audience: str, leeway: timedelta) -> TokenVerifier:
        """A verifier that trusts this issuer and no other."""
        return TokenVerifier(self, issuer=BUILT_IN_ISSUER, audience=audience, algorithms=(ALGORITHM,), leeway=leeway)


def trusted(settings: Settings, client: httpx.AsyncClient) -> tuple[TokenVerifier, BuiltInIssuer | None]:
    """Whose tokens this process believes: the configured identity provider, or, in embedded mode only, its own issuer.

    Raises SettingsError when there is neither, or the built-in issuer could be reached from elsewhere.
    """
    if settings.auth.issuer is not None:
        return remote_verifier(settings.auth, client), None
    if not settings.embedded.issuer:
        raise SettingsError("HOTLINE_AUTH__ISSUER and HOTLINE_AUTH__JWKS_URL: not set; nobody could sign in")
    # Asked again here, at the point of trust: settings that were copied with changes were not validated anew.
    if (refusal := open_issuer(settings)) is not None:
        raise SettingsError(refusal)
    issuer = BuiltInIssuer(settings.embedded.path)
    leeway = timedelta(seconds=settings.auth.leeway_seconds)
    return issuer.verifier(audience=settings.auth.audience, leeway=leeway), issuer


def _key_in(directory: Path) -> Ed25519PrivateKey:
    path = directory / _FILE
    pem = kept(path, _new_key)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise IssuerKeyError(f"{path} can be read by others; chmod 600 it, or remove it to get a new key")
    try:
        key = load_pem_private_key(pem, password=None)
    except ValueError as error:
        raise IssuerKeyError(f"{path} is not a PEM private key ({error}); remove it to get a new key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise IssuerKeyError(f"{path} is not an Ed25519 key; remove it to get a new key")
    return key


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
