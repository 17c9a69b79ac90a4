"""Every setting of every process: environment variables `HOTLINE_<GROUP>__<NAME>`, read once, frozen."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretBytes,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "HOTLINE_"
BUILT_IN_ISSUER = "urn:hotline-loop:embedded"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SettingsError(ValueError):
    """A setting is wrong; the text names every wrong variable, what it holds and what is accepted, one per line."""


def _words(value: object) -> object:
    """`a, b` from the environment is a list of two words."""
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


def _key(value: object) -> object:
    """A 256-bit key in base64, standard or URL-safe alphabet."""
    if not isinstance(value, str):
        return value
    try:
        raw = base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        raise ValueError("not base64; make one with: openssl rand -base64 32") from None
    if len(raw) != 32:
        raise ValueError(f"{len(raw)} bytes after base64; exactly 32 are needed: openssl rand -base64 32")
    return raw


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class KafkaSettings(_Group):
    """The bus. An empty `bootstrap_servers` means the embedded broker (only `hotline up` starts one)."""

    bootstrap_servers: Words = ()
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    username: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    idempotent: bool = Field(default=True, description="off only for brokers without InitProducerId")
    partitions: int = Field(default=6, ge=1, le=1000)
    replication_factor: int = Field(default=1, ge=1, le=10)
    min_insync_replicas: int = Field(default=1, ge=1, le=10)
    batch_size: int = Field(default=500, ge=1, le=10_000, description="events per batch, at most")
    poll_ms: int = Field(default=10, ge=1, le=1_000, description="rest after a poll that brought nothing")
    batch_wait_ms: int = Field(default=500, ge=1, le=1_000, description="how long the broker waits for a first event")
    session_timeout_ms: int = Field(default=10_000, ge=1_000, le=300_000)
    dead_letters_in_a_row: int = Field(
        default=50, ge=1, description="of different subjects; after more the reader rests"
    )


class StoreSettings(_Group):
    """Where documents live: `mongodb://host/…`, or `sqlite:///directory` with one file per service in it."""

    url: str = Field(default="sqlite:///var/documents", pattern=r"^(mongodb(\+srv)?://.+|sqlite:///.*)$")
    database: str = Field(default="hotline", pattern=r"^[a-z][a-z0-9_]{0,30}$", description="MongoDB name prefix")


class HttpSettings(_Group):
    """The listening address and the limits of one request."""

    host: str = "127.0.0.1"
    port: int = Field(default=8956, ge=0, le=65_535, description="0 takes a free port")
    max_head_bytes: int = Field(default=32_768, ge=4_096, description="address and headers together; more is 431")
    head_seconds: float = Field(default=10.0, gt=0, le=300, description="for address and headers to arrive, or 408")
    max_body_bytes: int = Field(default=1_048_576, ge=1_024)
    body_seconds: float = Field(
        default=20.0, gt=0, le=300, description="for a body to begin; then 8 KB a second, or 408"
    )
    max_connections: int = Field(default=1_000, ge=1, description="open at once; one more is sent away (503)")
    max_in_flight: int = Field(default=400, ge=1, description="requests answered at once; one more is told 503")
    page_size: int = Field(default=50, ge=1, description="rows of a list page unless asked otherwise")
    max_page_size: int = Field(default=200, ge=1)
    wait_seconds: float = Field(default=2.0, ge=0, le=30, description="wait for an event still on its way")
    drain_seconds: float = Field(default=15.0, gt=0, le=300, description="from SIGTERM to exit, at most")


class AuthSettings(_Group):
    """Whose tokens are trusted. Production sets `issuer` and `jwks_url`; algorithms are pinned, never the token's."""

    issuer: str | None = None
    audience: str = "hotline-loop"
    jwks_url: str | None = Field(default=None, pattern=r"^https?://.+$")
    algorithms: Annotated[
        tuple[Literal["RS256", "PS256", "ES256", "ES384", "EdDSA"], ...], NoDecode, BeforeValidator(_words)
    ] = (
        "RS256",
        "ES256",
    )
    leeway_seconds: float = Field(default=30, ge=0, le=300)
    jwks_max_age_seconds: float = Field(default=300, ge=0)
    jwks_min_interval_seconds: float = Field(default=10, ge=0, description="an unknown key asks again no sooner")

    @model_validator(mode="after")
    def _both_or_neither(self) -> AuthSettings:
        if (self.issuer is None) != (self.jwks_url is None):
            raise ValueError("ISSUER and JWKS_URL belong together: set both or neither")
        if self.issuer == BUILT_IN_ISSUER:
            raise ValueError(f"ISSUER {BUILT_IN_ISSUER} is the built-in one, trusted through EMBEDDED__ISSUER only")
        return self


