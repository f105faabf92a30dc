"""The mark as a signed statement that others check offline: a JWS (RFC 7515) with an Ed25519 key (RFC 8037).

It says how things stood when it was signed. A revocation that came later is only known to whoever asks again.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from curation.models import Curation
from portal.selectors.ladder import ladder_of

FORMAT = "mitrapasok.curation/1"


def public_keys() -> dict[str, Any]:
    """The JWK set (RFC 7517) to check signatures with: the key that signs now, then those that signed before."""
    return {"keys": [_jwk(key) for key in _keys()]}


def attested(curation: Curation) -> dict[str, str] | None:
    """The statement in flattened JWS form; None where this installation was given no key to sign with."""
    keys = _keys()
    if not keys:
        return None
    header = {"alg": "EdDSA", "kid": _jwk(keys[0])["kid"], "typ": "JOSE+JSON"}
    protected, payload = _encoded(header), _encoded(statement(curation))
    signature = keys[0].sign(f"{protected}.{payload}".encode())
    return {"payload": payload, "protected": protected, "signature": _base64(signature)}


def statement(curation: Curation) -> dict[str, Any]:
    """What is said of the mark: only what its public page shows, too."""
    address = settings.SITE_URL + reverse("certificate_verify", args=[curation.token])
    recognised, ladder = curation.recognised, ladder_of(curation.enterprise)
    return {
        "format": FORMAT,
        "issuer": settings.SITE_URL,
        "as_of": timezone.now().isoformat(timespec="seconds"),
        "code": str(curation.token),
        "enterprise": curation.enterprise.name,
        "checked": {"rung": str(ladder.rung), "since": ladder.since.isoformat() if ladder.since else None},
        "buyer": curation.programme.buyer.name,
        "programme": curation.programme.name,
        "application": curation.application.number,
        "status": curation.standing,
        "valid_from": curation.valid_from.isoformat(),
        "valid_until": curation.valid_until.isoformat(),
        "revoked_at": curation.revoked_at.isoformat(timespec="seconds") if curation.revoked_at else None,
        "revoked_reason": curation.revoked_reason or None,
        "recognises": str(recognised.token) if recognised else None,
        "sample": curation.application.is_sample,
        "check_at": address,
    }


def _keys() -> list[Ed25519PrivateKey]:
    return [Ed25519PrivateKey.from_private_bytes(base64.b64decode(text)) for text in settings.CERTIFICATE_KEYS]


def _jwk(key: Ed25519PrivateKey) -> dict[str, str]:
    """Its name is the thumbprint of RFC 7638: the same key has the same name everywhere."""
    needed = {"crv": "Ed25519", "kty": "OKP", "x": _base64(key.public_key().public_bytes_raw())}
    thumbprint = hashlib.sha256(json.dumps(needed, sort_keys=True, separators=(",", ":")).encode()).digest()
    return {**needed, "kid": _base64(thumbprint), "use": "sig", "alg": "EdDSA"}


def _encoded(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    """Without padding, for addresses: as RFC 7515 writes bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
