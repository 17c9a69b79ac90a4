"""What is told of a played case in the reader's language."""

from collections.abc import Mapping
from typing import NamedTuple

from contracts.refusal import Refusal
from texts import LANGUAGES, Language, text


class Phrase(NamedTuple):
    """A text under `case.<key>` with its places filled in; English where no language is asked for."""

    key: str
    params: Mapping[str, object] = {}

    def of(self, language: Language) -> str:
        """The phrase in a language."""
        return text(f"case.{self.key}", language, **self.params)

    def __str__(self) -> str:
        return self.of("en")


class RefusalWords(NamedTuple):
    """A refusal as a clerk reads it, with the clause, the rule and the code; where no language is asked for, in all."""

    refusal: Refusal

    def of(self, language: Language) -> str:
        """The refusal in a language."""
        return self._said((language,))

    def __str__(self) -> str:
        return self._said(LANGUAGES)

    def _said(self, languages: tuple[Language, ...]) -> str:
        refusal = self.refusal
        said = [text(f"refusal.{refusal.code}", language, **refusal.params) for language in languages]
        return " ".join(filter(None, (refusal.clause, refusal.rule, refusal.code, *said)))


Saying = str | Phrase | RefusalWords


def told(said: Saying, language: Language) -> str:
    """In the reader's language; words of the case are the same in all."""
    return said if isinstance(said, str) else said.of(language)