class OtelSettings(_Group):
    """Traces: with an `endpoint` (OTLP over HTTP, http://collector:4318) spans are exported, else only carried on."""

    endpoint: str | None = Field(default=None, pattern=r"^https?://.+$")
    sample_ratio: float = Field(default=1.0, ge=0, le=1)


class KeysSettings(_Group):
    """Secrets, 256-bit keys in base64: `pii` encrypts people's data field by field, `signing` marks what services
    give out of hand and take back: cursors of lists, receipts for files. All services share the latter.

    To rotate it, put the new key into `pii`, the one before into `pii_before`, and keep `index` (or set it to the first
    `pii`): customers are looked up through it.
    """

    pii: Annotated[SecretBytes, BeforeValidator(_key)] | None = None
    pii_before: Annotated[SecretBytes, BeforeValidator(_key)] | None = None
    index: Annotated[SecretBytes, BeforeValidator(_key)] | None = None
    signing: Annotated[SecretBytes, BeforeValidator(_key)] | None = None


class AttachmentSettings(_Group):
    """Where uploads are kept by content hash, how large one may be and which media types are taken."""

    path: Path = Path("var/attachments")
    max_bytes: int = Field(default=20_971_520, ge=1)
    max_bytes_per_day: int = Field(default=1_073_741_824, ge=1, description="of one person or connected system")
    types: Words = (
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/heic",
        "image/heif",
        "image/avif",
        "application/pdf",
        "audio/mpeg",
        "audio/wav",
        "video/mp4",
        "text/plain",
    )


class LooksSettings(_Group):
    """How often in an hour people's data may be looked up, and a caller's answers compared with the file."""

    looks_of_one: int = Field(default=300, ge=1, description="by one person or system")
    looks_at_one: int = Field(default=60, ge=1, description="at one customer or number")
    tries_of_one: int = Field(default=60, ge=1, description="comparisons by one person or system")
    tries_at_one: int = Field(default=5, ge=1, description="comparisons with one customer")


class TelephonySettings(_Group):
    """The phone switch. Without a `host` there is none: telephony then answers what it knows and dials nobody.

    `phone` and `trunk` are how the switch names an agent's phone and a way out; the contexts are those of its dial plan
    (docs/phone-switch.md).
    """

    host: str | None = None
    port: int = Field(default=5038, ge=1, le=65_535)
    tls: bool = False
    ca_file: Path | None = None
    username: str | None = None
    password: SecretStr | None = None
    utility: str | None = Field(default=None, description="whose line it is; may be left out where there is only one")
    stations: str = Field(default="[0-9]{3,5}", max_length=200, description="what an agent's extension looks like")
    phone: str = Field(default="PJSIP/{station}", pattern=r"^[^{}\r\n]*\{station\}[^{}\r\n]*$")
    trunk: str = Field(default="PJSIP/{number}@trunk", pattern=r"^[^{}\r\n]*\{number\}[^{}\r\n]*$")
    dial_context: str = "hotline-dial"
    station_context: str = "hotline-stations"
    conference_context: str = "hotline-conference"
    queues: Words = Field(default=(), description="which queues an agent who signs in is put into")
    queue_log: Path | None = Field(default=None, description="the switch's queue_log, read for what happened in a gap")
    recordings: Path | None = Field(default=None, description="where the switch's recordings can be read")
    intake_url: str | None = Field(default=None, pattern=r"^https?://.+$", description="None: the same host")
    token: SecretStr | None = Field(default=None, description="of a connected system, to hand numbers to intake")


