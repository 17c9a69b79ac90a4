"""The reader's language: Chinese unless the client asks for English."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from fastapi import Depends, Request

from texts import LANGUAGES, Language

DEFAULT: Language = "zh"


_MOST_LETTERS = 200
"""Of a header that browsers keep far shorter; the rest is not read."""


def negotiate(accept_language: str | None) -> Language:
    """The best of our languages for an `Accept-Language` header (RFC 9110 12.5.4); Chinese when it names none."""
    return _negotiated((accept_language or "")[:_MOST_LETTERS])


@lru_cache(maxsize=256)
def _negotiated(accept_language: str) -> Language:
    best: Language = DEFAULT
    weight = 0.0
    for offer in accept_language.split(","):
        tag, _, parameters = offer.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        for language in LANGUAGES:
            if language == primary and _quality(parameters) > weight:
                best, weight = language, _quality(parameters)
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def language_of(request: Request) -> Language:
    """The language of the answer to this request."""
    return negotiate(request.headers.get("accept-language"))


async def _language(request: Request) -> Language:
    return language_of(request)


LanguageAsked = Annotated[Language, Depends(_language)]
"""Parameter type: the language of the answer."""
