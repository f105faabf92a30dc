"""Values that must not stand readable in the database (NIK, NPWP, second-factor secrets), and a keyed hash to find them by.

Keys come from the environment; FIELD_ENCRYPTION_KEY may hold several, separated by commas: the first encrypts, all decrypt.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


@lru_cache
def _fernet(keys: str) -> MultiFernet:
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.strip().encode()).digest())) for key in keys.split(",")]
    )


def encrypt(text: str) -> str:
    return _fernet(settings.FIELD_ENCRYPTION_KEY).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Raises cryptography.fernet.InvalidToken when no key fits."""
    return _fernet(settings.FIELD_ENCRYPTION_KEY).decrypt(token.encode()).decode()


def search_hash(text: str) -> str:
    """The same text gives the same 64 hexadecimal characters, and nobody without the key can try texts out."""
    return hmac.new(settings.FIELD_HASH_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
