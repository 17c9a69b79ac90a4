"""Tokens of the embedded mode's own issuer, for the commands that act as the hotline's people."""

from collections.abc import Callable
from datetime import timedelta

from hotline.utility import utility_of
from kit.auth.issuer import BuiltInIssuer, seeded_user
from kit.settings import Settings


def token_of(settings: Settings) -> Callable[[str], str]:
    """Tokens of the built-in issuer, for whoever is named."""
    issuer = BuiltInIssuer(settings.embedded.path)

    def token(who: str) -> str:
        utility, audience = utility_of(settings), settings.auth.audience
        return issuer.token(seeded_user(who), utility=utility, audience=audience, lifetime=timedelta(days=7))

    return token
