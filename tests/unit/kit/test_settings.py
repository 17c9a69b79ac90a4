"""A process starts with the settings it was given, or says which variable is wrong."""

import base64
import os

import pytest
from pydantic import ValidationError

from kit.settings import BUILT_IN_ISSUER, SettingsError, load_settings


@pytest.fixture(autouse=True)
def _only_our_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("HOTLINE_"):
            monkeypatch.delenv(name)


def refusal(**given: object) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(**given)
    return str(caught.value)


def test_nothing_needs_to_be_set() -> None:
    settings = load_settings()
    assert settings.http.port == 8956
    assert settings.kafka.bootstrap_servers == ()
    assert not settings.embedded.issuer


def test_a_nested_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_KAFKA__BOOTSTRAP_SERVERS", "one:9092, two:9092")
    monkeypatch.setenv("HOTLINE_STORE__URL", "mongodb://db/")
    settings = load_settings()
    assert settings.kafka.bootstrap_servers == ("one:9092", "two:9092")
    assert settings.store.url == "mongodb://db/"


def test_what_the_caller_gives_wins_and_leaves_the_rest_of_its_group_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_HTTP__PORT", "9000")
    monkeypatch.setenv("HOTLINE_HTTP__PAGE_SIZE", "7")
    settings = load_settings(http={"port": 9001})
    assert (settings.http.port, settings.http.page_size) == (9001, 7)


def test_every_wrong_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_HTTP__PORT", "eighty")
    monkeypatch.setenv("HOTLINE_STORE__URL", "postgres://db/")
    said = refusal()
    assert "HOTLINE_HTTP__PORT: " in said
    assert "'eighty'" in said
    assert "HOTLINE_STORE__URL: " in said


def test_a_misspelt_setting_is_refused_with_the_names_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_HTTP__PROT", "1")
    assert "HOTLINE_HTTP__PROT: no such setting; known: HOST, PORT" in refusal()


def test_a_misspelt_group_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_KAFAK__BOOTSTRAP_SERVERS", "x")
    assert "HOTLINE_KAFAK__BOOTSTRAP_SERVERS: no such group" in refusal()


def test_a_key_of_the_wrong_length_is_refused_without_repeating_it(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = base64.b64encode(b"sixteen bytes ok").decode()
    monkeypatch.setenv("HOTLINE_KEYS__PII", secret)
    said = refusal()
    assert "HOTLINE_KEYS__PII: 16 bytes after base64; exactly 32" in said
    assert secret not in said


def test_a_right_key_is_decoded_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_KEYS__PII", base64.b64encode(bytes(range(32))).decode())
    pii = load_settings().keys.pii
    assert pii is not None
    assert pii.get_secret_value() == bytes(range(32))
    assert "\\x01" not in repr(pii)


def test_a_password_in_a_wrong_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_STORE__URL", "postgres://admin:hunter2@db/")
    assert "hunter2" not in refusal()


def test_the_built_in_issuer_is_refused_on_an_open_address() -> None:
    said = refusal(embedded={"issuer": True}, http={"host": "0.0.0.0"})
    assert "EMBEDDED__ISSUER" in said
    assert "127.0.0.1" in said


def test_the_built_in_issuer_cannot_be_configured_as_if_it_were_a_real_one() -> None:
    assert "built-in" in refusal(auth={"issuer": BUILT_IN_ISSUER, "jwks_url": "http://127.0.0.1/jwks.json"})


def test_an_issuer_without_its_keys_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_AUTH__ISSUER", "https://id.example")
    assert "HOTLINE_AUTH: ISSUER and JWKS_URL belong together" in refusal()


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_an_algorithm_anybody_could_sign_with_is_refused(algorithm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_AUTH__ALGORITHMS", f"RS256,{algorithm}")
    assert "HOTLINE_AUTH__ALGORITHMS" in refusal()


def test_settings_do_not_change_afterwards() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.http.port = 1  # type: ignore[misc]
