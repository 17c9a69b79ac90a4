"""People's data and words, sealed field by field; only who holds the keys can read them or look a phone number up."""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12
_KEY = 32


class NotOurs(ValueError):
    """The sealed text was changed, moved to another place, or sealed with a key that is not held."""


class Vault:
    """AES-256-GCM bound to its place: a value copied to another person, field or utility does not open.

    The first key seals, all of them open, so that a key is rotated by putting a new one in front. The blind index has a
    key of its own, which stays when the others change: an index made with another key finds nobody.
    """

    def __init__(self, keys: Sequence[bytes], index_key: bytes | None = None) -> None:
        if not keys or any(len(key) != _KEY for key in keys):
            raise ValueError(f"at least one key of {_KEY} bytes is needed")
        self._ciphers: Mapping[str, AESGCM] = {key_id(key): AESGCM(key) for key in keys}
        self._current = key_id(keys[0])
        self._lasting = index_key or keys[-1]
        self._index_key = self.key_for("blind-index")

    @classmethod
    def ephemeral(cls) -> "Vault":
        """A vault whose content nobody can read once the process has ended: for tests and virtual time."""
        return cls([os.urandom(_KEY)])

    def key_for(self, purpose: str) -> bytes:
        """A key of its own for another use that has to last as long as the blind index."""
        return HKDF(SHA256(), _KEY, None, f"hotline-loop/{purpose}".encode()).derive(self._lasting)

    def seal(self, utility: str, owner: str, field: str, text: str) -> str:
        """The text as `<key id>.<nonce and ciphertext>`, to be opened at the same place only."""
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self._current].encrypt(nonce, text.encode(), _place(utility, owner, field))
        return f"{self._current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, utility: str, owner: str, field: str, sealed: str) -> str:
        """What was sealed at this place; NotOurs when it was not."""
        name, _, body = sealed.partition(".")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise NotOurs(f"sealed with key {name!r}, which is not held")
        try:
            raw = base64.urlsafe_b64decode(body)
            return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], _place(utility, owner, field)).decode()
        except (InvalidTag, ValueError, binascii.Error) as fault:
            raise NotOurs(f"{field} does not open here") from fault

    def blind(self, utility: str, field: str, value: str) -> str:
        """The same value gives the same index, which says nothing of the value without the key."""
        digest = hmac.digest(self._index_key, "\x1f".join((utility, field, value)).encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:18]).decode()


def key_id(key: bytes) -> str:
    """A short public name of a key, so that what it sealed says which key it needs."""
    return hashlib.sha256(b"hotline-loop/key-id" + key).hexdigest()[:8]


def _place(utility: str, owner: str, field: str) -> bytes:
    return "\x1f".join((utility, owner, field)).encode()
