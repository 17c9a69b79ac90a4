"""The embedded mode's own issuer: usable at once, trusted nowhere else."""

from datetime import timedelta
from pathlib import Path

import httpx
import jwt
import pytest
import typer
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from typer.testing import CliRunner

from contracts.vocabulary import Role
from hotline.address import NotRunning, known_address
from hotline.token_cli import token as token_command
from kit.auth.issuer import BuiltInIssuer, IssuerKeyError, UnknownUser, seeded_user, trusted
from kit.auth.principal import principal_of
from kit.auth.tokens import TokenRefused, TokenVerifier
from kit.settings import BUILT_IN_ISSUER, SettingsError, load_settings

HOUR = timedelta(hours=1)


def own_verifier(issuer: BuiltInIssuer) -> TokenVerifier:
    return issuer.verifier(audience="hotline-loop", leeway=timedelta(0))


def token_for(issuer: BuiltInIssuer, spec: str) -> str:
    return issuer.token(seeded_user(spec), utility="kunlun-gas-956100", audience="hotline-loop", lifetime=HOUR)


async def test_a_seeded_users_token_says_role_scope_and_one_utility(tmp_path: Path) -> None:
    issuer = BuiltInIssuer(tmp_path)
    principal = principal_of(await own_verifier(issuer).claims(token_for(issuer, "unit:jinan,lixia")))
    assert principal.roles == {Role.UNIT}
    assert principal.units == {"jinan", "lixia"}
    assert principal.utility == "kunlun-gas-956100"


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = BuiltInIssuer(tmp_path / "var")
    (key,) = (tmp_path / "var").iterdir()
    assert key.stat().st_mode & 0o777 == 0o600
    assert BuiltInIssuer(tmp_path / "var").kid == first.kid


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    BuiltInIssuer(tmp_path)
    (key,) = tmp_path.iterdir()
    key.chmod(0o644)
    with pytest.raises(IssuerKeyError, match="chmod 600"):
        BuiltInIssuer(tmp_path)


def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    BuiltInIssuer(tmp_path)
    (key,) = tmp_path.iterdir()
    key.write_text("not a key")
    with pytest.raises(IssuerKeyError, match="not a PEM private key"):
        BuiltInIssuer(tmp_path)


async def test_another_systems_built_in_issuer_is_not_believed(tmp_path: Path) -> None:
    ours, theirs = BuiltInIssuer(tmp_path / "ours"), BuiltInIssuer(tmp_path / "theirs")
    with pytest.raises(TokenRefused):
        await own_verifier(ours).claims(token_for(theirs, "admin"))