class LogSettings(_Group):
    """`auto` writes for people on a terminal and JSON lines elsewhere."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["auto", "json", "console"] = "auto"


class EmbeddedSettings(_Group):
    """What only the embedded mode has; every part is off unless `hotline up` (or a test) turns it on."""

    broker: Literal["auto", "kafka", "tansu"] | None = None
    issuer: bool = Field(default=False, description="trust the built-in token issuer; loopback only")
    path: Path = Path("var")
    utility: str | None = Field(default=None, description="whose tokens and demonstration; None: the runner's own")
    stepped_from: AwareDatetime | None = None


class Settings(BaseSettings):
    """All groups; `load_settings` is how a process gets them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        nested_model_default_partial_update=True,
    )

    kafka: KafkaSettings = KafkaSettings()
    store: StoreSettings = StoreSettings()
    http: HttpSettings = HttpSettings()
    auth: AuthSettings = AuthSettings()
    otel: OtelSettings = OtelSettings()
    keys: KeysSettings = KeysSettings()
    attachments: AttachmentSettings = AttachmentSettings()
    looks: LooksSettings = LooksSettings()
    telephony: TelephonySettings = TelephonySettings()
    log: LogSettings = LogSettings()
    embedded: EmbeddedSettings = EmbeddedSettings()

    @model_validator(mode="after")
    def _built_in_issuer_stays_at_home(self) -> Settings:
        if (refusal := open_issuer(self)) is not None:
            raise ValueError(refusal)
        return self


def open_issuer(settings: Settings) -> str | None:
    """Why the built-in issuer must not be trusted under these settings; None if it is off or only reached from here."""
    if not settings.embedded.issuer or settings.http.host in _LOOPBACK:
        return None
    return (
        f"EMBEDDED__ISSUER is on while HTTP__HOST is {settings.http.host}: whoever reads ./var could sign a token;"
        " listen on 127.0.0.1, or set AUTH__ISSUER and AUTH__JWKS_URL and turn EMBEDDED__ISSUER off"
    )


def load_settings(**given: object) -> Settings:
    """The settings of this process: what the caller gives wins over the environment, which wins over the defaults.

    Raises SettingsError naming every wrong variable.
    """
    _refuse_unknown_groups(os.environ)
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def _refuse_unknown_groups(environ: Mapping[str, str]) -> None:
    unknown = sorted(name for name in environ if name.startswith(PREFIX) and "__" in name and not _known_group(name))
    if unknown:
        groups = ", ".join(f"{PREFIX}{group.upper()}__…" for group in Settings.model_fields)
        raise SettingsError(
            "\n".join([f"{name}: no such group of settings" for name in unknown] + [f"known: {groups}"])
        )


def _known_group(variable: str) -> bool:
    return variable.removeprefix(PREFIX).split("__", 1)[0].lower() in Settings.model_fields


def _explain(error: ValidationError) -> str:
    lines = ["Settings are wrong; nothing was started."]
    for problem in error.errors(include_url=False, include_context=False):
        path = [str(part) for part in problem["loc"]]
        variable = PREFIX + "__".join(path[:2]).upper() if path else "settings"
        lines.append(f"  {variable}: {_reason(path, problem['type'], problem['msg'])}{_given(path, problem['input'])}")
    return "\n".join(lines)


def _reason(path: list[str], kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        group = Settings.model_fields[path[0]].annotation
        known = group.model_fields if isinstance(group, type) and issubclass(group, BaseModel) else {}
        return f"no such setting; known: {', '.join(name.upper() for name in known)}"
    return message.removeprefix("Value error, ")


def _given(path: list[str], value: object) -> str:
    """What was given, unless it is a whole group or may hold a secret (a store's URL may carry a password)."""
    secret = path[:1] == ["keys"] or path[1:2] in (["password"], ["username"], ["token"]) or "@" in str(value)
    return "" if secret or not isinstance(value, (str, int, float)) else f" (it is {value!r})"
