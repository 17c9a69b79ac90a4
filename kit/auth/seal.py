"""What this installation gives out of hand and takes back as its own: cursors of lists, receipts for files."""

from __future__ import annotations

import base64
import binascii
import hmac

from kit.auth.keyfile import kept_key
from kit.settings import Settings, SettingsError

_MARK = 16
_FILE = "signing.key"


class Seal:
    """Signs with a key that all processes share; what was signed for one purpose does not count for another."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sealed(self, purpose: str, content: bytes) -> str:
        """The content with its mark, as letters, digits, `-` and `_`. It can be read, but not changed."""
        return base64.urlsafe_b64encode(self._mark(purpose, content) + content).rstrip(b"=").decode()

    def opened(self, purpose: str, text: str) -> bytes | None:
        """The content; None for what was not sealed for this purpose by this installation."""
        try:
            raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError):
            return None
        mark, content = raw[:_MARK], raw[_MARK:]
        return content if hmac.compare_digest(mark, self._mark(purpose, content)) else None

    def _mark(self, purpose: str, content: bytes) -> bytes:
        own_key = hmac.digest(self._key, purpose.encode(), "sha256")
        return hmac.digest(own_key, content, "sha256")[:_MARK]


def seal_of(settings: Settings) -> Seal:
    """The installation's; in embedded mode alone it makes its own. Raises SettingsError where there is none."""
    if settings.keys.signing is not None:
        return Seal(settings.keys.signing.get_secret_value())
    if not settings.embedded.issuer:
        raise SettingsError("HOTLINE_KEYS__SIGNING: not set; cursors and receipts of other replicas could not be known")
    return Seal(kept_key(settings.embedded.path / _FILE))
