"""The catalogue says the same things in both languages."""

import string
from enum import StrEnum

import pytest
from pydantic import TypeAdapter

from contracts import vocabulary
from contracts.fact import Word
from texts import LANGUAGES, catalogue, label, text

WORDS = [w for e in vars(vocabulary).values() if isinstance(e, type) and issubclass(e, StrEnum) for w in e]


def _places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_both_languages_have_the_same_keys_and_places() -> None:
    zh, en = catalogue("zh"), catalogue("en")
    assert set(zh) == set(en)
    assert [key for key in zh if _places(zh[key]) != _places(en[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_vocabulary_has_a_label(language: str) -> None:
    assert all(label(word, language) for word in WORDS)  # type: ignore[arg-type]


def test_every_word_of_the_vocabulary_is_one_that_an_older_reader_takes() -> None:
    assert [word for word in WORDS if TypeAdapter(Word).validate_python(word.value) != word.value] == []


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("no.such.text")