async def test_a_service_with_a_real_identity_provider_does_not_believe_the_built_in_one(tmp_path: Path) -> None:
    settings = load_settings(
        auth={"issuer": "https://id.example", "jwks_url": "https://id.example/jwks", "algorithms": ("EdDSA",)},
        embedded={"issuer": True, "path": tmp_path},
    )
    issuer = BuiltInIssuer(tmp_path)
    # Even if the provider published the very same key, the issuer named in the token is not the trusted one.
    provider = Starlette(routes=[Route("/jwks", lambda _: JSONResponse(issuer.jwks()))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(provider)) as client:
        verifier, built_in = trusted(settings, client)
        assert built_in is None
        with pytest.raises(TokenRefused):
            await verifier.claims(token_for(issuer, "admin"))


async def test_without_provider_and_embedded_mode_nothing_starts() -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(SettingsError, match="HOTLINE_AUTH__ISSUER"):
            trusted(load_settings(), client)


async def test_settings_changed_afterwards_do_not_open_the_built_in_issuer(tmp_path: Path) -> None:
    settings = load_settings(http={"host": "0.0.0.0"}, embedded={"path": tmp_path})
    opened = settings.model_copy(update={"embedded": settings.embedded.model_copy(update={"issuer": True})})
    async with httpx.AsyncClient() as client:
        with pytest.raises(SettingsError, match=r"127\.0\.0\.1"):
            trusted(opened, client)


@pytest.mark.parametrize("spec", ["boss", "unit", "unit:", "agent:7", ""])
def test_an_unknown_user_is_refused_with_the_users_there_are(spec: str) -> None:
    with pytest.raises(UnknownUser, match="supervisor"):
        seeded_user(spec)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("HOTLINE_EMBEDDED__PATH", str(tmp_path / "var"))
    return CliRunner()


def run_token(cli: CliRunner, *arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(token_command)
    result = cli.invoke(app, list(arguments))
    return result.exit_code, (result.stdout if result.exit_code == 0 else result.output).strip()


async def test_the_command_line_makes_a_token_before_the_first_start(cli: CliRunner, tmp_path: Path) -> None:
    status, printed = run_token(cli, "--as", "division:luzhong", "--utility", "kunlun-gas-956100", "--for", "7d")
    assert status == 0
    claims = await own_verifier(BuiltInIssuer(tmp_path / "var")).claims(printed)
    assert claims.utility == "kunlun-gas-956100"
    assert claims.divisions == {"luzhong"}
    days = (claims.exp - jwt.decode(printed, options={"verify_signature": False})["iat"]) / 86_400
    assert days == 7
    assert jwt.decode(printed, options={"verify_signature": False})["iss"] == BUILT_IN_ISSUER


async def test_the_command_line_signs_with_the_key_of_the_directory_it_is_given(cli: CliRunner, tmp_path: Path) -> None:
    _, printed = run_token(cli, "--as", "agent", "--var", str(tmp_path / "elsewhere"))
    assert (await own_verifier(BuiltInIssuer(tmp_path / "elsewhere")).claims(printed)).sub == "agent-01"


def test_the_command_line_makes_a_token_of_another_installed_utility_and_of_no_other(cli: CliRunner) -> None:
    assert run_token(cli, "--as", "supervisor", "--utility", "cable-gulin")[0] == 0
    status, told = run_token(cli, "--as", "supervisor", "--utility", "acme-water")
    assert (status, "cable-gulin" in told) == (2, True)


def test_a_unit_or_division_that_the_utility_has_not_is_refused_with_those_it_has(cli: CliRunner) -> None:
    for who in ("unit:foo", "unit:jinan,foo", "division:jinan"):
        status, said = run_token(cli, "--as", who)
        assert status == 2
        assert ("zibo" in said) is who.startswith("unit")
        assert "luzhong" in said or who.startswith("unit")
    assert run_token(cli, "--as", "unit:jinan,hq-finance")[0] == 0


def test_a_token_of_a_unit_has_the_name_that_people_know(cli: CliRunner) -> None:
    _, printed = run_token(cli, "--as", "unit:jinan")
    assert jwt.decode(printed, options={"verify_signature": False})["name"] == "济南公司"


def test_a_second_terminal_is_told_which_variable_says_where_the_hotline_runs(cli: CliRunner) -> None:
    app = typer.Typer()
    app.command()(token_command)
    first = cli.invoke(app, ["--as", "agent"])
    assert "HOTLINE_EMBEDDED__PATH" in first.stderr
    assert "HOTLINE_EMBEDDED__PATH" not in cli.invoke(app, ["--as", "agent"]).stderr
    with pytest.raises(NotRunning, match="HOTLINE_EMBEDDED__PATH"):
        known_address(load_settings())


def test_the_command_line_says_who_there_is(cli: CliRunner) -> None:
    status, said = run_token(cli, "--as", "boss")
    assert status == 2
    assert "no seeded user 'boss'; accepted: agent" in said


def test_the_command_line_says_what_a_time_looks_like(cli: CliRunner) -> None:
    status, said = run_token(cli, "--as", "agent", "--for", "8 hours")
    assert status == 2
    assert "30m, 8h, 7d" in said
