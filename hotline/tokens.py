"""Tokens of the embedded mode's own issuer, for the commands that act as the hotline's people."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from hotline.utility import utility_of
from kit.auth.issuer import BuiltInIssuer, SeededUser, UnknownUser, seeded_user
from kit.settings import Settings
from procedures.loader import load_all
from procedures.model import Organisation


def token_of(settings: Settings) -> Callable[[str], str]:
    """Tokens of the built-in issuer, for whoever is named."""
    issuer = BuiltInIssuer(settings.embedded.path)

    def token(who: str) -> str:
        utility, audience = utility_of(settings), settings.auth.audience
        return issuer.token(seeded_user(who), utility=utility, audience=audience, lifetime=timedelta(days=7))

    return token


def user_of(who: str, utility: str) -> SeededUser:
    """Whoever is named, by the name that people know; UnknownUser for a unit or division that the utility has not.

    A utility whose procedure is not installed here may have any.
    """
    user = seeded_user(who)
    files = load_all().of(utility)
    if not files or not (user.units or user.divisions):
        return user
    names = {name: called for file in files for name, called in _places(file.organisation, user)}
    unknown = [name for name in (*user.units, *user.divisions) if name not in names]
    if unknown:
        raise UnknownUser(f"{utility} has no {', '.join(unknown)} 没有这个单位; accepted: {', '.join(names)}")
    return replace(user, name=names[(*user.units, *user.divisions)[0]])


def _places(organisation: Organisation, user: SeededUser) -> Iterator[tuple[str, str]]:
    """Where such a user can belong."""
    places = organisation.targets() if user.units else organisation.divisions
    yield from ((place.id, place.names.zh) for place in places)
