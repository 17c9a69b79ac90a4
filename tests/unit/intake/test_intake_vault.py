"""Sealed data opens at its own place with a key that is held, and can be looked up without being readable."""

import pytest

from kit.vault import NotOurs, Vault
from services.intake.people.rules.person import PersonalField, masked, normal

OLD, NEW = b"o" * 32, b"n" * 32
PLACE = ("kunlun", "cust_1", "name")


def test_what_is_sealed_opens_at_its_place() -> None:
    vault = Vault([OLD])
    sealed = vault.seal(*PLACE, "王小明")
    assert vault.open(*PLACE, sealed) == "王小明"
    assert "王" not in sealed
    assert vault.seal(*PLACE, "王小明") != sealed


@pytest.mark.parametrize("place", [("telecom", *PLACE[1:]), ("kunlun", "cust_2", "name"), ("kunlun", "cust_1", "ip")])
def test_what_is_moved_elsewhere_does_not_open(place: tuple[str, str, str]) -> None:
    vault = Vault([OLD])
    with pytest.raises(NotOurs):
        vault.open(*place, vault.seal(*PLACE, "王小明"))


@pytest.mark.parametrize("broken", ["", "nonsense", "0000.AAAA", None])
def test_what_is_damaged_does_not_open(broken: str | None) -> None:
    vault = Vault([OLD])
    sealed = vault.seal(*PLACE, "王小明")
    with pytest.raises(NotOurs):
        vault.open(*PLACE, sealed[:-4] + "AAAA" if broken is None else broken)


def test_after_a_rotation_old_data_opens_and_new_data_needs_the_new_key() -> None:
    before, after = Vault([OLD]), Vault([NEW, OLD])
    assert after.open(*PLACE, before.seal(*PLACE, "王")) == "王"
    with pytest.raises(NotOurs):
        before.open(*PLACE, after.seal(*PLACE, "王"))


def test_the_blind_index_outlasts_a_rotation_and_tells_nothing() -> None:
    before, after = Vault([OLD]), Vault([NEW, OLD])
    index = before.blind("kunlun", "contact", "13800138000")
    assert after.blind("kunlun", "contact", "13800138000") == index
    assert Vault([NEW], OLD).blind("kunlun", "contact", "13800138000") == index
    assert Vault([NEW]).blind("kunlun", "contact", "13800138000") != index
    assert before.blind("telecom", "contact", "13800138000") != index
    assert "138" not in index


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault([b"short"])


@pytest.mark.parametrize("spelt", ["13800138000", "+86 138-0013-8000", "0086 13800138000", " 138 0013 8000"])
def test_a_phone_number_is_the_same_however_it_is_written(spelt: str) -> None:
    assert normal(PersonalField.CONTACT, spelt) == "13800138000"


def test_an_area_code_is_no_country_code() -> None:
    assert normal(PersonalField.CONTACT, "(0531) 8600-1234") == "053186001234"
    assert normal(PersonalField.CONTACT, "86001234") == "86001234"


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (PersonalField.NAME, "王小明", "王**"),
        (PersonalField.NAME, "王", "王*"),
        (PersonalField.CONTACT, "13800138000", "138****8000"),
        (PersonalField.ID_NUMBER, "370102199001011234", "370102***"),
        (PersonalField.ADDRESS, "路", "路***"),
    ],
)
def test_masked_data_can_be_recognised_not_learnt(field: PersonalField, value: str, shown: str) -> None:
    assert masked(field, value) == shown
