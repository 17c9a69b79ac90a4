"""Numbers on their way in: read, indexed and sealed before any rule, document or log sees them."""

from collections import OrderedDict
from collections.abc import Iterable

from contracts.vocabulary import NumberKind
from kit.settings import Settings
from kit.vault import Vault
from services.telephony.rules import numbers
from services.telephony.rules.heard import Party
from services.telephony.rules.keys import number_ref

FIELD = "contact"
"""The field of a customer that intake looks numbers up by; with the same key both make the same index."""

_REMEMBERED = 4_096


class Numbers:
    """Makes of what a carrier sends the party that the rules know; the same number, the same party.

    `new` are the numbers that are not known to be kept, sealed, by their reference: whoever saves what was heard of
    them keeps them first and then says `kept`.
    """

    def __init__(self, vault: Vault, utility: str) -> None:
        self.new: dict[str, str] = {}
        self._vault = vault
        self._utility = utility
        self._known: OrderedDict[str, Party] = OrderedDict()

    def party(self, sent: str) -> Party:
        """Its kind, its index and reference, and itself masked."""
        known = self._known.get(sent)
        if known is None:
            known = self._known[sent] = self._read(sent)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return known

    def kept(self, refs: Iterable[str]) -> None:
        """These are safe."""
        for ref in refs:
            self.new.pop(ref, None)

    def _read(self, sent: str) -> Party:
        kind, digits = numbers.number(sent)
        if not digits or kind is NumberKind.UNKNOWN:
            return Party(kind=kind)
        index = self._vault.blind(self._utility, FIELD, digits)
        ref = number_ref(self._utility, index)
        self.new[ref] = self._vault.seal(self._utility, ref, FIELD, digits)
        return Party(kind=kind, index=index, ref=ref, masked=numbers.masked(digits))

    def opened(self, ref: str, sealed: str) -> str:
        """The number itself, for intake's vault alone."""
        return self._vault.open(self._utility, ref, FIELD, sealed)


PUBLISHED_KEY = b"hotline-loop replay, not a secret"[:32]
"""For captures that are replayed where no key is set."""


def index_key(settings: Settings) -> bytes | None:
    """The key of the blind index, the same that intake uses; None where none is set."""
    keys = settings.keys
    found = keys.index or keys.pii_before or keys.pii
    return found.get_secret_value() if found is not None else None


def vault_of(index_key: bytes) -> Vault:
    """Seals with a key of its own, derived from the one for the index: intake's key to people's data stays with it."""
    return Vault([Vault([index_key]).key_for("telephony")], index_key)
